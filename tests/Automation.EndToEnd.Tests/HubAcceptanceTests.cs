using System.Diagnostics;
using System.Globalization;
using System.Text;
using Automation.EndToEnd.Tests.Kit;
using Automation.TestKit;

namespace Automation.EndToEnd.Tests;

/// <summary>The same acceptance, driven by a client in another language, against the embedded broker and against Mosquitto (DEV-5, HUB-2, HUB-5).</summary>
public sealed class HubAcceptanceTests
{
    [Fact, Trait("Req", "HUB-2"), Trait("Req", "HUB-5")]
    public async Task Acceptance_OnTheEmbeddedBroker()
    {
        await using Store store = await Store.StartAsync();
        await using HostProcess host = await store.RunAsync();
        await AcceptAsync(host.MqttPort, store);
    }

    [Fact, Trait("Req", "HUB-2"), Trait("Req", "HUB-5")]
    public async Task Acceptance_OnMosquitto()
    {
        await using Mosquitto broker = await Mosquitto.StartAsync();
        await using Store store = await Store.StartAsync();
        File.WriteAllText(store.ConfigFile, FormattableString.Invariant($$"""{ "sites": [{ "site": "site.json", "rules": ["rules"] }], "httpPort": null, "mqtt": { "external": { "url": "mqtt://127.0.0.1:{{broker.Port}}" } } }"""));
        await using HostProcess host = await HostProcess.Start(["run", "--config", store.ConfigFile], store.Environment).RunningAsync();
        await Store.OnlineAsync(host);
        await AcceptAsync(broker.Port, store);
    }

    private static async Task AcceptAsync(int port, Store store)
    {
        foreach (string device in (string[])["panel", "nvr", "entrance"]) await store.ListenedToAsync(device);
        string python = Peer.Find("python3", "python3-paho-mqtt");
        var output = new StringBuilder();
        using Process process = Peer.Start(
            File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : python, // Where Debian's package lives.
            [Path.Combine(AppContext.BaseDirectory, "acceptance.py"), port.ToString(CultureInfo.InvariantCulture), store.Control.BaseAddress!.ToString()],
            (_, e) =>
            {
                lock (output) output.AppendLine(e.Data);
            });
        await Until.Done(process.WaitForExitAsync());
        process.WaitForExit();
        lock (output) Assert.True(process.ExitCode == 0 && output.ToString().Contains("accepted", StringComparison.Ordinal), output.ToString());
    }
}
