using Automation.Core.Compilation.Form;
using Automation.Core.Engine;
using Automation.Core.Model;

namespace Automation.Core.Tests.Engine;

/// <summary>People counting and exceptions as the engine tells them.</summary>
public class GroupTests
{
    private static readonly CountingGroup Floor = new()
    {
        Id = "floor", Name = "1st Floor", Address = Scenario.At("groups/floor"), MaxPeople = 3, ResetAt = new TimeOnly(4, 0),
        Channels = [new CountingChannel(Scenario.At("entrance/channel/1"), false), new CountingChannel(Scenario.At("exit/channel/1"), true)],
    };

    [Fact, Trait("Req", "PPL-3")]
    public void Group_AtItsMaximum_RaisesOnceUntilItFellBelow()
    {
        EngineRule rule = Make.Rule("full", new EventTrigger(Make.Pattern("groups/floor", "maxPeopleReached"), EventPhases.Begin), null, new RaiseExceptionStep("full", ["portal"], ["siteManager"]));
        var scenario = new Scenario(TimeZoneInfo.Utc, [Floor], [rule]);
        Count(scenario, "entrance", 0, 0);
        Count(scenario, "entrance", 2, 0);
        Assert.Contains("state 12:00:00 store/groups/floor {inside: 2, max: 3, reached: false, remaining: 1}", scenario.Take());
        Count(scenario, "entrance", 3, 0);
        Count(scenario, "entrance", 5, 0);
        string[] lines = scenario.Take();
        Assert.Single(lines, l => l.StartsWith("fired", StringComparison.Ordinal));
        Assert.Contains("exception 12:00:00 full store/groups/floor full begins", lines);
        Count(scenario, "entrance", 5, 3);
        Assert.Contains("exception 12:00:00 full store/groups/floor full ends", scenario.Take());
        scenario.Correct("floor", 3);
        Assert.Equal(["12:00:00 full"], scenario.Fired());
        scenario.Wait(TimeSpan.FromHours(17));
        Assert.Equal(0, scenario.Engine.StateOf(Floor.Address)!["inside"].Number);
    }

    [Fact, Trait("Req", "PPL-3")]
    public void Group_WithAnotherMaximumAfterAReload_SaysAtOnceHowItStands()
    {
        var scenario = new Scenario(TimeZoneInfo.Utc, [Floor], []);
        Count(scenario, "entrance", 0, 0);
        Count(scenario, "entrance", 2, 0);
        scenario.Take();
        Load(scenario, Floor with { MaxPeople = 2 });
        string[] lowered = scenario.Take();
        Assert.Contains("state 12:00:00 store/groups/floor {max: 2, reached: true, remaining: 0}", lowered);
        Assert.Single(lowered, l => l.Contains("maxPeopleReached", StringComparison.Ordinal));
        Load(scenario, Floor with { MaxPeople = 2, Name = "Ground floor" });
        Assert.Empty(scenario.Take());
        Load(scenario, Floor with { MaxPeople = 10 });
        string[] raised = scenario.Take();
        Assert.Contains("state 12:00:00 store/groups/floor {max: 10, reached: false, remaining: 8}", raised);
        Assert.Single(raised, l => l.Contains("maxPeopleReached", StringComparison.Ordinal));
    }

    private static void Load(Scenario scenario, CountingGroup group) => scenario.Engine.Load(Scenario.Program(TimeZoneInfo.Utc, [group], []), scenario.TimeInput(), scenario.Sink);

    [Fact, Trait("Req", "PPL-4")]
    public void Group_SwitchedOff_CountsNothing()
    {
        var scenario = new Scenario(TimeZoneInfo.Utc, [Floor], []);
        Count(scenario, "entrance", 0, 0);
        scenario.Toggle("floor", false);
        Count(scenario, "entrance", 2, 0);
        Assert.DoesNotContain(scenario.Take(), l => l.StartsWith("state", StringComparison.Ordinal));
        Assert.False(scenario.Engine.Status("floor").Enabled);
    }

    [Fact, Trait("Req", "EXC-2")]
    public void Exception_OfAnEvent_EndsWithIt()
    {
        var scenario = new Scenario(Make.Rule("x", Make.On("nvr/hdd/1", "hddFull"), null, new RaiseExceptionStep("hddFull", ["portal"], ["siteManager"])));
        scenario.Event("nvr/hdd/1", "hddFull", EventState.Active).Wait(60).Event("nvr/hdd/1", "hddFull", EventState.Active).Wait(1000);
        Assert.Equal(
            ["exception 12:00:00 x store/nvr/hdd/1 hddFull begins", "exception 12:06:00 x store/nvr/hdd/1 hddFull ends"],
            scenario.Take().Where(l => l.StartsWith("exception", StringComparison.Ordinal)));
    }

    [Fact, Trait("Req", "EXC-2")]
    public void Exception_Offline_EndsWhenTheDeviceIsBack()
    {
        var scenario = new Scenario(Make.Rule("x", Make.Changes("nvr", "online", false, forSeconds: 300), null, new RaiseExceptionStep("offline", ["portal"], ["siteManager"])));
        scenario.Found("nvr", ("online", true)).State("nvr", ("online", false)).Wait(400).State("nvr", ("online", DataValue.Null)).Found("nvr", ("online", true));
        Assert.Equal(
            ["exception 12:05:00 x store/nvr offline begins", "exception 12:06:40 x store/nvr offline ends"],
            scenario.Take().Where(l => l.StartsWith("exception", StringComparison.Ordinal)));
    }

    private static void Count(Scenario scenario, string device, int enter, int exit) =>
        scenario.Event(device + "/channel/1", "peopleCounting", EventState.Instant, ("enter", enter), ("exit", exit));
}
