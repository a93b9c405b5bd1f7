using System.Text;
using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Host.Cli;

namespace Automation.Host.Tests.Cli;

public sealed class ReplayInputTests
{
    [Fact, Trait("Req", "HUB-4")]
    public void TryRead_Event_GivesAllItsParts()
    {
        EngineInput input = Read("""{"at":"2026-11-20T18:00:00+01:00","resource":"store/panel/zone/3","event":"zoneAlarm","state":"active","data":{"code":1130,"name":"Back","armed":true,"none":null}}""");
        Assert.Equal(EngineInputKind.Event, input.Kind);
        Assert.Equal(new DateTimeOffset(2026, 11, 20, 17, 0, 0, TimeSpan.Zero), input.At);
        Assert.Equal(("store/panel/zone/3", "zoneAlarm", EventState.Active), (input.Resource.Value, input.Name, input.EventState));
        Assert.Equal(DataObject.Of(("armed", true), ("code", 1130), ("name", "Back"), ("none", DataValue.Null)), input.Data);
    }

    [Fact, Trait("Req", "HUB-4")]
    public void TryRead_EventWithoutState_IsAnInstant() =>
        Assert.Equal(EventState.Instant, Read("""{"at":"2026-11-20T18:00:00Z","resource":"store/gate/door/1","event":"doorOpened"}""").EventState);

    [Fact, Trait("Req", "HUB-4")]
    public void TryRead_Set_IsAState()
    {
        EngineInput input = Read("""{"at":"2026-11-20T18:00:00Z","resource":"store/panel/area/1","set":{"arming":"away"}}""");
        Assert.Equal((EngineInputKind.State, false), (input.Kind, input.Initial));
        Assert.Equal("away", input.Data!["arming"].Text);
    }

    [Fact, Trait("Req", "HUB-4")]
    public void TryRead_OnlyAt_LetsTimePass() => Assert.Equal(EngineInputKind.Time, Read("""{"at":"2026-11-20T18:00:00Z"}""").Kind);

    [Theory, Trait("Req", "HUB-4")]
    [InlineData("", "JSON")]
    [InlineData("[]", "object")]
    [InlineData("{\"at\":5}", "'at'")]
    [InlineData("{\"at\":\"2026-13-20T18:00:00Z\"}", "'at'")]
    [InlineData("{\"at\":\"2026-11-20T18:00:00Z\",\"event\":\"x\"}", "'resource'")]
    [InlineData("{\"at\":\"2026-11-20T18:00:00Z\",\"resource\":\"Store\",\"event\":\"x\"}", "address")]
    [InlineData("{\"at\":\"2026-11-20T18:00:00Z\",\"resource\":\"store/panel\"}", "'event'")]
    [InlineData("{\"at\":\"2026-11-20T18:00:00Z\",\"resource\":\"store/panel\",\"event\":\"x\",\"state\":\"maybe\"}", "'state'")]
    [InlineData("{\"at\":\"2026-11-20T18:00:00Z\",\"resource\":\"store/panel\",\"set\":{\"a\":[1]}}", "'set'")]
    [InlineData("{\"at\":\"2026-11-20T18:00:00Z\",\"resource\":\"store/panel\",\"event\":\"x\",\"data\":{\"a\":1e999}}", "'data'")]
    [InlineData("{\"at\":\"2026-11-20T18:00:00Z\",\"colour\":1}", "colour")]
    public void TryRead_WrongLine_SaysWhat(string line, string word)
    {
        Assert.False(ReplayInput.TryRead(line, 1, out _, out string? problem));
        Assert.Contains(word, problem, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "HUB-4")]
    public void TryRead_RandomBytes_NeverThrows()
    {
        var random = new Random(4711);
        for (int i = 0; i < 2000; i++)
        {
            byte[] bytes = new byte[random.Next(64)];
            random.NextBytes(bytes);
            ReplayInput.TryRead(Encoding.Latin1.GetString(bytes), 1, out _, out _);
        }

        Assert.False(ReplayInput.TryRead(new string('[', 70_000), 1, out _, out string? problem));
        Assert.Contains("longer", problem, StringComparison.Ordinal);
    }

    private static EngineInput Read(string line)
    {
        Assert.True(ReplayInput.TryRead(line, 7, out EngineInput input, out string? problem), problem);
        Assert.Equal(7, input.Sequence);
        return input;
    }
}
