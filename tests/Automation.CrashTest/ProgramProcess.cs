using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Automation.CrashTest;

/// <summary>The program under test in a process of its own.</summary>
internal sealed class ProgramProcess : IAsyncDisposable
{
    private readonly List<string> _lines = [];
    private readonly Process _process;
    private readonly TaskCompletionSource _running = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ProgramProcess(Process process) => _process = process;

    public int ProcessId => _process.Id;

    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public bool HasExited => _process.HasExited;

    /// <summary>Ends when everything runs; faulted when the process ends first.</summary>
    public Task Running => _running.Task;

    public string Output
    {
        get
        {
            lock (_lines) return string.Join('\n', _lines);
        }
    }

    public static ProgramProcess Start(IEnumerable<string> arguments, string passwordVariable, string password)
    {
        var info = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        info.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "automation.dll"));
        foreach (string argument in arguments) info.ArgumentList.Add(argument);
        info.Environment[passwordVariable] = password;

        // Much of a life is its start; a life here is short.
        info.Environment["DOTNET_TieredPGO"] = "0";
        info.Environment["DOTNET_TC_QuickJitForLoops"] = "1";
        var started = new ProgramProcess(new Process { StartInfo = info, EnableRaisingEvents = true });
        started._process.OutputDataReceived += started.Keep;
        started._process.ErrorDataReceived += started.Keep;
        started._process.Exited += (_, _) => started._running.TrySetException(new InvalidOperationException("the program ended"));
        started._process.Start();
        started._process.BeginOutputReadLine();
        started._process.BeginErrorReadLine();
        _ = started.Running.ContinueWith(static t => t.Exception, TaskScheduler.Default);
        return started;
    }

    /// <summary>The first group of a line that it wrote; null: there is none yet.</summary>
    public string? Find(Regex line) => line.Match(Output) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>What a power cut does to a process.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: false);
        await _process.WaitForExitAsync();
    }

    /// <summary>A clean stop; the exit code.</summary>
    public async Task<int> StopAsync()
    {
        using (Process kill = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)])) await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private void Keep(object sender, DataReceivedEventArgs e)
    {
        if (e.Data is null) return;
        lock (_lines) _lines.Add(e.Data);
        if (e.Data.StartsWith("Running;", StringComparison.Ordinal)) _running.TrySetResult();
    }
}
