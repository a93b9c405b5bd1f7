using Automation.Core.Compilation.Form;
using Automation.Core.Engine;
using Automation.Core.Model;

namespace Automation.Core.Tests.Engine;

/// <summary>Every kind of trigger, and what must not trigger.</summary>
public class TriggerTests
{
    [Fact, Trait("Req", "LNK-1")]
    public void Event_Begin_FiresAndAsksForItsActions()
    {
        var scenario = new Scenario(Make.Rule("a", Make.On("panel/zone/3", "zoneAlarm"), null, Make.Do("record", "nvr/channel/1", "nvr/channel/2")));
        scenario.Event("panel/zone/3", "zoneAlarm");
        Assert.Equal(
            [
                "event 12:00:00 store/panel/zone/3 zoneAlarm Begin 1",
                "fired 12:00:00 a",
                "request 12:00:00 store-2.0 a record store/nvr/channel/1 {}",
                "request 12:00:00 store-2.1 a record store/nvr/channel/2 {}",
            ],
            scenario.Take());
    }

    [Fact, Trait("Req", "EVT-6")]
    public void Event_Repeated_FiresOnceUntilItEnded()
    {
        var scenario = new Scenario(Make.Rule("a", Make.On("nvr/channel/1", "motionDetection")));
        for (int i = 0; i < 5; i++) scenario.Wait(2).Event("nvr/channel/1", "motionDetection", EventState.Active);
        Assert.Equal(["12:00:02 a"], scenario.Fired());
        scenario.Wait(60);
        Assert.Equal(["event 12:00:20 store/nvr/channel/1 motionDetection End 5 derived"], scenario.Take());
        scenario.Event("nvr/channel/1", "motionDetection", EventState.Active).Event("nvr/channel/1", "motionDetection", EventState.Inactive);
        scenario.Event("nvr/channel/1", "motionDetection", EventState.Inactive).Event("nvr/channel/1", "motionDetection", EventState.Active);
        Assert.Equal(["12:01:10 a", "12:01:10 a"], scenario.Fired());
    }

    [Fact, Trait("Req", "EVT-6")]
    public void Event_OnRepeatAndEnd_FiresOnThoseOnly()
    {
        var scenario = new Scenario(Make.Rule("a", Make.On("nvr/channel/1", "motionDetection", EventPhases.Repeat | EventPhases.End)));
        scenario.Event("nvr/channel/1", "motionDetection", EventState.Active);
        Assert.Empty(scenario.Fired());
        scenario.Wait(1).Event("nvr/channel/1", "motionDetection", EventState.Active).Wait(1).Event("nvr/channel/1", "motionDetection", EventState.Inactive);
        Assert.Equal(["12:00:01 a", "12:00:02 a"], scenario.Fired());
    }

    [Fact]
    public void Event_DataThatDoesNotFit_FiresNothing()
    {
        var pattern = Make.Pattern("nvr/channel/1", "intrusion", new DataTest("target", Comparison.In, ["human"]));
        var scenario = new Scenario(Make.Rule("a", new EventTrigger(pattern, EventPhases.Begin)));
        scenario.Event("nvr/channel/1", "intrusion", EventState.Instant, ("target", "vehicle")).Event("nvr/channel/1", "intrusion");
        Assert.Empty(scenario.Fired());
        scenario.Event("nvr/channel/1", "intrusion", EventState.Instant, ("target", "human"));
        Assert.Single(scenario.Fired());
    }

    [Fact]
    public void State_OnlyAChangeBetweenKnownValues_Fires()
    {
        var scenario = new Scenario(Make.Rule("a", Make.Changes("panel/area/1", "arming", "away")));
        scenario.State("panel/area/1", ("arming", "away"));
        Assert.Empty(scenario.Fired());
        scenario.State("panel/area/1", ("arming", "disarm")).State("panel/area/1", ("arming", DataValue.Null)).State("panel/area/1", ("arming", "away"));
        Assert.Empty(scenario.Fired());
        scenario.State("panel/area/1", ("arming", "disarm")).Found("panel/area/1", ("arming", "away"));
        Assert.Empty(scenario.Fired());
        scenario.State("panel/area/1", ("arming", "disarm")).State("panel/area/1", ("arming", "away")).State("panel/area/1", ("arming", "away"));
        Assert.Equal(["12:00:00 a"], scenario.Fired());
    }

    [Fact]
    public void State_HeldForItsTime_FiresOnceAtThatInstant()
    {
        var scenario = new Scenario(Make.Rule("offline", Make.Changes("nvr", "online", false, forSeconds: 600)));
        scenario.Found("nvr", ("online", true)).Wait(60).State("nvr", ("online", false)).Wait(300).State("nvr", ("online", true));
        scenario.Wait(60).State("nvr", ("online", false)).Wait(599);
        Assert.Empty(scenario.Fired());
        Assert.Equal(Scenario.Noon.AddMinutes(17), scenario.Engine.NextDue);
        scenario.Wait(3600);
        Assert.Equal(["12:17:00 offline"], scenario.Fired());
        scenario.State("nvr", ("online", DataValue.Null)).Wait(10).State("nvr", ("online", false)).Wait(3600);
        Assert.Empty(scenario.Fired());
    }

    [Fact]
    public void State_UnknownDuringAHold_DoesNotCancelIt()
    {
        var scenario = new Scenario(Make.Rule("a", Make.Changes("nvr", "online", false, forSeconds: 60)));
        scenario.Found("nvr", ("online", true)).State("nvr", ("online", false)).Wait(30).State("nvr", ("online", DataValue.Null)).Wait(60);
        Assert.Empty(scenario.Fired());
        scenario.State("nvr", ("online", false));
        Assert.Equal(["12:01:30 a"], scenario.Fired());
    }

    [Theory]
    [InlineData(HoldPolicy.AssumeHeld, true)]
    [InlineData(HoldPolicy.Restart, true)]
    [InlineData(HoldPolicy.RequireProof, false)]
    public void State_FoundAtStart_IsHeldFromThenByPolicy(HoldPolicy policy, bool fires)
    {
        var scenario = new Scenario(Make.Rule("a", Make.Changes("nvr", "online", false, forSeconds: 60, restart: policy)));
        scenario.Found("nvr", ("online", false)).Wait(60);
        Assert.Equal(fires ? ["12:01:00 a"] : [], scenario.Fired());
    }

    [Fact, Trait("Req", "TMP-4")]
    public void Threshold_AboveForItsTime_FiresOnceUntilCleared()
    {
        var trigger = new ThresholdTrigger([Scenario.At("thermal/channel/1")], "temperature", 80, null, 75, null, TimeSpan.FromSeconds(10), "celsius", TimeSpan.Zero, HoldPolicy.AssumeHeld);
        var scenario = new Scenario(Make.Rule("hot", trigger, null, new RaiseExceptionStep("overheated", ["portal"], ["siteManager"])));
        scenario.State("thermal/channel/1", ("temperature", 81)).Wait(5).State("thermal/channel/1", ("temperature", 79)).Wait(60);
        Assert.Empty(scenario.Fired());
        scenario.Event("thermal/channel/1", "temperatureMeasured", EventState.Instant, ("temperature", 180), ("temperatureUnit", "fahrenheit")).Wait(10);
        Assert.Equal(["12:01:15 hot"], scenario.Fired());
        scenario.State("thermal/channel/1", ("temperature", 76)).State("thermal/channel/1", ("temperature", 90)).Wait(60);
        Assert.Empty(scenario.Fired());
        scenario.State("thermal/channel/1", ("temperature", 75));
        Assert.Contains("exception 12:02:15 hot store/thermal/channel/1 overheated ends", scenario.Take());
    }

    [Fact]
    public void Sequence_InOrderAndInTime_Fires()
    {
        var trigger = new SequenceTrigger([Make.Pattern("nvr/channel/1", "lineCrossing"), Make.Pattern("nvr/channel/2", "regionEntrance")], TimeSpan.FromSeconds(30));
        var scenario = new Scenario(Make.Rule("a", trigger));
        scenario.Event("nvr/channel/2", "regionEntrance").Event("nvr/channel/1", "lineCrossing").Wait(31).Event("nvr/channel/2", "regionEntrance");
        Assert.Empty(scenario.Fired());
        scenario.Event("nvr/channel/1", "lineCrossing").Wait(20).Event("nvr/channel/1", "lineCrossing").Wait(30).Event("nvr/channel/2", "regionEntrance");
        Assert.Equal(["12:01:21 a"], scenario.Fired());
        scenario.Event("nvr/channel/2", "regionEntrance");
        Assert.Empty(scenario.Fired());
    }

    [Fact]
    public void Count_EnoughWithin_FiresThenCountsAnew()
    {
        var scenario = new Scenario(Make.Rule("a", new CountTrigger(Make.Pattern("nvr/channel/1", "motionDetection"), 3, TimeSpan.FromSeconds(60))));
        for (int i = 0; i < 3; i++) scenario.Event("nvr/channel/1", "motionDetection").Wait(31);
        Assert.Empty(scenario.Fired());
        for (int i = 0; i < 6; i++) scenario.Event("nvr/channel/1", "motionDetection").Wait(10);
        Assert.Equal(["12:01:43 a", "12:02:13 a"], scenario.Fired());
    }

    [Fact]
    public void Absence_NotAnsweredInTime_FiresWithItsSource()
    {
        var trigger = new AbsenceTrigger(Make.Pattern("panel/area/1", "disarmed"), Make.Pattern("gate/door/1", "doorOpened"), TimeSpan.FromSeconds(45));
        var scenario = new Scenario(Make.Rule("a", trigger, null, new ActionStep("closeDoor", [], true, DataObject.Empty, null)));
        scenario.Event("gate/door/1", "doorOpened").Wait(44).Event("panel/area/1", "disarmed").Wait(60);
        Assert.Empty(scenario.Fired());
        scenario.Event("gate/door/1", "doorOpened").Wait(20).Event("gate/door/1", "doorOpened").Wait(60);
        Assert.Equal(["fired 12:02:29 a", "request 12:02:29 store-9.0 a closeDoor store/gate/door/1 {}"], scenario.Take().Where(l => !l.StartsWith("event", StringComparison.Ordinal)));
    }

    [Fact, Trait("Req", "SCH-7")]
    public void Schedule_TimeThatDoesNotExist_RunsOnceAfterTheGap()
    {
        var trigger = new ScheduleTrigger(new CronTimes("30 2 * * *"), default);
        TimeZoneInfo berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        var scenario = new Scenario(berlin, [], [Make.Rule("a", trigger)], start: new DateTimeOffset(2026, 3, 28, 12, 0, 0, TimeSpan.Zero));
        scenario.Wait(TimeSpan.FromDays(2));
        Assert.Equal(["01:00:00 a", "00:30:00 a"], scenario.Fired());
        Assert.Equal(new DateTimeOffset(2026, 3, 31, 0, 30, 0, TimeSpan.Zero), scenario.Engine.Status("a").NextRun);
    }

    [Fact]
    public void RuleFired_FollowsAfterTheRulesOfTheEvent()
    {
        var scenario = new Scenario(
            Make.Rule("a", Make.On("panel/zone/3", "zoneAlarm")),
            Make.Rule("b", new RuleFiredTrigger("a")),
            Make.Rule("c", Make.On("panel/zone/3", "zoneAlarm")));
        scenario.Event("panel/zone/3", "zoneAlarm");
        Assert.Equal(["12:00:00 a", "12:00:00 c", "12:00:00 b"], scenario.Fired());
    }

    [Fact]
    public void Startup_FiresAtStartOnly()
    {
        var scenario = new Scenario(Make.Rule("a", new StartupTrigger()));
        Assert.Equal(["12:00:00 a"], scenario.Fired());
        scenario.Wait(60);
        Assert.Empty(scenario.Fired());
    }

    [Fact]
    public void Rules_OfOneInput_FireByPriorityThenId()
    {
        EngineRule low = Make.Rule("a", Make.On("panel/zone/3", "zoneAlarm")) with { Priority = -1 };
        EngineRule high = Make.Rule("z", Make.On("panel/zone/3", "zoneAlarm")) with { Priority = 5 };
        var scenario = new Scenario(low, high, Make.Rule("m", Make.On("panel/zone/3", "zoneAlarm")), Make.Rule("b", Make.On("panel/zone/3", "zoneAlarm")));
        scenario.Event("panel/zone/3", "zoneAlarm");
        Assert.Equal(["12:00:00 z", "12:00:00 b", "12:00:00 m", "12:00:00 a"], scenario.Fired());
    }

    [Fact, Trait("Req", "LNK-13")]
    public void Notification_SwitchedOff_FiresNothingFromThatDevice()
    {
        EngineRule rule = Make.Rule("a", Make.On("panel/zone/3", "zoneAlarm"));
        var scenario = new Scenario(rule, rule with { Id = "b", NeedsNotification = false });
        scenario.State("panel", ("notification", false)).Event("panel/zone/3", "zoneAlarm");
        Assert.Equal(["12:00:00 b"], scenario.Fired());
        scenario.State("panel", ("notification", true)).Event("panel/zone/3", "zoneAlarm");
        Assert.Equal(["12:00:00 a", "12:00:00 b"], scenario.Fired());
    }

    [Fact]
    public void Input_EarlierThanTheLast_IsTakenAtTheLast()
    {
        var scenario = new Scenario(Make.Rule("a", Make.On("panel/zone/3", "zoneAlarm")));
        scenario.Wait(60);
        scenario.Now = Scenario.Noon.AddDays(-1);
        scenario.Event("panel/zone/3", "zoneAlarm");
        Assert.Equal(["12:01:00 a"], scenario.Fired());
    }
}
