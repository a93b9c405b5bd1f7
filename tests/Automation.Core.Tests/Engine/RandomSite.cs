using System.Collections.Immutable;
using Automation.Core.Compilation.Form;
using Automation.Core.Engine;
using Automation.Core.Model;

namespace Automation.Core.Tests.Engine;

/// <summary>Random small programs over a few resources, and random histories for them. The same seed gives the same.</summary>
internal sealed class RandomSite(int seed)
{
    private static readonly string[] Channels = ["nvr/channel/1", "nvr/channel/2", "thermal/channel/1", "panel/zone/3"];
    private static readonly string[] Types = ["motionDetection", "intrusion", "zoneAlarm"];
    private static readonly DataValue[] Values = [0, 1, 2, DataValue.Null];
    private readonly Random _random = new(seed);
    private long _sequence;

    public DateTimeOffset Now { get; private set; } = Scenario.Noon;

    public SiteProgram Program() => Scenario.Program(
        TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"),
        [new CountingGroup { Id = "floor", Name = "floor", Address = Scenario.At("groups/floor"), MaxPeople = 5, ResetAt = new TimeOnly(4, 0), Channels = [new CountingChannel(Scenario.At("entrance/channel/1"), false)] }],
        [.. Enumerable.Range(0, 3 + _random.Next(6)).Select(Rule)]);

    public EngineInput Next()
    {
        if (_random.Next(3) > 0) Now += TimeSpan.FromSeconds(_random.Next(4) == 0 ? _random.Next(20_000) : _random.Next(15));
        long sequence = ++_sequence + 1;
        return _random.Next(13) switch
        {
            0 => EngineInput.Time(sequence, Now),
            1 or 2 or 3 => EngineInput.State(sequence, Now, Scenario.At(Pick(Channels)), DataObject.Of(("level", Pick(Values)), ("flag", Pick(Values))), _random.Next(5) == 0),
            4 => EngineInput.RuleToggle(sequence, Now, "r" + _random.Next(8), _random.Next(3) > 0),
            5 => EngineInput.State(sequence, Now, Scenario.At("nvr"), DataObject.Of(("notification", _random.Next(3) > 0))),
            6 => EngineInput.Event(sequence, Now, Scenario.At("entrance/channel/1"), "peopleCounting", EventState.Instant, DataObject.Of(("mode", "timeRange"), ("enter", _random.Next(4)), ("exit", _random.Next(4)))),
            7 => EngineInput.Event(sequence, Now, Scenario.At("stranger/channel/" + _random.Next(3)), "odd" + _random.Next(3), EventState.Active),
            8 => EngineInput.Outcome(sequence, Now, Scenario.At(Pick(Channels)), $"store-{Math.Max(1, sequence - 1 - _random.Next(6))}.{_random.Next(2)}", _random.Next(3) == 0),
            _ => EngineInput.Event(sequence, Now, Scenario.At(Pick(Channels)), Pick(Types), (EventState)_random.Next(3), DataObject.Of(("level", _random.Next(4)))),
        };
    }

    private T Pick<T>(T[] from) => from[_random.Next(from.Length)];

    private TimeSpan Short() => TimeSpan.FromSeconds(1 + _random.Next(20));

    private EventPattern Pattern() => new()
    {
        Sources = [.. Channels.Where(_ => _random.Next(2) == 0).DefaultIfEmpty(Channels[0]).Select(Scenario.At)],
        Events = [Pick(Types)],
        Where = _random.Next(4) == 0 ? [new DataTest("level", Comparison.AtLeast, [_random.Next(3)])] : [],
    };

    private EngineRule Rule(int number) => new()
    {
        Id = "r" + number,
        Name = "r" + number,
        Kind = "automation",
        Enabled = _random.Next(8) > 0,
        Priority = _random.Next(3) - 1,
        Mode = (RunMode)_random.Next(4),
        MaxRuns = 1 + _random.Next(2),
        Key = (RunKey)_random.Next(3),
        Cooldown = _random.Next(4) == 0 ? Short() : TimeSpan.Zero,
        NeedsNotification = _random.Next(2) == 0,
        Triggers = [.. Enumerable.Range(0, 1 + _random.Next(2)).Select(_ => Trigger())],
        Condition = _random.Next(2) == 0 ? Condition(0) : null,
        Steps = [.. Enumerable.Range(0, _random.Next(4)).Select(_ => Step(0))],
        Version = "1",
    };

    private Trigger Trigger() => _random.Next(10) switch
    {
        0 => new SequenceTrigger([Pattern(), Pattern()], Short()),
        1 => new CountTrigger(Pattern(), 2 + _random.Next(2), Short()),
        2 => new AbsenceTrigger(Pattern(), Pattern(), Short()),
        3 => new ScheduleTrigger(new CronTimes("*/30 * * * *"), new MissedRuns((MissedPolicy)_random.Next(3), TimeSpan.FromHours(1))),
        4 => new RuleFiredTrigger("r" + _random.Next(6)),
        5 or 6 => new StateTrigger([Scenario.At(Pick(Channels)), Scenario.At("panel")], "flag", [], _random.Next(3) == 0 ? [] : [_random.Next(3)], _random.Next(2) == 0 ? TimeSpan.Zero : Short(), (HoldPolicy)_random.Next(3)),
        7 => new ThresholdTrigger([Scenario.At(Pick(Channels))], "level", 1.5, null, 0.5, null, _random.Next(2) == 0 ? TimeSpan.Zero : Short(), null, _random.Next(4) == 0 ? Short() : TimeSpan.Zero, (HoldPolicy)_random.Next(3)),
        _ => new EventTrigger(Pattern(), (EventPhases)(1 + _random.Next(7))),
    };

    private Condition Condition(int depth) => _random.Next(depth > 2 ? 4 : 7) switch
    {
        0 => Make.Is(Pick(Channels), "flag", _random.Next(3)),
        1 => Make.Daily(_random.Next(1440), 1 + _random.Next(1440)),
        2 => new RuleEnabledCondition("r" + _random.Next(6), _random.Next(2) == 0),
        3 => new EventDataCondition(new DataTest("level", Comparison.Above, [_random.Next(3)])),
        4 => new AllOf([Condition(depth + 1), Condition(depth + 1)]),
        5 => new AnyOf([Condition(depth + 1), Condition(depth + 1)]),
        _ => new NotCondition(Condition(depth + 1)),
    };

    private Step Step(int depth) => _random.Next(depth > 1 ? 6 : 9) switch
    {
        0 or 1 => Make.Do("record", Pick(Channels)),
        2 => new DelayStep(Short()),
        3 => Make.Set(_random.Next(3) == 0 ? "panel" : Pick(Channels), "flag", _random.Next(3)),
        4 => new RaiseExceptionStep("e" + _random.Next(3), ["portal"], ["siteManager"]),
        5 => new SetRuleStep("r" + _random.Next(6), _random.Next(4) > 0),
        6 => new WaitStep(Condition(1), Short(), _random.Next(2) == 0),
        7 => new IfStep(Condition(1), [Step(depth + 1)], _random.Next(2) == 0 ? [Step(depth + 1)] : [new StopStep()]),
        _ => new RepeatStep(2, [Step(depth + 1), Step(depth + 1)]),
    };
}
