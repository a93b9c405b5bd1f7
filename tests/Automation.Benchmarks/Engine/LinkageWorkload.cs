using System.Collections.Immutable;
using System.Globalization;
using Automation.Core.Compilation.Form;
using Automation.Core.Engine;
using Automation.Core.Model;

namespace Automation.Benchmarks.Engine;

/// <summary>The workload <c>linkage-v1</c> in the engine's own words; <c>results/linkage-v1.md</c> says how each part is mapped.</summary>
internal sealed class LinkageWorkload(int rules)
{
    private const int MinutesPerWeek = 7 * 24 * 60;

    /// <summary>The last week that is used; the calendar ends in the year 9999.</summary>
    private const long LastWeek = 521_000;

    private static readonly ImmutableArray<WeeklyWindows> Schedules = [.. Enumerable.Range(0, 8).Select(ScheduleOf)];

    private ulong _state = 12345;
    private long _week;
    private int _minute;
    private long _sequence;

    public int Sites => Math.Max(1, rules / 100);

    /// <summary>True: the calendar is used up, the next event needs a fresh engine.</summary>
    public bool CalendarEnded { get; private set; }

    public SiteProgram Program() => new()
    {
        Site = new Site { Id = "bench", Name = "Bench", TimeZone = TimeZoneInfo.Utc },
        Rules = [.. Enumerable.Range(0, rules).Select(i => RuleOf(i, Sites)).OrderBy(r => r.Id, StringComparer.Ordinal)],
    };

    /// <summary>A started engine that knows which sites are armed.</summary>
    public SiteEngine Engine(SiteProgram program, IEngineSink sink)
    {
        var engine = new SiteEngine(program, EngineOptions.Default);
        DateTimeOffset at = new(_week * MinutesPerWeek * TimeSpan.TicksPerMinute, TimeSpan.Zero);
        engine.Start(EngineInput.Time(++_sequence, at), sink);
        for (int s = 0; s < Sites; s++) engine.Step(EngineInput.State(++_sequence, at, SiteAddress(s), DataObject.Of(("armed", s % 5 != 4))), sink);
        return engine;
    }

    public void BeginCalendarAnew() => (_week, _minute, CalendarEnded) = (0, 0, false);

    /// <summary>The next events. Their texts are those of their places in <paramref name="texts"/>, good until the next call.</summary>
    public int Fill(Span<EngineInput> inputs, EventTexts texts)
    {
        for (int i = 0; i < inputs.Length; i++)
        {
            if (_week >= LastWeek)
            {
                CalendarEnded = true;
                return i;
            }

            int device = (int)(Next() % (ulong)rules);
            int type = (int)(((ulong)device + (Next() & 1)) % 16);
            int minute = (int)(Next() % MinutesPerWeek);
            if (minute < _minute) _week++;
            _minute = minute;
            DateTimeOffset at = new((_week * MinutesPerWeek + minute) * TimeSpan.TicksPerMinute, TimeSpan.Zero);
            inputs[i] = EngineInput.Event(++_sequence, at, texts.Device(i, device), texts.Type(i, type), EventState.Instant);
        }

        return inputs.Length;
    }

    private static EngineRule RuleOf(int number, int sites) => new()
    {
        Id = string.Create(CultureInfo.InvariantCulture, $"rule{number}"),
        Name = string.Create(CultureInfo.InvariantCulture, $"Rule {number}"),
        Kind = "linkage",
        Triggers = [new EventTrigger(new EventPattern { Sources = [DeviceAddress(number)], Events = [TypeName(number % 16)] }, EventPhases.Begin)],
        Condition = new AllOf([
            new ScheduleCondition(Schedules[number % 8]),
            new StateCondition(SiteAddress(number % sites), new DataTest("armed", Comparison.In, [true])),
        ]),
        Steps = [new ActionStep("record", [ResourceAddress.Parse("bench/recorder")], false, DataObject.Empty, null)],
    };

    private static WeeklyWindows ScheduleOf(int k)
    {
        // Open iff (hour + k) % 24 < 6 + 2k: one stretch a day, over midnight for most.
        int start = (24 - k) % 24;
        int end = (start + 6 + 2 * k) % 24;
        return new WeeklyWindows([.. Enumerable.Repeat<ImmutableArray<DayRange>>([new DayRange(start * 60, end == 0 ? 1440 : end * 60)], 7)]);
    }

    private static ResourceAddress DeviceAddress(int device) => ResourceAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"bench/dev{device}"));

    private static ResourceAddress SiteAddress(int site) => ResourceAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"bench/site{site}"));

    private static string TypeName(int type) => string.Create(CultureInfo.InvariantCulture, $"t{type}");

    /// <summary>SplitMix64.</summary>
    private ulong Next()
    {
        unchecked
        {
            ulong z = _state += 0x9e3779b97f4a7c15;
            z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
            z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
            return z ^ (z >> 31);
        }
    }
}
