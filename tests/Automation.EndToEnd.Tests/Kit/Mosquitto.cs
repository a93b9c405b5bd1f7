using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Automation.TestKit;

namespace Automation.EndToEnd.Tests.Kit;

/// <summary>An outside client that listens: <c>mosquitto_sub -v</c> on everything.</summary>
internal sealed class MosquittoSub : IAsyncDisposable
{
    private const string Package = "mosquitto-clients";

    private readonly List<(string Topic, string Payload)> _heard = [];
    private readonly Process _process;

    private MosquittoSub(int port, string filter, string[] more)
    {
        // -F with a separator no topic holds: payloads may have spaces.
        _process = Peer.Start(Peer.Find("mosquitto_sub", Package), ["-h", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), "-q", "1", "-t", filter, "-F", "%t\t%p", .. more], (_, e) => Keep(e.Data));
    }

    public IReadOnlyList<(string Topic, string Payload)> Heard
    {
        get
        {
            lock (_heard) return [.. _heard];
        }
    }

    /// <summary>Starts, and waits until the subscription stands: the retained status came.</summary>
    public static async Task<MosquittoSub> StartAsync(int port, string filter = "automation/#", params string[] more)
    {
        var sub = new MosquittoSub(port, filter, more);
        await Until.True(() => sub.Heard.Count > 0);
        return sub;
    }

    /// <summary>The payloads of a topic, oldest first.</summary>
    public IReadOnlyList<string> On(string topic) => [.. Heard.Where(h => h.Topic == topic).Select(h => h.Payload)];

    public IReadOnlyList<JsonElement> JsonOn(string topic) => [.. On(topic).Select(p => JsonDocument.Parse(p).RootElement)];

    public Task HearsAsync(string topic, Func<string, bool> payload) =>
        Until.True(() => On(topic).Any(payload), () => topic + "; heard:\n" + string.Join('\n', Heard.TakeLast(60)));

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        int tab = line.IndexOf('\t', StringComparison.Ordinal);
        if (tab < 0) return;
        lock (_heard) _heard.Add((line[..tab], line[(tab + 1)..]));
    }
}

internal static class MosquittoPub
{
    public static async Task PublishAsync(int port, string topic, string payload, params string[] more)
    {
        var output = new StringBuilder();
        using Process process = Peer.Start(
            Peer.Find("mosquitto_pub", "mosquitto-clients"), ["-h", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), "-q", "1", "-t", topic, "-m", payload, .. more], (_, e) => output.AppendLine(e.Data));
        await Until.Done(process.WaitForExitAsync());
        Assert.True(process.ExitCode == 0, output.ToString());
    }
}
