using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Automation.Mqtt.Broker;
using Automation.TestKit;

namespace Automation.Mqtt.Tests.Broker;

/// <summary>Clients that other people wrote.</summary>
public sealed class RealClientTests
{
    private const string PahoScript = """
        import sys, threading, paho.mqtt.client as mqtt
        port, version = int(sys.argv[1]), int(sys.argv[2])
        seen, done = [], threading.Event()
        def new(name):
            make = getattr(mqtt, 'CallbackAPIVersion', None)
            args = [make.VERSION1] if make else []
            return mqtt.Client(*args, client_id=name, protocol=version)
        def on_message(client, data, m):
            seen.append((m.topic, m.payload, m.qos))
            if len(seen) == 4: done.set()
        watcher = new('paho-watch'); watcher.on_message = on_message
        ready = threading.Event(); watcher.on_subscribe = lambda *a: ready.set()
        watcher.connect('127.0.0.1', port); watcher.loop_start(); watcher.subscribe('paho/#', 2)
        assert ready.wait(60), 'no SUBACK'
        client = new('paho'); client.will_set('paho/will', 'gone', 1)
        client.connect('127.0.0.1', port); client.loop_start()
        for qos in (0, 1, 2): client.publish('paho/%d' % qos, 'm%d' % qos, qos).wait_for_publish()
        client._sock_close() if hasattr(client, '_sock_close') else client.socket().close()
        client.loop_stop()
        assert done.wait(60), 'got only %r' % seen
        assert sorted(seen) == [('paho/0', b'm0', 0), ('paho/1', b'm1', 1), ('paho/2', b'm2', 2), ('paho/will', b'gone', 1)], seen
        watcher.disconnect(); watcher.loop_stop(); print('ok')
        """;

    [Theory]
    [InlineData("311")]
    [InlineData("5")]
    public async Task MosquittoClients_EveryQoSRetainedAndPersistent(string version)
    {
        string publish = Peer.Find("mosquitto_pub", "mosquitto-clients"), subscribe = Peer.Find("mosquitto_sub", "mosquitto-clients");
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        string port = broker.Endpoint.Port.ToString(CultureInfo.InvariantCulture);
        await RunAsync(publish, "-V", version, "-p", port, "-t", "m/kept", "-m", "kept", "-r", "-q", "1");
        var lines = new ConcurrentQueue<string>();
        using Process subscriber = Peer.Start(subscribe, ["-V", version, "-p", port, "-t", "m/#", "-q", "2", "-C", "4", "-F", "%t %q %r %p"], (_, e) =>
        {
            if (e.Data is not null) lines.Enqueue(e.Data);
        });
        await Until.True(() => !lines.IsEmpty);
        for (int qos = 0; qos <= 2; qos++)
            await RunAsync(publish, "-V", version, "-p", port, "-t", $"m/{qos}", "-m", $"hello {qos}", "-q", qos.ToString(CultureInfo.InvariantCulture));
        await Until.Done(subscriber.WaitForExitAsync());
        Assert.Equal(["m/0 0 0 hello 0", "m/1 1 0 hello 1", "m/2 2 0 hello 2", "m/kept 1 1 kept"], lines.Order(StringComparer.Ordinal));

        // Away: what comes meanwhile waits.
        string[] persistent = ["-V", version, "-p", port, "-i", "persistent", "-c", "-q", "1", "-t", "p/#", .. version == "5" ? (string[])["-x", "1000"] : []];
        await RunAsync(subscribe, [.. persistent, "-E"]);
        await RunAsync(publish, "-V", version, "-p", port, "-t", "p/a", "-m", "waited", "-q", "1");
        Assert.Equal("waited", await RunAsync(subscribe, [.. persistent, "-C", "1"]));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(5)]
    public async Task PahoPython_EveryQoSAndAWill(int version)
    {
        string python = Peer.Find("python3", "python3");
        if (File.Exists("/usr/bin/python3")) python = "/usr/bin/python3"; // Where Debian's package lives.
        using (Process probe = Peer.Start(python, ["-c", "import paho.mqtt.client"]))
        {
            await Until.Done(probe.WaitForExitAsync());
            Assert.SkipUnless(probe.ExitCode == 0, "Paho for Python is missing: install python3-paho-mqtt");
        }

        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync();
        Assert.Equal("ok", await RunAsync(python, "-c", PahoScript, broker.Endpoint.Port.ToString(CultureInfo.InvariantCulture), version.ToString(CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData(MqttTransport.Tcp)]
    [InlineData(MqttTransport.WebSocket)]
    public async Task MqttJs_EveryQoSRetainedAndAWill(MqttTransport transport)
    {
        string node = Peer.Find("node", "nodejs"), npm = Peer.Find("npm", "npm");
        string folder = Path.Combine(Repository(), "tests", "Automation.EndToEnd.Tests", "node");
        await InstallAsync(npm, folder);
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(
            listener: new MqttListener { Address = new IPEndPoint(IPAddress.Loopback, 0), Transport = transport });
        string url = transport == MqttTransport.Tcp ? $"mqtt://{broker.Endpoint}" : $"ws://{broker.Endpoint}/mqtt";
        foreach (string version in (string[])["4", "5"])
            Assert.Equal("ok", await RunAsync(node, Path.Combine(folder, "mqttjs.mjs"), url, version));
    }

    private static async Task InstallAsync(string npm, string folder)
    {
        // Written last: without it an earlier installation was broken off.
        string modules = Path.Combine(folder, "node_modules");
        if (File.Exists(Path.Combine(modules, ".package-lock.json"))) return;
        for (int attempt = 0; attempt < 3; attempt++)
        {
            if (Directory.Exists(modules)) Directory.Delete(modules, recursive: true);
            using Process install = Peer.Start(npm, ["ci", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts"]);
            try
            {
                await Until.Done(install.WaitForExitAsync());
                if (install.ExitCode == 0) return;
            }
            catch (TimeoutException)
            {
                // A registry that does not answer.
                install.Kill(entireProcessTree: true);
            }
        }

        Assert.Skip("MQTT.js could not be installed: npm ci needs its registry");
    }

    /// <summary>Runs a client to its end; it must succeed. Answers what it printed.</summary>
    private static async Task<string> RunAsync(string path, params string[] arguments)
    {
        var output = new ConcurrentQueue<string>();
        using Process process = Peer.Start(path, arguments, (_, e) =>
        {
            if (e.Data is not null) output.Enqueue(e.Data);
        });
        try
        {
            await Until.Done(process.WaitForExitAsync());
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }

        string text = string.Join('\n', output);
        Assert.True(process.ExitCode == 0, $"{Path.GetFileName(path)} ended with {process.ExitCode}: {text}");
        return text.Trim();
    }

    private static string Repository()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Automation.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
