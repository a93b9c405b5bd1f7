using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Automation.Benchmarks.Isapi;

/// <summary>The simulated devices in a process of their own. Disposing ends it.</summary>
internal sealed class SimulatorProcess : IDisposable
{
    private readonly Process _process;
    private readonly HttpClient _control;

    private SimulatorProcess(Process process, IReadOnlyDictionary<string, Uri> devices, Uri control)
    {
        _process = process;
        Devices = devices;
        _control = new() { BaseAddress = control };
    }

    public IReadOnlyDictionary<string, Uri> Devices { get; }

    public int ProcessId => _process.Id;

    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public int Threads
    {
        get
        {
            _process.Refresh();
            return _process.Threads.Count;
        }
    }

    public static async Task<SimulatorProcess> StartAsync(int cameras, int panels, CancellationToken cancellationToken)
    {
        string program = Environment.ProcessPath ?? throw new InvalidOperationException("This program does not know its own path.");
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet") start.ArgumentList.Add(typeof(SimulatorProcess).Assembly.Location);
        foreach (string argument in (string[])["isapi-simulator", cameras.ToString(CultureInfo.InvariantCulture), panels.ToString(CultureInfo.InvariantCulture)]) start.ArgumentList.Add(argument);
        Process process = Process.Start(start) ?? throw new InvalidOperationException("The simulator did not start.");
        var devices = new Dictionary<string, Uri>(StringComparer.Ordinal);
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            string[] words = line.Split(' ');
            if (words[0] == "control") return new(process, devices, new(words[1]));
            devices.Add(words[0], new(words[1]));
        }

        process.Dispose();
        throw new InvalidOperationException("The simulator ended before it had started.");
    }

    public Task LoadAsync(double rate, CancellationToken cancellationToken) =>
        ControlAsync(HttpMethod.Put, string.Create(CultureInfo.InvariantCulture, $$"""{"devices":"*","rate":{{rate}}}"""), cancellationToken);

    public async Task<(long Sent, long LeftOut)> SentAsync(CancellationToken cancellationToken)
    {
        JsonNode told = await ControlAsync(HttpMethod.Get, null, cancellationToken);
        return ((long)told["sent"]!, (long)told["leftOut"]!);
    }

    public Task StopLoadAsync(CancellationToken cancellationToken) => ControlAsync(HttpMethod.Delete, null, cancellationToken);

    public void Dispose()
    {
        _control.Dispose();
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(10))) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private async Task<JsonNode> ControlAsync(HttpMethod method, string? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, "/load");
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await _control.SendAsync(request, cancellationToken);
        string text = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode ? JsonNode.Parse(text)! : throw new InvalidOperationException(text);
    }
}
