using System.Collections.Immutable;
using Automation.Core.Compilation.Form;
using Automation.Core.Engine;
using Automation.Core.Model;

namespace Automation.Core.Tests.Reference;

/// <summary>What a random program may contain.</summary>
[Flags]
internal enum Features
{
    Events = 0,
    States = 1,
    Holds = 2,
    Thresholds = 4,
    Counts = 8,
    Sequences = 16,
    Absences = 32,
    Schedules = 64,
    Chains = 128,
    Delays = 256,
    Exceptions = 512,
    Notification = 1024,
    Toggles = 2048,
    Waits = 4096,
    SeveralTriggers = 8192,
    Modes = 16384,
    ClockBack = 32768,
    All = 65535,
}

/// <summary>A small random program and a random history for it, all from one seed.</summary>
/// <remarks>Times and durations are odd milliseconds, so that two deadlines fall together only where rules share a trigger; equal instants have tests of their own.</remarks>
internal sealed class RandomSite(int seed, Features features)
{
    private static readonly string[] Lasting = ["motionDetection", "zoneAlarm"];
    private static readonly string[] Instant = ["doorOpened", "calling"];
    private static readonly string[] Armings = ["away", "stay", "disarm"];
    private static readonly string[] ZoneIds = ["Etc/UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/Santiago"];
    private static readonly ResourceAddress Flags = ResourceAddress.Parse("s/flags");

    private readonly Random _random = new(seed);
    private readonly ImmutableArray<ResourceAddress> _channels = [.. Enumerable.Range(0, 6).Select(i => ResourceAddress.Parse($"s/d{i / 2}/channel/{(i % 2) + 1}"))];
    private int _rule;

    public SiteProgram Program(int rules)
    {
        var site = new Site
        {
            Id = "s",
            Name = "Site",
            TimeZone = TimeZoneInfo.FindSystemTimeZoneById(Pick(ZoneIds)),
            Devices =
            [
                .. Enumerable.Range(0, 3).Select(d => new Device
                {
                    Address = ResourceAddress.Parse($"s/d{d}"), Name = $"d{d}", Kind = "nvr", Notification = !Has(Features.Notification) || Chance(5),
                    NotificationSchedule = Has(Features.Notification) && Chance(2) ? Windows() : null,
                    Resources = [.. _channels.Where(c => c.Device == $"d{d}").Select(c => new Resource { Address = c })],
                }),
                new Device { Address = Flags, Name = "Flags", Kind = "mqtt" },
            ],
        };
        return new SiteProgram { Site = site, Rules = [.. Enumerable.Range(0, rules).Select(i => Rule(_rule = i))] };
    }

    public List<EngineInput> History(int inputs, int rules)
    {
        var start = new DateTimeOffset(2026, _random.Next(1, 13), _random.Next(1, 28), _random.Next(24), _random.Next(60), _random.Next(60), _random.Next(1000), TimeSpan.Zero);
        DateTimeOffset at = start;
        var history = new List<EngineInput> { EngineInput.Time(0, at) };
        for (int i = 1; i <= inputs; i++)
        {
            at = at.AddMilliseconds(_random.Next(8) == 0 ? _random.Next(3_600_000) : _random.Next(15_000));
            DateTimeOffset stamped = Has(Features.ClockBack) && _random.Next(15) == 0 ? at.AddSeconds(-_random.Next(100)) : at;
            history.Add(Input(i, stamped, rules));
        }

        return history;
    }

    private EngineInput Input(int number, DateTimeOffset at, int rules)
    {
        int kind = _random.Next(20);
        if (kind == 0) return EngineInput.Time(number, at);
        if (kind == 1 && Has(Features.Toggles)) return EngineInput.RuleToggle(number, at, Id(_random.Next(rules)), Chance(2));
        if (kind == 2 && Has(Features.Notification)) return EngineInput.State(number, at, Pick(_channels).DeviceAddress, DataObject.Of(("notification", Unknown() ? DataValue.Null : Chance(2))), Chance(3));
        if (kind < 9) return EngineInput.State(number, at, Pick(_channels), Properties(), _random.Next(6) == 0);
        bool lasting = Chance(2);
        EventState state = lasting ? (Chance(3) ? EventState.Active : EventState.Inactive) : EventState.Instant;
        DataObject data = DataObject.Of(("target", Chance(2) ? "human" : "vehicle"), ("count", _random.Next(5)));
        if (Has(Features.Thresholds) && !Chance(4)) data = data.With("temperature", Chance(3) ? _random.Next(60, 100) : "91");
        return EngineInput.Event(number, at, Pick(_channels), Pick(lasting ? Lasting : Instant), state, data);
    }

    private DataObject Properties()
    {
        var pairs = new List<KeyValuePair<string, DataValue>>();
        if (Chance(2)) pairs.Add(new("arming", Unknown() ? DataValue.Null : Pick(Armings)));
        if (Chance(2)) pairs.Add(new("temperature", Unknown() ? DataValue.Null : _random.Next(60, 100)));
        if (pairs.Count == 0 || Chance(3)) pairs.Add(new("online", Unknown() ? DataValue.Null : Chance(2)));
        return DataObject.From(pairs);
    }

    private EngineRule Rule(int number) => new()
    {
        Id = Id(number),
        Name = Id(number),
        Kind = "automation",
        Enabled = !Has(Features.Toggles) || _random.Next(6) != 0,
        Priority = _random.Next(3) == 0 ? _random.Next(-2, 3) : 0,
        Mode = Has(Features.Modes) ? (RunMode)_random.Next(4) : RunMode.Single,
        MaxRuns = _random.Next(1, 3),
        Key = (RunKey)_random.Next(3),
        Cooldown = _random.Next(4) == 0 ? Duration(40_000) : TimeSpan.Zero,
        Triggers = [.. Enumerable.Range(0, Has(Features.SeveralTriggers) ? _random.Next(1, 4) : 1).Select(_ => Trigger(number))],
        Condition = Chance(2) ? null : Condition(2),
        Steps = Steps(2),
        NeedsNotification = Chance(3),
        Version = "1",
    };

    private Trigger Trigger(int number)
    {
        while (true)
        {
            switch (_random.Next(11))
            {
                case 0 or 1: return new EventTrigger(Pattern(), Chance(4) ? EventPhases.Begin : (EventPhases)_random.Next(1, 8));
                case 2 when Has(Features.States): return State(TimeSpan.Zero);
                case 3 when Has(Features.Holds): return State(Duration(60_000));
                case 4 when Has(Features.Thresholds): return Threshold();
                case 5 when Has(Features.Counts): return new CountTrigger(Pattern(), _random.Next(2, 4), Duration(120_000));
                case 6 when Has(Features.Sequences): return new SequenceTrigger([.. Enumerable.Range(0, _random.Next(2, 4)).Select(_ => Pattern())], Duration(120_000));
                case 7 when Has(Features.Absences): return new AbsenceTrigger(Pattern(), Pattern(), Duration(60_000));
                case 8 when Has(Features.Schedules): return new ScheduleTrigger(new CronTimes($"*/{_random.Next(1, 20)} * * * *"), default);
                case 9 when Has(Features.Chains) && number > 0: return Chance(2) ? new RuleFiredTrigger(Id(_random.Next(number))) : Flag(_random.Next(number));
                case 10 when Has(Features.Chains): return new StartupTrigger();
            }
        }
    }

    private StateTrigger State(TimeSpan hold)
    {
        bool arming = Chance(2);
        ImmutableArray<DataValue> Values() => arming ? [Pick(Armings)] : [Chance(2)];
        return new StateTrigger(Sources(), arming ? "arming" : "online", hold == TimeSpan.Zero && Chance(3) ? Values() : [], hold == TimeSpan.Zero && Chance(3) ? [] : Values(), hold, Policy());
    }

    private static StateTrigger Flag(int number) => new([Flags], Id(number), [], [], TimeSpan.Zero, HoldPolicy.AssumeHeld);

    private ThresholdTrigger Threshold()
    {
        int above = _random.Next(75, 90);
        bool band = _random.Next(3) == 0;
        return new ThresholdTrigger(
            Sources(), "temperature", above, band ? above - 12 : null, Chance(2) ? above - 5 : null, null, Chance(2) ? TimeSpan.Zero : Duration(30_000), null, TimeSpan.Zero, Policy());
    }

    private HoldPolicy Policy() => (HoldPolicy)_random.Next(3);

    private EventPattern Pattern() => new()
    {
        Sources = Sources(),
        Events = [.. Lasting.Concat(Instant).OrderBy(_ => _random.Next()).Take(_random.Next(1, 3))],
        Where = _random.Next(4) == 0 ? [Test("target", "human", "vehicle")] : _random.Next(4) == 0 ? [Number("count", 5)] : [],
    };

    private ImmutableArray<ResourceAddress> Sources() => [.. _channels.OrderBy(_ => _random.Next()).Take(_random.Next(1, 4))];

    private DataTest Test(string property, params string[] values) => new(property, Chance(2) ? Comparison.In : Comparison.NotIn, [Pick(values)]);

    private DataTest Number(string property, int max) => new(property, (Comparison)_random.Next(2, 6), [_random.Next(max)]);

    private Condition Condition(int depth) => _random.Next(depth > 0 ? 8 : 5) switch
    {
        0 or 1 => new StateCondition(Pick(_channels), Chance(2) ? Test("arming", Armings) : Number("temperature", 100)),
        2 => new EventDataCondition(Test("target", "human", "vehicle")),
        3 => Has(Features.Schedules) ? new ScheduleCondition(Windows()) : new StateCondition(Pick(_channels), new("online", Comparison.In, [true])),
        4 => Has(Features.Toggles) ? new RuleEnabledCondition(Id(_random.Next(_rule + 1)), Chance(2)) : new StateCondition(Pick(_channels), Test("arming", Armings)),
        5 => new AllOf([.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Condition(depth - 1))]),
        6 => new AnyOf([.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Condition(depth - 1))]),
        _ => new NotCondition(Condition(depth - 1)),
    };

    private WeeklyWindows Windows() =>
        new([.. Enumerable.Range(0, 7).Select(_ => (ImmutableArray<DayRange>)[.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => new DayRange(_random.Next(1440), _random.Next(1440) + 1))])]);

    private ImmutableArray<Step> Steps(int depth) => [.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Step(depth))];

    private Step Step(int depth)
    {
        while (true)
        {
            switch (_random.Next(12))
            {
                case 0 or 1 or 2:
                    return new ActionStep(Chance(2) ? "capture" : "record", [.. Sources().Take(_random.Next(0, 3))], Chance(2), DataObject.Empty, Chance(4) ? null : Duration(9_000));
                case 3: return new PublishStep("t", $"from {Id(_rule)}", false, 1);
                case 4: return new NotifyStep($"m{_random.Next(9)}", ["portal"], ["siteManager"]);
                case 5 when Has(Features.Delays): return new DelayStep(Duration(60_000));
                case 6 when Has(Features.Waits): return new WaitStep(new StateCondition(Pick(_channels), Test("arming", Armings)), Duration(60_000), Chance(2));
                case 7 when depth > 0: return new IfStep(Condition(1), Steps(depth - 1), Chance(2) ? [] : Steps(depth - 1));
                case 8 when depth > 0: return new RepeatStep(2, Steps(depth - 1));
                case 9 when depth < 2: return new StopStep();
                case 10 when Has(Features.Exceptions): return new RaiseExceptionStep("hddFull", ["portal"], ["siteManager"]);
                case 11 when Has(Features.Chains) && Chance(2): return new SetStateStep(Flags, DataObject.Of((Id(_rule), _random.Next(3))));
                case 11 when Has(Features.Toggles): return new SetRuleStep(Id(_random.Next(_rule + 1)), Chance(2));
            }
        }
    }

    private static string Id(int number) => $"r{number}";

    private bool Has(Features wanted) => (features & wanted) != 0;

    /// <summary>True but for one in so many.</summary>
    private bool Chance(int oneIn) => _random.Next(oneIn) != 0;

    private bool Unknown() => _random.Next(8) == 0;

    private TimeSpan Duration(int maxMilliseconds) => TimeSpan.FromMilliseconds(_random.Next(500, maxMilliseconds));

    private T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];
}
