using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Automation.Simulator;
using Automation.TestKit;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Isapi.Tests.Simulator;

/// <summary>Simulated devices on free ports, and the framework's own HTTP client with its own digest to talk to them.</summary>
internal sealed class Site : IAsyncDisposable
{
    public const string Password = "Right-Horse-7";

    public const string Store = """
        { "devices": [
            { "id": "panel", "kind": "panel", "areas": 2, "zones": 6, "zoneAreas": [1, 1, 1, 1, 2, 2], "zoneTypes": ["Delay", "Instant", "Instant", "Instant", "Instant", "24hSound"], "relays": 2, "sirens": 1 },
            { "id": "nvr", "kind": "recorder", "channels": 4, "ptz": [4], "presets": [1, 2, 3], "alarmInputs": 2, "alarmOutputs": 2, "hdds": 1 }
        ] }
        """;

    private readonly HttpClient _control;
    private readonly List<HttpClient> _clients = [];

    private readonly Complaints _complaints;

    private Site(SimulatorHost host, ManualTime time, Complaints complaints)
    {
        _complaints = complaints;
        Host = host;
        Time = time;
        _control = new() { BaseAddress = host.ControlUrl };
    }

    public SimulatorHost Host { get; }

    public ManualTime Time { get; }

    /// <summary>What the simulator has logged, from information up.</summary>
    public IEnumerable<string> Log => _complaints.Told;

    public static async Task<Site> StartAsync(string devices = Store, SimulatorOptions? options = null, int seed = 1)
    {
        SimulatorFileResult file = SimulatorFile.Parse(Encoding.UTF8.GetBytes(devices));
        Assert.True(file.Succeeded, string.Join('\n', file.Problems));
        var time = new ManualTime();
        var complaints = new Complaints();
        return new(await SimulatorHost.StartAsync(file.File!, (options ?? new()) with { Password = Password }, time, new Random(seed), complaints, CancellationToken.None), time, complaints);
    }

    /// <summary>A client that logs in as the framework does.</summary>
    public HttpClient Client(string device, string password = Password)
    {
        var credentials = new CredentialCache { { Host.Devices[device], "Digest", new NetworkCredential("admin", password) } };
        var client = new HttpClient(new SocketsHttpHandler { Credentials = credentials, UseProxy = false }) { BaseAddress = Host.Devices[device], Timeout = Until.Limit };
        _clients.Add(client);
        return client;
    }

    public HttpClient Anonymous(string device)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Host.Devices[device], Timeout = Until.Limit };
        _clients.Add(client);
        return client;
    }

    public async Task<JsonNode> ControlAsync(string method, string path, string? body = null, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var request = new HttpRequestMessage(new(method), path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await _control.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == expected, $"{method} {path}: {(int)response.StatusCode} {text}");
        return JsonNode.Parse(text)!;
    }

    public Task<JsonNode> EmitAsync(string json) => ControlAsync("POST", "/events", json);

    /// <summary>Method, path and status of every request that got in, in order.</summary>
    public async Task<string[]> AskedAsync(string device) =>
        [.. (await ControlAsync("GET", $"/requests?device={device}&authenticated=true")).AsArray().Select(r => $"{r!["method"]} {r["path"]} {r["status"]}")];

    public async ValueTask DisposeAsync()
    {
        _control.Dispose();
        foreach (HttpClient client in _clients) client.Dispose();
        await Host.DisposeAsync();
        Assert.Empty(_complaints.All);
    }

    /// <summary>Warnings and errors of the simulator itself; a test that leaves one behind fails.</summary>
    private sealed class Complaints : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> All { get; } = new();

        public ConcurrentQueue<string> Told { get; } = new();

        public ILogger CreateLogger(string categoryName) => categoryName == "Automation.Simulator" ? this : NullLogger.Instance;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) Told.Enqueue(formatter(state, exception));
            if (logLevel >= LogLevel.Warning) All.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");
        }

        public void Dispose()
        {
        }
    }
}
