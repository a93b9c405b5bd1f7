using System.CommandLine;
using System.Security.Cryptography;
using Automation.Host.Composition;
using Automation.Simulator;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Cli;

/// <summary><c>simulate</c>: the simulated devices alone.</summary>
internal static class SimulateVerb
{
    public static Command Create(TextWriter output, TimeProvider time)
    {
        var devices = new Option<FileInfo>("--devices") { Description = "The devices file.", Required = true };
        var control = new Option<int>("--control") { Description = "Port of the control API on loopback, 0 for any free one. Default 0." };
        var story = new Option<bool>("--story") { Description = "Play a small story about every 20 seconds." };
        control.Validators.Add(Ports.Check);
        var command = new Command("simulate", "Runs simulated devices that answer over HTTP, and a control API that makes them raise events.") { devices, control, story };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using ILoggerFactory loggers = Logging.Create(LogLevel.Information, time);
            string path = parsed.GetValue(devices)!.FullName;
            SimulatorFile file = ReadDevices(path);
            var options = new SimulatorOptions { BaseFolder = Path.GetDirectoryName(path), ControlPort = parsed.GetValue(control), PlayStory = parsed.GetValue(story) };
            await using SimulatorHost host = await StartAsync(file, options, time, loggers, cancellationToken);
            foreach ((string id, Uri url) in host.Devices.OrderBy(d => d.Key, StringComparer.Ordinal)) await output.WriteLineAsync($"{id} on {url}");
            await output.WriteLineAsync($"Control API on {host.ControlUrl}");
            await output.WriteLineAsync("Running; Ctrl-C stops.");
            await output.FlushAsync(cancellationToken);
            var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using (cancellationToken.Register(stopped.SetResult)) await stopped.Task;
            return 0;
        });
        return command;
    }

    /// <exception cref="StartRefusedException">The file cannot be read or is wrong.</exception>
    public static SimulatorFile ReadDevices(string path)
    {
        byte[] bytes;
        try
        {
            bytes = RuleDirectory.ReadFile(path).Utf8.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"{path}: cannot be read: {e.Message}");
        }

        SimulatorFileResult reading = SimulatorFile.Parse(bytes);
        return reading.File ?? throw new StartRefusedException(string.Join(Environment.NewLine, reading.Problems.Select(p => p.Line > 0 ? $"{path}:{p}" : $"{path}: {p}")));
    }

    /// <exception cref="StartRefusedException">A port is in use, or a password is not set.</exception>
    public static async Task<SimulatorHost> StartAsync(SimulatorFile file, SimulatorOptions options, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        try
        {
            return await SimulatorHost.StartAsync(file, options, time, new Random(RandomNumberGenerator.GetInt32(int.MaxValue)), loggers, cancellationToken);
        }
        catch (SimulatorException e)
        {
            throw new StartRefusedException(e.Message, e);
        }
    }
}
