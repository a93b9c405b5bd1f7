using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Automation.TestKit;

namespace Automation.EndToEnd.Tests.Kit;

/// <summary>The program in a process of its own, as a user runs it.</summary>
internal sealed partial class HostProcess : IAsyncDisposable
{
    private readonly List<string> _lines = [];
    private readonly List<string> _errors = [];
    private readonly Process _process;

    private HostProcess(Process process) => _process = process;

    /// <summary>The exit code of a process that has ended.</summary>
    public int ExitCode => _process.ExitCode;

    public string Output
    {
        get
        {
            lock (_lines) return string.Join('\n', _lines);
        }
    }

    /// <summary>What came on standard error: the lines for whoever started it.</summary>
    public IReadOnlyList<string> Errors
    {
        get
        {
            lock (_lines) return [.. _errors];
        }
    }

    public int MqttPort => int.Parse(MqttLine().Match(Output).Groups[1].Value, CultureInfo.InvariantCulture);

    public static HostProcess Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var info = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        info.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "automation.dll"));
        foreach (string argument in arguments) info.ArgumentList.Add(argument);
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>()) info.Environment[name] = value;
        var host = new HostProcess(new Process { StartInfo = info });
        host._process.OutputDataReceived += host.Keep;
        host._process.ErrorDataReceived += host.Keep;
        host._process.ErrorDataReceived += host.KeepError;
        host._process.Start();
        host._process.BeginOutputReadLine();
        host._process.BeginErrorReadLine();
        return host;
    }

    /// <summary>Runs to the end; for verbs that end by themselves.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        await using HostProcess process = Start(arguments, environment);
        await process.EndAsync();
        return (process.ExitCode, process.Output);
    }

    /// <summary>Runs something that must be refused: exit code 2 and one line that says why.</summary>
    public static async Task<string> RefusedAsync(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        await using HostProcess process = Start(arguments, environment);
        await process.EndAsync();
        Assert.True(process.ExitCode == 2, process.Output);
        return Assert.Single(process.Errors);
    }

    public Task SaysAsync(string text) => Until.True(() => Output.Contains(text, StringComparison.Ordinal) || _process.HasExited, () => $"'{text}' in:\n{Output}");

    /// <summary>Waits for the line that says that everything runs.</summary>
    public async Task<HostProcess> RunningAsync()
    {
        await SaysAsync("Running; Ctrl-C stops.");
        Assert.False(_process.HasExited, Output);
        return this;
    }

    public Task WriteLineAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    /// <summary>What Ctrl-C or a service manager does; then waits for the end.</summary>
    public async Task StopAsync()
    {
        if (_process.HasExited) return;
        using (Process kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)])) await Until.Done(kill.WaitForExitAsync());
        await EndAsync();
    }

    /// <summary>What a power cut does.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await EndAsync();
    }

    public async Task EndAsync()
    {
        try
        {
            await Until.Done(_process.WaitForExitAsync());
        }
        catch (TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
            throw new TimeoutException("The process did not end:\n" + Output);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Keep(object sender, DataReceivedEventArgs e)
    {
        if (e.Data is null) return;
        lock (_lines) _lines.Add(e.Data);
    }

    private void KeepError(object sender, DataReceivedEventArgs e)
    {
        if (e.Data is null) return;
        lock (_lines) _errors.Add(e.Data);
    }

    [GeneratedRegex(@"MQTT on 127\.0\.0\.1:(\d+)")]
    private static partial Regex MqttLine();
}
