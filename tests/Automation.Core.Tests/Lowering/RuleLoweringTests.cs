using System.Collections.Immutable;
using Automation.Core.Compilation.Form;
using Automation.Core.Compilation.Lowering;
using Automation.Core.Model;
using Automation.Core.Tests.Rules;

namespace Automation.Core.Tests.Lowering;

public sealed class RuleLoweringTests
{
    [Fact, Trait("Req", "LNK-1")]
    public void Lower_Linkage_IsAnEventTriggerWithItsScheduleAndActions()
    {
        EngineRule rule = Single("""
            { "kind": "linkage", "id": "a", "name": "A", "source": "store/panel/zone/3", "event": "zoneAlarm", "cooldown": "00:01:00", "priority": 7,
              "schedule": { "weekly": { "mon": ["22:00-06:00"] } }, "conditions": [ { "state": "store/panel/area/1", "property": "arming", "is": "away" } ],
              "actions": [ { "action": "callPreset", "on": "store/nvr/channel/4", "preset": 3 } ] }
            """);
        EventTrigger trigger = Assert.IsType<EventTrigger>(Assert.Single(rule.Triggers));
        Assert.Equal([ResourceAddress.Parse("store/panel/zone/3")], trigger.Pattern.Sources);
        Assert.Equal(EventPhases.Begin, trigger.On);
        AllOf all = Assert.IsType<AllOf>(rule.Condition);
        ScheduleCondition schedule = Assert.IsType<ScheduleCondition>(all.Conditions[0]);
        Assert.Equal([new DayRange(22 * 60, 6 * 60)], schedule.Windows.Days[(int)DayOfWeek.Monday]);
        Assert.IsType<StateCondition>(all.Conditions[1]);
        ActionStep step = Assert.IsType<ActionStep>(Assert.Single(rule.Steps));
        Assert.Equal(DataObject.Of(("preset", 3)), step.Parameters);
        Assert.Equal((7, TimeSpan.FromMinutes(1), true), (rule.Priority, rule.Cooldown, rule.NeedsNotification));
        Assert.NotEmpty(rule.Version);
    }

    [Fact, Trait("Req", "LNK-3")]
    public void Lower_Wildcard_BecomesTheAddressesThatFit()
    {
        EngineRule rule = Single("""{ "kind": "linkage", "id": "a", "source": "store/#", "event": "zoneTamper", "actions": [ { "action": "arm", "on": "store/panel/#" } ] }""");
        EventTrigger trigger = Assert.IsType<EventTrigger>(Assert.Single(rule.Triggers));
        Assert.Equal(["store/panel/zone/0", "store/panel/zone/1", "store/panel/zone/2", "store/panel/zone/3", "store/panel/zone/4", "store/panel/zone/5"], trigger.Pattern.Sources.Select(a => a.Value));
        Assert.Equal(["store/panel/area/1", "store/panel/area/2"], Assert.IsType<ActionStep>(Assert.Single(rule.Steps)).Targets.Select(a => a.Value));
    }

    [Fact, Trait("Req", "EXC-4")]
    public void Lower_ExceptionWithASchedule_IsNoticedAtAllTimes()
    {
        // The schedule says when people are told; that is for who tells them.
        ImmutableArray<EngineRule> rules = All("""{ "kind": "exception", "id": "e", "sources": ["store/nvr"], "exceptions": [ "hddFull", "hddError" ], "schedule": { "weekly": { "mon": ["08:00-18:00"] } } }""");
        Assert.Null(rules[0].Condition);
        Assert.Equal(new RuleEnabledCondition("e", true), rules[1].Condition);
    }

    [Fact, Trait("Req", "EXC-2")]
    public void Lower_Exception_HoldsOfflineAndTakesTheDisksOfTheDevice()
    {
        ImmutableArray<EngineRule> rules = All("""{ "kind": "exception", "id": "e", "sources": ["store/nvr"], "exceptions": [ { "type": "offline", "forMinutes": 10 }, "hddFull" ] }""");
        Assert.Equal(["e", "e.hddFull"], rules.Select(r => r.Id));
        StateTrigger offline = Assert.IsType<StateTrigger>(Assert.Single(rules[0].Triggers));
        Assert.Equal(("online", TimeSpan.FromMinutes(10)), (offline.Property, offline.For));
        Assert.Equal([DataValue.FromBoolean(false)], offline.To);
        EventTrigger full = Assert.IsType<EventTrigger>(Assert.Single(rules[1].Triggers));
        Assert.Equal(["store/nvr", "store/nvr/hdd/1"], full.Pattern.Sources.Select(a => a.Value));
        Assert.Equal("e", rules[1].PartOf);
        Assert.Equal(new RuleEnabledCondition("e", true), rules[1].Condition);
        RaiseExceptionStep step = Assert.IsType<RaiseExceptionStep>(Assert.Single(rules[0].Steps));
        Assert.Equal(["portal"], step.ReceivedBy);
        Assert.Equal(["siteManager"], step.Recipients);
    }

    [Fact, Trait("Req", "SCH-2")]
    public void Lower_ArmingSchedule_LeavesOutWeekendsAndHolidays()
    {
        ImmutableArray<EngineRule> rules = All("""
            { "kind": "armingSchedule", "id": "o", "areas": ["store/panel/area/1"], "autoArm": "20:00", "autoDisarm": "07:00", "lateToDisarm": "07:15", "weekendException": true, "holidayException": ["public-holidays"] }
            """);
        Assert.Equal(["o", "o.disarm", "o.late"], rules.Select(r => r.Id));
        ScheduleTrigger trigger = Assert.IsType<ScheduleTrigger>(Assert.Single(rules[0].Triggers));
        WeeklyTimes times = Assert.IsType<WeeklyTimes>(trigger.Schedule);
        Assert.Equal([0, 1, 1, 1, 1, 1, 0], times.Days.Select(d => d.Length));
        Assert.Contains(new DateOnly(2026, 12, 25), times.Except);
        Assert.Equal("away", Assert.IsType<ActionStep>(Assert.Single(rules[0].Steps)).Parameters["mode"].Text);
        Assert.IsType<NotifyStep>(Assert.Single(Assert.IsType<IfStep>(Assert.Single(rules[2].Steps)).Then));
        Assert.All(rules, r => Assert.False(r.NeedsNotification));
    }

    [Fact, Trait("Req", "SCH-4")]
    public void Lower_Spans_BeginAndEndOnTheRightDays()
    {
        ImmutableArray<EngineRule> rules = All("""
            { "kind": "schedule", "id": "p", "during": { "weekly": { "mon": ["22:00-06:00"], "sat": ["20:00-24:00"] } },
              "actions": [ { "action": "openRelay", "on": "store/panel/relay/0" } ], "endActions": [ { "action": "closeRelay", "on": "store/panel/relay/0" } ] }
            """);
        WeeklyTimes begin = Assert.IsType<WeeklyTimes>(Assert.IsType<ScheduleTrigger>(rules[0].Triggers[0]).Schedule);
        WeeklyTimes end = Assert.IsType<WeeklyTimes>(Assert.IsType<ScheduleTrigger>(rules[1].Triggers[0]).Schedule);
        Assert.Equal([new TimeOnly(22, 0)], begin.Days[(int)DayOfWeek.Monday]);
        Assert.Equal([new TimeOnly(6, 0)], end.Days[(int)DayOfWeek.Tuesday]);
        Assert.Equal([new TimeOnly(0, 0)], end.Days[(int)DayOfWeek.Sunday]);
        Assert.Equal(["openRelay", "closeRelay"], rules.Select(r => ((ActionStep)r.Steps[0]).Action));
    }

    [Fact, Trait("Req", "PPL-3")]
    public void Lower_PeopleCounting_IsAGroupAndARuleOnItsMaximum()
    {
        SiteProgram program = RuleLowering.Lower(Demo.Site, Demo.Rules("""
            { "kind": "peopleCounting", "id": "first-floor", "name": "1st Floor", "channels": [ "store/entrance/channel/1", { "channel": "store/exit/channel/1", "mode": "reverse" } ], "maxPeople": 120, "pushAlarm": true, "resetAt": "04:00" }
            """).Rules);
        CountingGroup group = Assert.Single(program.Groups);
        Assert.Equal("store/groups/first-floor", group.Address.Value);
        Assert.Equal([false, true], group.Channels.Select(c => c.Reverse));
        Assert.Equal((120, new TimeOnly(4, 0)), (group.MaxPeople, group.ResetAt));
        EngineRule rule = Assert.Single(program.Rules);
        Assert.Equal(["maxPeopleReached"], Assert.IsType<EventTrigger>(Assert.Single(rule.Triggers)).Pattern.Events);
        Assert.False(rule.NeedsNotification);
        Assert.Contains("120", Assert.IsType<NotifyStep>(Assert.Single(rule.Steps)).Message, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "TMP-2")]
    public void Lower_Temperature_IsAThresholdAndTellsOfMasks()
    {
        EngineRule rule = Single("""{ "kind": "temperature", "id": "t", "source": "store/thermal/channel/2", "when": { "above": 37.3, "below": 35 }, "maskAlarm": true }""");
        ThresholdTrigger bound = Assert.IsType<ThresholdTrigger>(rule.Triggers[0]);
        Assert.Equal((37.3, 35, "celsius", "temperature"), (bound.Above, bound.Below, bound.Unit, bound.Property));
        Assert.Equal(["temperatureMeasured"], Assert.IsType<EventTrigger>(rule.Triggers[1]).Pattern.Events);
        Assert.IsType<NotifyStep>(Assert.Single(rule.Steps));
    }

    [Fact, Trait("Req", "LNK-1")]
    public void Lower_ManyRules_AreInOrderOfTheirIds()
    {
        ImmutableArray<EngineRule> rules = All("""
            [ { "kind": "automation", "id": "b", "triggers": [ { "startup": true } ], "actions": [ { "stop": true } ] }, { "kind": "automation", "id": "a", "enabled": false, "triggers": [ { "ruleFired": "b" } ], "actions": [ { "stop": true } ] } ]
            """);
        Assert.Equal(["a", "b"], rules.Select(r => r.Id));
        Assert.False(rules[0].Enabled);
    }

    private static ImmutableArray<EngineRule> All(string json)
    {
        var reading = Demo.Rules(json);
        Assert.Empty(reading.Findings);
        return RuleLowering.Lower(Demo.Site, reading.Rules).Rules;
    }

    private static EngineRule Single(string json) => Assert.Single(All(json));
}
