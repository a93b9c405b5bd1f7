using System.Buffers;
using Automation.Core.Compilation.Form;
using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Core.Tests.Engine;
using Automation.Core.Tracing;

namespace Automation.Core.Tests.Tracing;

/// <summary>A rule that fired and whose action did not happen says so, at the instant at which it fired.</summary>
[Trait("Req", "ACT-10")]
public class ActionFailedTests
{
    private static readonly EventTrigger Alarm = Make.On("panel/zone/3", "zoneAlarm");
    private static readonly EngineRule Two = Make.Rule("a", Alarm, null, Make.Do("record", "nvr/channel/1", "nvr/channel/2")) with { Version = "1" };

    [Fact]
    public void Outcome_Succeeded_LeavesTheFiringAFiring()
    {
        Scenario scenario = new Scenario(Two).Event("panel/zone/3", "zoneAlarm").Outcome("2.0", "nvr/channel/1", true).Outcome("2.1", "nvr/channel/2", true);
        Explanation explanation = scenario.Engine.Explain("a", Scenario.Noon);
        Assert.Equal(ExplainClass.Fired, explanation.Class);
        Assert.Null(explanation.FailedRequest);
    }

    [Fact]
    public void Outcome_Failed_NamesTheRequestAtTheInstantOfTheFiring()
    {
        Scenario scenario = new Scenario(Two).Event("panel/zone/3", "zoneAlarm").Wait(5).Outcome("2.1", "nvr/channel/2", false).Wait(1).Outcome("2.0", "nvr/channel/1", false);
        Explanation explanation = scenario.Engine.Explain("a", Scenario.Noon);
        Assert.Equal(ExplainClass.ActionFailed, explanation.Class);
        Assert.Equal(new FailedRequest("store-2.1", Scenario.At("nvr/channel/2"), Scenario.Noon.AddSeconds(5), 2), explanation.FailedRequest);
        Assert.Contains("store-2.1 on store/nvr/channel/2", explanation.Summary, StringComparison.Ordinal);
        Assert.NotEqual("", explanation.Remedy);
        Explanation later = scenario.Engine.Explain("a", scenario.Now);
        Assert.Equal(ExplainClass.NoEvent, later.Class);
        Assert.Equal(ExplainClass.ActionFailed, later.Previous!.Class);
    }

    [Fact]
    public void Outcome_OfAnActionAfterADelay_CountsForTheInstantOfTheFiring()
    {
        Scenario scenario = new Scenario(Make.Rule("a", Alarm, null, Make.Delay(60), Make.Do("record", "nvr/channel/1"))).Event("panel/zone/3", "zoneAlarm").Wait(90).Outcome("3.0", "nvr/channel/1", false);
        Assert.Equal(ExplainClass.ActionFailed, scenario.Engine.Explain("a", Scenario.Noon).Class);
        Assert.Equal(ExplainClass.NoEvent, scenario.Engine.Explain("a", Scenario.Noon.AddSeconds(60)).Class);
    }

    [Fact]
    public void Outcome_FailedForTwoFirings_KeepsBothAsFailedAndTheRequestOfTheLater()
    {
        Scenario scenario = new Scenario(Two).Event("panel/zone/3", "zoneAlarm").Wait(10).Event("panel/zone/3", "zoneAlarm").Outcome("4.0", "nvr/channel/1", false).Outcome("2.0", "nvr/channel/1", false);
        Explanation first = scenario.Engine.Explain("a", Scenario.Noon);
        Assert.Equal(ExplainClass.ActionFailed, first.Class);
        Assert.Null(first.FailedRequest);
        Assert.Equal("store-4.0", scenario.Engine.Explain("a", scenario.Now).FailedRequest!.Id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2.0")]
    [InlineData("store-2")]
    [InlineData("shop-2.0")]
    [InlineData("store-2.9")]
    [InlineData("store-7.0")]
    [InlineData("store--2.0")]
    [InlineData("store-2.-1")]
    [InlineData("store-99999999999999999999.0")]
    [InlineData(null)]
    public void Outcome_OfAnUnknownRequest_IsIgnored(string? id)
    {
        Scenario scenario = new Scenario(Two).Event("panel/zone/3", "zoneAlarm");
        scenario.Give(EngineInput.Outcome(3, scenario.Now, default, id!, false));
        Assert.Equal(ExplainClass.Fired, scenario.Engine.Explain("a", Scenario.Noon).Class);
    }

    [Fact]
    public void Outcome_WithoutAnyAction_IsIgnored() =>
        Assert.Equal(ExplainClass.Fired, new Scenario(Make.Rule("a", Alarm)).Event("panel/zone/3", "zoneAlarm").Outcome("2.0", "nvr/channel/1", false).Engine.Explain("a", Scenario.Noon).Class);

    [Fact]
    public void Request_BeyondTheBound_PushesTheOldestOut()
    {
        var scenario = new Scenario(TimeZoneInfo.Utc, [], [Make.Rule("a", Alarm, null, Make.Do("record", "nvr/channel/1"))], options: new EngineOptions { MaxAwaitedOutcomes = 64 });
        for (int i = 0; i < 65; i++) scenario.Wait(1).Event("panel/zone/3", "zoneAlarm");
        scenario.Outcome("3.0", "nvr/channel/1", false);
        Assert.Equal(ExplainClass.Fired, scenario.Engine.Explain("a", Scenario.Noon.AddSeconds(1)).Class);
        scenario.Outcome("5.0", "nvr/channel/1", false);
        Assert.Equal(ExplainClass.ActionFailed, scenario.Engine.Explain("a", Scenario.Noon.AddSeconds(2)).Class);
    }

    [Fact]
    public void Failure_SurvivesTheNoiseOfOtherRulesARestartAndAReload()
    {
        EngineRule noisy = Make.Rule("noisy", Make.On("nvr/channel/1", "intrusion"));
        SiteProgram program = Scenario.Program(TimeZoneInfo.Utc, [], [Two, noisy]);
        var scenario = new Scenario(TimeZoneInfo.Utc, [], [Two, noisy], options: new EngineOptions { RecorderCapacity = 64 });
        scenario.Event("panel/zone/3", "zoneAlarm").Wait(10).Event("panel/zone/3", "zoneAlarm").Outcome("2.0", "nvr/channel/1", false);
        for (int i = 0; i < 200; i++) scenario.Wait(1).Event("nvr/channel/1", "intrusion");
        Assert.Equal("store-2.0", scenario.Engine.Explain("a", Scenario.Noon).FailedRequest?.Id);
        var bytes = new ArrayBufferWriter<byte>();
        scenario.Engine.Snapshot(bytes);
        scenario.Engine = SiteEngine.Restore(program, EngineOptions.Default, bytes.WrittenSpan);
        Assert.Equal("store-2.0", scenario.Engine.Explain("a", Scenario.Noon).FailedRequest?.Id);

        // An outcome that comes after the restart and the reload still finds its firing.
        scenario.Engine.Load(Scenario.Program(TimeZoneInfo.Utc, [], [Make.Rule("0", Alarm), Two, noisy]), scenario.TimeInput(), scenario.Sink);
        Assert.Equal("store-2.0", scenario.Engine.Explain("a", Scenario.Noon).FailedRequest?.Id);
        scenario.Outcome("4.1", "nvr/channel/2", false);
        Assert.Equal("store-4.1", scenario.Engine.Explain("a", Scenario.Noon.AddSeconds(10)).FailedRequest?.Id);
    }
}
