using Automation.Core.Compilation.Form;
using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Core.Tests.Engine;
using Automation.Core.Tracing;

namespace Automation.Core.Tests.Tracing;

/// <summary>Each way not to fire has its class, and the class says what to change.</summary>
public class ExplainTests
{
    private static readonly EventTrigger Alarm = Make.On("panel/zone/3", "zoneAlarm");

    [Fact]
    public void ConditionsMissing_AreListedWithValuesAndTimes_AndTheNearestMissIsKept()
    {
        var condition = new AllOf([Make.Is("panel/area/1", "arming", "away", "stay"), Make.Daily(13 * 60, 14 * 60), new AnyOf([Make.Is("gate/door/1", "open", true), Make.Is("gate/door/1", "open", "ajar")])]);
        var scenario = new Scenario(Make.Rule("a", Alarm, condition));
        scenario.State("panel/area/1", ("arming", "disarm")).Event("panel/zone/3", "zoneAlarm");
        Explanation all = scenario.Engine.Explain("a", scenario.Now);
        Assert.Equal(ExplainClass.ConditionsMissing, all.Class);
        Assert.Equal(
            ["schedule open|closed|13:00", "store/panel/area/1 arming is away|stay|arming disarm|", "any of (store/gate/door/1 open is true; store/gate/door/1 open is ajar)|open unknown|"],
            all.Missing.Select(m => $"{m.Text}|{m.Value}|{m.Possible:HH:mm}"));
        scenario.State("panel/area/1", ("arming", "away")).State("gate/door/1", ("open", true)).Wait(1).Event("panel/zone/3", "zoneAlarm");
        Explanation one = scenario.Engine.Explain("a", scenario.Now);
        Assert.IsType<ScheduleCondition>(Assert.Single(one.Missing).Condition);
        Assert.Equal(Scenario.Noon.AddHours(1), one.Possible);
        Assert.Equal(3, one.Previous!.Missing.Length);
        scenario.State("panel/area/1", ("arming", "disarm")).Wait(1).Event("panel/zone/3", "zoneAlarm");
        Assert.Equal(Scenario.Noon.AddSeconds(1), scenario.Engine.Explain("a", scenario.Now).Nearest!.At);
        scenario.State("panel/area/1", ("arming", "away")).Wait(TimeSpan.FromHours(1)).Event("panel/zone/3", "zoneAlarm");
        Explanation fired = scenario.Engine.Explain("a", scenario.Now);
        Assert.Equal(ExplainClass.Fired, fired.Class);
        Assert.Equal("", fired.Remedy);
    }

    [Fact]
    public void EveryWayNotToFire_HasItsClass()
    {
        var human = new EventTrigger(Make.Pattern("nvr/channel/1", "intrusion", new DataTest("target", Comparison.In, ["human"])), EventPhases.Begin);
        var scenario = new Scenario(
            Make.Rule("event", Alarm),
            Make.Rule("off", Alarm) with { Enabled = false },
            Make.Rule("cool", Alarm) with { Cooldown = TimeSpan.FromMinutes(1) },
            Make.Rule("busy", Alarm, null, Make.Delay(30)),
            Make.Rule("data", human),
            Make.Rule("end", Make.On("nvr/channel/1", "intrusion", EventPhases.End)),
            Make.Rule("hold", Make.Changes("nvr", "online", false, forSeconds: 600)),
            Make.Rule("count", new CountTrigger(Make.Pattern("nvr/channel/1", "intrusion"), 3, TimeSpan.FromMinutes(1))),
            Make.Rule("time", new ScheduleTrigger(new CronTimes("0 13 * * *"), default)));
        scenario.Found("nvr", ("online", true));
        Assert.Equal(ExplainClass.NoEvent, Class("event"));
        Assert.Equal(ExplainClass.NoEvent, Class("off"));
        Assert.StartsWith("switch the rule on; ", scenario.Engine.Explain("off", scenario.Now).Remedy, StringComparison.Ordinal);
        Assert.Equal(ExplainClass.NotDue, Class("time"));
        Assert.Equal(Scenario.Noon.AddHours(1), scenario.Engine.Explain("time", scenario.Now).Possible);
        scenario.Wait(1).Event("panel/zone/3", "zoneAlarm").Wait(1).Event("panel/zone/3", "zoneAlarm");
        Assert.Equal(ExplainClass.Disabled, Class("off"));
        Assert.Equal(ExplainClass.Cooldown, Class("cool"));
        Assert.Equal(Scenario.Noon.AddSeconds(61), scenario.Engine.Explain("cool", scenario.Now).Possible);
        Assert.Equal(ExplainClass.RunMode, Class("busy"));
        Assert.Equal(ExplainClass.Fired, Class("event"));
        scenario.Wait(1).Event("panel/zone/3", "lowBattery");
        Assert.Equal(ExplainClass.OtherEvent, Class("event"));
        Assert.Contains("lowBattery", scenario.Engine.Explain("event", scenario.Now).Summary, StringComparison.Ordinal);
        scenario.Wait(1).Event("nvr/channel/1", "intrusion", EventState.Active, ("target", "vehicle"));
        Assert.Equal(ExplainClass.DataUnfit, Class("data"));
        Assert.Equal(ExplainClass.OtherPhase, Class("end"));
        Assert.Equal(ExplainClass.Pending, Class("count"));
        Assert.Contains("1 of 3", scenario.Engine.Explain("count", scenario.Now).Summary, StringComparison.Ordinal);
        scenario.State("nvr", ("online", false)).Wait(60);
        Assert.Equal(ExplainClass.Pending, Class("hold"));
        Assert.Contains("00:09:00 to go", scenario.Engine.Explain("hold", scenario.Now).Summary, StringComparison.Ordinal);
        scenario.State("panel", ("notification", false)).Event("panel/zone/3", "zoneAlarm");
        Assert.Equal(ExplainClass.NotificationOff, Class("event"));

        ExplainClass Class(string rule) => scenario.Engine.Explain(rule, scenario.Now).Class;
    }

    [Fact]
    public void LastFiringAndNearestMiss_SurviveTheNoiseOfOtherRules()
    {
        var scenario = new Scenario(TimeZoneInfo.Utc, [], [Make.Rule("quiet", Alarm), Make.Rule("noisy", Make.On("nvr/channel/1", "intrusion"))], options: new EngineOptions { RecorderCapacity = 64 });
        scenario.Event("panel/zone/3", "zoneAlarm");
        DateTimeOffset fired = scenario.Now;
        for (int i = 0; i < 1000; i++) scenario.Wait(1).Event("nvr/channel/1", "intrusion");
        Assert.Equal(ExplainClass.Fired, scenario.Engine.Explain("quiet", fired).Class);
        Explanation now = scenario.Engine.Explain("quiet", scenario.Now);
        Assert.Equal(ExplainClass.NoEvent, now.Class);
        Assert.Equal(fired, now.Previous!.At);
        Assert.Equal(fired, now.LastFired);
    }

    [Fact]
    public void Explain_OfAnUnknownRule_Throws() => Assert.Throws<KeyNotFoundException>(() => new Scenario().Engine.Explain("none", Scenario.Noon));
}
