using System.Collections.Immutable;
using Automation.Core.Compilation;
using Automation.Core.Compilation.Form;
using Automation.Core.Engine;
using Automation.Core.Model;

namespace Automation.Core.Tests.Engine;

/// <summary>The workload of the benchmark at small sizes: known counts of firings, no allocation, and little work.</summary>
public class LinkageWorkloadTests
{
    private const int MinutesPerWeek = 7 * 24 * 60;

    [Theory]
    [InlineData(100, 2_000, 544)]
    [InlineData(100, 20_000, 5_398)]
    [InlineData(1_000, 300, 73)]
    [InlineData(10_000, 30, 4)]
    [InlineData(10_000, 20_000, 4_324)]
    public void Firings_AreTheKnownOnes(int rules, int events, int fired)
    {
        SiteEngine engine = Start(rules, out CountingSink sink);
        foreach (EngineInput input in Events(rules, events)) engine.Step(input, sink);
        Assert.Equal(fired, sink.Count);
    }

    [Fact]
    public void Step_AtASteadyState_AllocatesNothing()
    {
        SiteEngine engine = Start(100, out CountingSink sink);
        EngineInput[] inputs = [.. Events(100, 12_000)];
        long least = long.MaxValue;
        for (int round = 0; round < 6; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = round * 2000; i < round * 2000 + 2000; i++) engine.Step(in inputs[i], sink);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    [Fact]
    public void Step_RepeatsTimersAndRuns_AllocateNothingAtASteadyState()
    {
        EngineRule delayed = Make.Rule("delayed", Make.On("nvr/channel/1", "motionDetection"), null, Make.Delay(5), Make.Do("record", "nvr/channel/1")) with { Mode = RunMode.Restart };
        EngineRule counted = Make.Rule("counted", new CountTrigger(Make.Pattern("nvr/channel/1", "motionDetection"), 3, TimeSpan.FromMinutes(1)));
        var engine = new SiteEngine(Scenario.Program(TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"), [], [delayed, counted]), EngineOptions.Default);
        var sink = new CountingSink();
        DateTimeOffset at = Scenario.Noon;
        ResourceAddress channel = Scenario.At("nvr/channel/1");
        long least = long.MaxValue;
        for (int round = 0; round < 6; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 300; i++)
            {
                at += TimeSpan.FromSeconds(i % 3 == 0 ? 12 : 1);
                engine.Step(EngineInput.Event(1, at, channel, "motionDetection", EventState.Active), sink);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
        Assert.True(sink.Count > 600);
    }

    [Fact]
    public void Compile_SharesWindowsStatesAndTheirCombinations()
    {
        RuleImage image = ImageCompiler.Compile(Program(1_000));
        Assert.Equal(8, image.Windows.Count);
        Assert.Equal(10, image.StateBits.All.Length);
        Assert.Equal(2, image.TruthWords);

        // i % 8 and i % 10: forty combinations, and the one that needs nothing.
        Assert.Equal(41, image.NeedSets.Length);
    }

    private static SiteEngine Start(int rules, out CountingSink sink)
    {
        sink = new CountingSink();
        var engine = new SiteEngine(Program(rules), EngineOptions.Default);
        engine.Start(EngineInput.Time(1, DateTimeOffset.MinValue), sink);
        for (int s = 0; s < Math.Max(1, rules / 100); s++)
        {
            engine.Step(EngineInput.State(2, DateTimeOffset.MinValue, Address("site", s), DataObject.Of(("armed", s % 5 != 4))), sink);
        }

        return engine;
    }

    private static SiteProgram Program(int rules) => new()
    {
        Site = new Site { Id = "bench", Name = "Bench", TimeZone = TimeZoneInfo.Utc },
        Rules = [.. Enumerable.Range(0, rules).Select(i => new EngineRule
        {
            Id = "rule" + i,
            Name = "Rule " + i,
            Kind = "linkage",
            Triggers = [new EventTrigger(new EventPattern { Sources = [Address("dev", i)], Events = ["t" + i % 16] }, EventPhases.Begin)],
            Condition = new AllOf([new ScheduleCondition(Schedule(i % 8)), new StateCondition(Address("site", i % Math.Max(1, rules / 100)), new DataTest("armed", Comparison.In, [true]))]),
            Steps = [new ActionStep("record", [Address("recorder", 0)], false, DataObject.Empty, null)],
        }).OrderBy(r => r.Id, StringComparer.Ordinal)],
    };

    private static ResourceAddress Address(string kind, int number) => ResourceAddress.Parse("bench/" + kind + number);

    private static WeeklyWindows Schedule(int k)
    {
        int start = (24 - k) % 24;
        int end = (start + 6 + 2 * k) % 24;
        return new WeeklyWindows([.. Enumerable.Repeat<ImmutableArray<DayRange>>([new DayRange(start * 60, end == 0 ? 1440 : end * 60)], 7)]);
    }

    private static IEnumerable<EngineInput> Events(int rules, int count)
    {
        ulong state = 12345;
        long week = 0;
        int last = 0;
        for (int i = 0; i < count; i++)
        {
            int device = (int)(Next(ref state) % (ulong)rules);
            int type = (int)(((ulong)device + (Next(ref state) & 1)) % 16);
            int minute = (int)(Next(ref state) % MinutesPerWeek);
            if (minute < last) week++;
            last = minute;
            yield return EngineInput.Event(3 + i, new DateTimeOffset((week * MinutesPerWeek + minute) * TimeSpan.TicksPerMinute, TimeSpan.Zero), Address("dev", device), "t" + type, EventState.Instant);
        }
    }

    private static ulong Next(ref ulong state)
    {
        unchecked
        {
            ulong z = state += 0x9e3779b97f4a7c15;
            z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
            z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
            return z ^ (z >> 31);
        }
    }

    private sealed class CountingSink : IEngineSink
    {
        public int Count { get; private set; }

        public void EventOccurred(in EngineEvent engineEvent)
        {
        }

        public void StateChanged(in StateChange change)
        {
        }

        public void Fired(in Firing firing) => Count++;

        public void Requested(in ActionRequest request)
        {
        }

        public void Published(in PublishRequest request)
        {
        }

        public void Notified(in NotificationRequest request)
        {
        }

        public void ExceptionChanged(in ExceptionChange change)
        {
        }

        public void RuleSwitched(in RuleSwitch change)
        {
        }

        public void Faulted(in EngineFault fault)
        {
        }
    }
}
