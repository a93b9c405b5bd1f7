using Automation.Core.Compilation.Form;
using Automation.Core.Engine;
using Automation.Core.Model;

namespace Automation.Core.Tests.Engine;

/// <summary>Runs that take time: modes, bounds, keys, cooldown, waits, repeats, the loop guard.</summary>
public class RunModeTests
{
    private static readonly EventTrigger Alarm = Make.On("panel/zone/3", "zoneAlarm");

    [Fact]
    public void Single_WhileARunIsUnderWay_DoesNotFire()
    {
        var scenario = new Scenario(Delayed(RunMode.Single));
        scenario.Event("panel/zone/3", "zoneAlarm").Wait(5).Event("panel/zone/3", "zoneAlarm").Wait(5).Event("panel/zone/3", "zoneAlarm").Wait(60);
        Assert.Equal(["fired 12:00:00 a", "request 12:00:10", "fired 12:00:10 a", "request 12:00:20"], Short(scenario));
    }

    [Fact]
    public void Restart_DropsTheRunUnderWay()
    {
        var scenario = new Scenario(Delayed(RunMode.Restart));
        scenario.Event("panel/zone/3", "zoneAlarm").Wait(5).Event("panel/zone/3", "zoneAlarm").Wait(60);
        Assert.Equal(["fired 12:00:00 a", "fired 12:00:05 a", "request 12:00:15"], Short(scenario));
    }

    [Fact]
    public void Queued_RunsOneAfterTheOther_AndRefusesBeyondItsBound()
    {
        var scenario = new Scenario(Delayed(RunMode.Queued) with { MaxRuns = 2 });
        for (int i = 0; i < 4; i++) scenario.Event("panel/zone/3", "zoneAlarm").Wait(1);
        Assert.Equal(3, scenario.Engine.Status("a").Running);
        scenario.Wait(60);
        Assert.Equal(
            ["fired 12:00:00 a", "fired 12:00:01 a", "fired 12:00:02 a", "fault 12:00:03", "request 12:00:10", "request 12:00:20", "request 12:00:30"],
            Short(scenario));
        Assert.Equal(EngineFaultKind.RunRefused, scenario.Engine.Status("a").LastFault?.Kind);
    }

    [Fact]
    public void Parallel_RunsAtOnce_UpToItsBound()
    {
        var scenario = new Scenario(Delayed(RunMode.Parallel) with { MaxRuns = 2 });
        for (int i = 0; i < 3; i++) scenario.Event("panel/zone/3", "zoneAlarm").Wait(1);
        scenario.Wait(60);
        Assert.Equal(["fired 12:00:00 a", "fired 12:00:01 a", "fault 12:00:02", "request 12:00:10", "request 12:00:11"], Short(scenario));
    }

    [Fact]
    public void Key_Device_KeepsRunsOfDevicesApart()
    {
        var both = new EventPattern { Sources = [Scenario.At("nvr/channel/1"), Scenario.At("nvr/channel/2"), Scenario.At("thermal/channel/1")], Events = ["motionDetection"] };
        var scenario = new Scenario(Make.Rule("a", new EventTrigger(both, EventPhases.Begin), null, Make.Delay(10)));
        scenario.Event("nvr/channel/1", "motionDetection").Event("nvr/channel/2", "motionDetection").Event("thermal/channel/1", "motionDetection");
        Assert.Equal(2, scenario.Fired().Length);
    }

    [Fact]
    public void Cooldown_CountsFromTheFiring_AndEndsOnTheInstant()
    {
        var scenario = new Scenario(Make.Rule("a", Alarm) with { Cooldown = TimeSpan.FromSeconds(30) });
        scenario.Event("panel/zone/3", "zoneAlarm").Wait(29).Event("panel/zone/3", "zoneAlarm").Wait(1).Event("panel/zone/3", "zoneAlarm");
        Assert.Equal(["12:00:00 a", "12:00:30 a"], scenario.Fired());
    }

    [Fact]
    public void Wait_GoesOnWhenItsConditionHolds_OrStopsAtTheTimeout()
    {
        EngineRule rule = Make.Rule("a", Alarm, null, new WaitStep(Make.Is("gate/door/1", "open", true), TimeSpan.FromSeconds(30), false), Make.Do("record", "nvr/channel/1"));
        var scenario = new Scenario(rule);
        scenario.Event("panel/zone/3", "zoneAlarm").Wait(10).State("gate/door/1", ("open", true)).State("gate/door/1", ("open", false));
        Assert.Equal(["fired 12:00:00 a", "request 12:00:10"], Short(scenario));
        scenario.Event("panel/zone/3", "zoneAlarm").Wait(60);
        Assert.Equal(["fired 12:00:10 a"], Short(scenario));
        Assert.Equal(0, scenario.Engine.Status("a").Running);
    }

    [Fact]
    public void Wait_ForAWindow_GoesOnWhenItOpens()
    {
        EngineRule rule = Make.Rule("a", Alarm, null, new WaitStep(Make.Daily(13 * 60, 14 * 60), TimeSpan.FromHours(3), false), Make.Do("record", "nvr/channel/1"));
        var scenario = new Scenario(rule);
        scenario.Event("panel/zone/3", "zoneAlarm").Wait(TimeSpan.FromHours(2));
        Assert.Equal(["fired 12:00:00 a", "request 13:00:00"], Short(scenario));
    }

    [Fact]
    public void Repeat_IfAndStop_RunInOrder()
    {
        EngineRule rule = Make.Rule(
            "a",
            Alarm,
            null,
            new RepeatStep(2, [Make.Do("record", "nvr/channel/1"), new RepeatStep(2, [Make.Delay(1), Make.Do("capture", "nvr/channel/2")])]),
            new IfStep(Make.Is("panel/area/1", "arming", "away"), [Make.Do("sirenOn", "panel/zone/1"), new StopStep()], [Make.Do("keyFrame", "nvr/channel/3")]),
            Make.Do("goHome", "nvr/channel/4"));
        var scenario = new Scenario(rule);
        scenario.Event("panel/zone/3", "zoneAlarm").Wait(60);
        Assert.Equal(["record", "capture", "capture", "record", "capture", "capture", "keyFrame", "goHome"], Actions(scenario));
        scenario.State("panel/area/1", ("arming", "away")).Event("panel/zone/3", "zoneAlarm").Wait(60);
        Assert.Equal(["record", "capture", "capture", "record", "capture", "capture", "sirenOn"], Actions(scenario));
        Assert.Equal(0, scenario.Engine.Status("a").Running);
    }

    [Fact]
    public void Repeat_WithoutAnyWait_LeavesNoRunBehind()
    {
        var scenario = new Scenario(Make.Rule("a", Alarm, null, new RepeatStep(3, [Make.Do("capture", "nvr/channel/1")])));
        scenario.Event("panel/zone/3", "zoneAlarm");
        Assert.Equal(3, Actions(scenario).Length);
        Assert.Equal(0, scenario.Engine.Status("a").Running);
    }

    [Fact]
    public void Toggle_Off_EndsRunsAndFiresNoMore()
    {
        var scenario = new Scenario(Delayed(RunMode.Single));
        scenario.Event("panel/zone/3", "zoneAlarm").Toggle("a", false).Toggle("a", false).Wait(60).Event("panel/zone/3", "zoneAlarm");
        Assert.Equal(["fired 12:00:00 a", "switch 12:00:00"], Short(scenario));
        Assert.False(scenario.Engine.Status("a").Enabled);
        scenario.Toggle("a", true).Event("panel/zone/3", "zoneAlarm");
        Assert.Equal(["switch 12:01:00", "fired 12:01:00 a"], Short(scenario));
    }

    [Fact]
    public void RulesThatSetEachOtherOff_AreCutAndTheChainIsNamed()
    {
        var scenario = new Scenario(
            Make.Rule("ping", Make.Changes("panel", "flag", 1), null, Make.Set("panel", "flag", 2)),
            Make.Rule("pong", Make.Changes("panel", "flag", 2), null, Make.Set("panel", "flag", 1)),
            Make.Rule("other", Alarm));
        scenario.Found("panel", ("flag", 0)).State("panel", ("flag", 1));
        string fault = Assert.Single(scenario.Take(), l => l.StartsWith("fault", StringComparison.Ordinal));
        Assert.Contains("ping -> pong -> ping -> pong", fault, StringComparison.Ordinal);
        Assert.Contains("Loop", fault, StringComparison.Ordinal);
        scenario.Event("panel/zone/3", "zoneAlarm");
        Assert.Equal(["12:00:00 other"], scenario.Fired());
    }

    [Fact]
    public void LoopThroughADelay_IsCutByItsRate()
    {
        TimeSpan step = TimeSpan.FromMilliseconds(1);
        var scenario = new Scenario(
            Make.Rule("ping", Make.Changes("panel", "flag", 1), null, new DelayStep(step), Make.Set("panel", "flag", 2)),
            Make.Rule("pong", Make.Changes("panel", "flag", 2), null, new DelayStep(step), Make.Set("panel", "flag", 1)));
        scenario.Found("panel", ("flag", 0)).State("panel", ("flag", 1)).Wait(10);
        string[] lines = scenario.Take();
        Assert.Single(lines, l => l.Contains(" Loop ", StringComparison.Ordinal));
        Assert.True(lines.Count(l => l.StartsWith("fired", StringComparison.Ordinal)) <= 202);
    }

    [Fact]
    public void SetRule_SwitchesAnotherRule_AndItsConditionsFollow()
    {
        var scenario = new Scenario(
            Make.Rule("a", Alarm, null, new SetRuleStep("b", false)),
            Make.Rule("b", Make.On("panel/zone/1", "zoneAlarm")),
            Make.Rule("c", Make.On("panel/zone/1", "zoneAlarm"), new RuleEnabledCondition("b", false)));
        scenario.Event("panel/zone/1", "zoneAlarm").Event("panel/zone/3", "zoneAlarm").Event("panel/zone/1", "zoneAlarm");
        Assert.Equal(["fired 12:00:00 b", "fired 12:00:00 a", "switch 12:00:00", "fired 12:00:00 c"], Short(scenario));
    }

    [Fact]
    public void Publish_FillsItsPlaces()
    {
        EngineRule rule = Make.Rule("a", Alarm, null, new PublishStep("alerts/${zone}", """{"at":"${at}","who":"${name}","rule":"${rule}"}""", false, 1));
        var scenario = new Scenario(rule);
        scenario.Event("panel/zone/3", "zoneAlarm", EventState.Instant, ("name", "a \"b\""), ("zone", "x/#"));
        Assert.Contains("""publish 12:00:00 a alerts/x/_ {"at":"2026-11-20T12:00:00Z","who":"a \"b\"","rule":"a"}""", scenario.Take());
    }

    private static EngineRule Delayed(RunMode mode) => Make.Rule("a", Alarm, null, Make.Delay(10), Make.Do("record", "nvr/channel/1")) with { Mode = mode };

    private static string[] Actions(Scenario scenario) => [.. scenario.Take().Where(l => l.StartsWith("request", StringComparison.Ordinal)).Select(l => l.Split(' ')[4])];

    private static string[] Short(Scenario scenario) =>
        [.. scenario.Take().Where(l => !l.StartsWith("event", StringComparison.Ordinal) && !l.StartsWith("state", StringComparison.Ordinal))
            .Select(l => l.StartsWith("fired", StringComparison.Ordinal) ? l : string.Join(' ', l.Split(' ').Take(2)))];
}
