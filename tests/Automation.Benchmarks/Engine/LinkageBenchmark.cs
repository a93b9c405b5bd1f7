using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Automation.Core.Compilation.Form;
using Automation.Core.Engine;
using Automation.Core.Model;

namespace Automation.Benchmarks.Engine;

/// <summary><c>linkage-v1 --rules N --events E [--rounds R]</c>: one JSON line. Only the engine's steps are timed, not the making of events.</summary>
internal static class LinkageBenchmark
{
    private const int Block = 128;
    private const int WarmUp = 400_000;

    public static int Run(ReadOnlySpan<string> arguments)
    {
        (int rules, int events, int rounds) = (10_000, 1_000_000, 5);
        for (int i = 0; i + 1 < arguments.Length; i += 2)
        {
            if (!int.TryParse(arguments[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int value) || value == 0) return Usage();
            switch (arguments[i])
            {
                case "--rules":
                    rules = value;
                    break;
                case "--events":
                    events = value;
                    break;
                case "--rounds":
                    rounds = value;
                    break;
                default:
                    return Usage();
            }
        }

        // So that the runtime has compiled what is hot before anything counts.
        Pass(rules, WarmUp, out _, out _);
        double best = double.MaxValue;
        long fired = 0;
        double bytes = double.MaxValue;
        for (int round = 0; round < rounds; round++)
        {
            fired = Pass(rules, events, out double seconds, out long allocated);
            best = Math.Min(best, seconds);
            bytes = Math.Min(bytes, (double)allocated / events);
        }

        (double p50, double p99) = Latency(rules, Math.Min(events, 200_000));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"benchmark\":\"linkage-v1\",\"rules\":{rules},\"events\":{events},\"fired\":{fired},\"eventsPerSecond\":{events / best:0},\"bytesPerEvent\":{bytes:0.###},\"p50Microseconds\":{p50:0.###},\"p99Microseconds\":{p99:0.###},\"compileMilliseconds\":{Compile(rules):0.##},\"toggleMicroseconds\":{Toggle(rules):0.###},\"explainMicroseconds\":{Explain(rules):0.#},\"tenThousandTimersMilliseconds\":{Timers():0.##},\"rounds\":{rounds},\"traces\":true}}"));
        return 0;
    }

    private static int Usage()
    {
        Console.Error.WriteLine("usage: linkage-v1 --rules N --events E [--rounds R]");
        return 2;
    }

    private static long Pass(int rules, int events, out double seconds, out long allocated)
    {
        var workload = new LinkageWorkload(rules);
        var sink = new CountingSink();
        SiteProgram program = workload.Program();
        SiteEngine engine = workload.Engine(program, sink);
        var inputs = new EngineInput[Block];
        var texts = new EventTexts(Block);
        long ticks = 0;
        allocated = 0;
        for (int done = 0; done < events;)
        {
            int count = workload.Fill(inputs.AsSpan(0, Math.Min(Block, events - done)), texts);
            long bytes = GC.GetAllocatedBytesForCurrentThread();
            long start = Stopwatch.GetTimestamp();
            Step(engine, inputs.AsSpan(0, count), sink);
            ticks += Stopwatch.GetTimestamp() - start;
            allocated += GC.GetAllocatedBytesForCurrentThread() - bytes;
            done += count;
            if (!workload.CalendarEnded) continue;
            workload.BeginCalendarAnew();
            engine = workload.Engine(program, sink);
        }

        seconds = (double)ticks / Stopwatch.Frequency;
        return sink.Fired;
    }

    private static void Step(SiteEngine engine, ReadOnlySpan<EngineInput> inputs, CountingSink sink)
    {
        for (int i = 0; i < inputs.Length; i++) engine.Step(in inputs[i], sink);
    }

    private static (double P50, double P99) Latency(int rules, int events)
    {
        var workload = new LinkageWorkload(rules);
        var sink = new CountingSink();
        SiteEngine engine = workload.Engine(workload.Program(), sink);
        var inputs = new EngineInput[Block];
        var texts = new EventTexts(Block);
        var samples = new long[events];
        for (int done = 0; done < events;)
        {
            int count = workload.Fill(inputs.AsSpan(0, Math.Min(Block, events - done)), texts);
            for (int i = 0; i < count; i++)
            {
                long start = Stopwatch.GetTimestamp();
                engine.Step(in inputs[i], sink);
                samples[done + i] = Stopwatch.GetTimestamp() - start;
            }

            done += count;
        }

        Array.Sort(samples);
        double unit = 1e6 / Stopwatch.Frequency;
        return (samples[events / 2] * unit, samples[(int)(events * 0.99)] * unit);
    }

    private static double Compile(int rules)
    {
        SiteProgram program = new LinkageWorkload(rules).Program();
        return Best(7, () => _ = new SiteEngine(program, EngineOptions.Default)) * 1000;
    }

    private static double Toggle(int rules)
    {
        var workload = new LinkageWorkload(rules);
        var sink = new CountingSink();
        SiteEngine engine = workload.Engine(workload.Program(), sink);
        bool on = true;
        return Best(200, () => engine.Step(EngineInput.RuleToggle(1, default, "rule7", on = !on), sink)) * 1e6;
    }

    private static double Explain(int rules)
    {
        var workload = new LinkageWorkload(rules);
        var sink = new CountingSink();
        SiteEngine engine = workload.Engine(workload.Program(), sink);
        var inputs = new EngineInput[50_000];
        Step(engine, inputs.AsSpan(0, workload.Fill(inputs, new EventTexts(inputs.Length))), sink);
        return Best(50, () => _ = engine.Explain("rule7", engine.Now)) * 1e6;
    }

    /// <summary>Ten thousand delays due at one instant: fired, and their actions asked for.</summary>
    private static double Timers()
    {
        const int Count = 10_000;
        ResourceAddress[] devices = [.. Enumerable.Range(0, Count).Select(i => ResourceAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"bench/dev{i}")))];
        var program = new SiteProgram
        {
            Site = new Site { Id = "bench", Name = "Bench", TimeZone = TimeZoneInfo.Utc },
            Rules =
            [
                new EngineRule
                {
                    Id = "later", Name = "Later", Kind = "automation",
                    Triggers = [new EventTrigger(new EventPattern { Sources = [.. devices], Events = ["alarmInput"] }, EventPhases.Begin)],
                    Steps = [new DelayStep(TimeSpan.FromMinutes(5)), new ActionStep("record", [devices[0]], true, DataObject.Empty, null)],
                },
            ],
        };
        var sink = new CountingSink();
        var engine = new SiteEngine(program, EngineOptions.Default);
        DateTimeOffset at = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        double best = double.MaxValue;
        for (int round = 0; round < 200; round++)
        {
            foreach (ResourceAddress device in devices) engine.Step(EngineInput.Event(1, at, device, "alarmInput", EventState.Instant), sink);
            at += TimeSpan.FromMinutes(5);
            best = Math.Min(best, Best(1, () => engine.Step(EngineInput.Time(2, at), sink)));
        }

        return best * 1000;
    }

    private static double Best(int times, Action action)
    {
        double best = double.MaxValue;
        for (int i = 0; i < times; i++)
        {
            long start = Stopwatch.GetTimestamp();
            action();
            best = Math.Min(best, (double)(Stopwatch.GetTimestamp() - start) / Stopwatch.Frequency);
        }

        return best;
    }
}
