using System.Globalization;
using System.Runtime.InteropServices;

namespace Automation.Benchmarks.Mqtt.Load;

/// <summary><c>mqtt-compare</c>: Mosquitto and the embedded broker side by side, rounds interleaved; one JSON line a figure, then a table.</summary>
internal static class CompareCommand
{
    /// <returns>0 done; 1 something was lost, doubled or refused; 2 usage, or Mosquitto is not there; 3 stopped, or a broker did not start.</returns>
    public static async Task<int> RunAsync(string[] arguments, TimeProvider time)
    {
        if (LoadOptions.Parse(arguments) is not { Port: null } options)
        {
            await Console.Error.WriteLineAsync(LoadOptions.Usage);
            return 2;
        }

        if (!File.Exists(options.Mosquitto))
        {
            await Console.Error.WriteLineAsync($"mqtt-compare: there is no {options.Mosquitto}. Install Debian's mosquitto, or name it with --mosquitto PATH.");
            return 2;
        }

        using var stop = new CancellationTokenSource();
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => { context.Cancel = true; stop.Cancel(); });
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => { context.Cancel = true; stop.Cancel(); });
        try
        {
            return await CompareAsync(options, time, stop.Token);
        }
        catch (Exception error) when (error is InvalidOperationException or OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("mqtt-compare: " + error.Message);
            return 3;
        }
    }

    private static async Task<int> CompareAsync(LoadOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var table = new CompareTable();
        Func<Task<BrokerProcess>>[] start =
        [
            () => BrokerProcess.StartMosquittoAsync(options.Mosquitto, options.NoDelay, time, cancellationToken),
            () => BrokerProcess.StartOursAsync(time, cancellationToken),
        ];
        LoadScenario[] speed = [.. LoadScenario.Named(options.Scenario).Where(s => !s.Fresh)];
        LoadScenario[] memory = [.. LoadScenario.Named(options.Scenario).Where(s => s.Fresh)];
        if (speed.Length > 0) await MeasureSpeedAsync(speed, start, table, options, time, cancellationToken);
        for (int round = 0; round < options.Rounds; round++)
        {
            foreach (LoadScenario scenario in memory)
            {
                for (int i = 0; i < 2; i++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    int who = (round + i) % 2;
                    using BrokerProcess broker = await start[who]();
                    table.Series(scenario, who).Add(scenario.Run(new LoadTarget(broker.Port, broker.ProcessId, time), options.Duration));
                }
            }
        }

        foreach (string line in table.JsonLines(options.Rounds)) Console.WriteLine(line);
        string markdown = table.Markdown();
        Console.WriteLine(markdown);
        if (options.Markdown is not null) await File.WriteAllTextAsync(options.Markdown, markdown, cancellationToken);
        return table.IsSound ? 0 : 1;
    }

    /// <summary>Both run throughout; each round begins with the other one, and a round that does not count lets the runtime compile what is hot.</summary>
    private static async Task MeasureSpeedAsync(
        LoadScenario[] scenarios, Func<Task<BrokerProcess>>[] start, CompareTable table, LoadOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        using BrokerProcess mosquitto = await start[0]();
        using BrokerProcess ours = await start[1]();
        LoadTarget[] targets = [new(mosquitto.Port, mosquitto.ProcessId, time), new(ours.Port, ours.ProcessId, time)];
        for (int round = -1; round < options.Rounds; round++)
        {
            foreach (LoadScenario scenario in scenarios)
            {
                for (int i = 0; i < 2; i++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    int who = (round + 1 + i) % 2;
                    LoadResult result = scenario.Run(targets[who], options.Duration);
                    if (round >= 0 || !result.IsSound) table.Series(scenario, who).Add(result);
                }
            }
        }
    }
}
