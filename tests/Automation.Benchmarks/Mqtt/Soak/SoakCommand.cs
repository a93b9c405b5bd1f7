using System.Globalization;
using System.Runtime.InteropServices;
using Automation.Benchmarks.Mqtt.Load;

namespace Automation.Benchmarks.Mqtt.Soak;

/// <summary><c>mqtt-soak</c>: one JSON line at the end on standard output, one line a minute on standard error.</summary>
internal static class SoakCommand
{
    /// <summary>Messages behind, beyond which every sample is shown: well before a broker's queue of 10,000 is full.</summary>
    private const long Remarkable = 5000;

    /// <returns>0 nothing lost or doubled; 1 something was; 2 usage; 3 the broker was not there.</returns>
    public static async Task<int> RunAsync(string[] arguments, TimeProvider time)
    {
        if (SoakOptions.Parse(arguments) is not { } options)
        {
            await Console.Error.WriteLineAsync(SoakOptions.Usage);
            return 2;
        }

        using var stop = new CancellationTokenSource();
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => { context.Cancel = true; stop.Cancel(); });
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => { context.Cancel = true; stop.Cancel(); });
        using BrokerProcess? ours = options.Port is null ? await BrokerProcess.StartOursAsync(time, stop.Token) : null;
        using var run = new SoakRun(options.Port ?? ours!.Port, ours?.ProcessId ?? options.ProcessId, options.Seed, time);
        int samples = 0;
        long closed = 0;
        run.OnSample = (elapsed, tally) =>
        {
            if (samples++ % 6 == 0 || tally.ClosedByBroker != closed || run.FurthestBehind().Missing > Remarkable) Console.Error.WriteLine(Progress(elapsed, tally) + " " + run.FurthestBehind().Text);
            closed = tally.ClosedByBroker;
        };
        bool there = run.Run(TimeSpan.FromMinutes(options.Minutes), stop.Token);
        long lost = run.Missing;
        Console.WriteLine(Result(options, run.Tally, lost));
        if (!there || stop.IsCancellationRequested) return 3;
        return lost > 0 || run.Tally.Doubled > 0 ? 1 : 0;
    }

    private static string Progress(TimeSpan elapsed, SoakTally tally) => string.Create(
        CultureInfo.InvariantCulture,
        $"{elapsed:hh\\:mm\\:ss} published {tally.Published} delivered {tally.Delivered} doubled {tally.Doubled} reordered {tally.Reordered} killed {tally.Killed} stalled {tally.Stalled} closed {tally.ClosedByBroker} rss {tally.ResidentEndKilobytes / 1024.0:0.0} MB");

    private static string Result(SoakOptions options, SoakTally tally, long lost) => string.Create(
        CultureInfo.InvariantCulture,
        $"{{\"benchmark\":\"mqtt-soak\",\"minutes\":{options.Minutes:0.##},\"published\":{tally.Published},\"delivered\":{tally.Delivered},\"lost\":{lost},\"doubled\":{tally.Doubled},\"reordered\":{tally.Reordered},\"refused\":{tally.Refused},\"sessionsLost\":{tally.SessionsLost},\"closedByBroker\":{tally.ClosedByBroker},\"killed\":{tally.Killed},\"stalled\":{tally.Stalled},\"takenOver\":{tally.TakenOver},\"visitors\":{tally.Visitors},\"rssStartMB\":{tally.ResidentStartKilobytes / 1024.0:0.0},\"rssEndMB\":{tally.ResidentEndKilobytes / 1024.0:0.0},\"rssMaxMB\":{tally.ResidentMaxKilobytes / 1024.0:0.0},\"seed\":{options.Seed}}}");
}
