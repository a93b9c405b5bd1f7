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

    [Theory, Trait("Req", "HUB-4")]
    [InlineData("2026-11-20T18:00:00Z")]
    [InlineData("2026-11-20T18:00:00.5+01:00")]
    [InlineData("2026-11-20T18:00:00.1234567-11:30")]
    [InlineData("2024-02-29T00:00:00+14:00")]
    public void Instants_OfEveryShape_AreReadAsTheFrameworkReadsThem(string text)
    {
        // Twice: the second time day and offset are remembered.
        var reader = new InstantReader();
        for (int i = 0; i < 2; i++)
        {
            Assert.True(reader.TryRead(Encoding.UTF8.GetBytes(text), out DateTimeOffset at));
            DateTimeOffset expected = DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal((expected, expected.Offset), (at, at.Offset));
        }
    }

    [Theory, Trait("Req", "HUB-4")]
    [InlineData("2026-02-29T18:00:00Z")]
    [InlineData("2026-11-20T24:00:00Z")]
    [InlineData("2026-11-20T18:60:00Z")]
    [InlineData("2026-11-20T18:00:00")]
    [InlineData("2026-11-20T18:00:00.Z")]
    [InlineData("2026-11-20T18:00:00.12345678Z")]
    [InlineData("2026-11-20T18:00:00+15:00")]
    [InlineData("0001-01-01T00:00:00+01:00")]
    [InlineData("2026-11-20 18:00:00Z")]
    [InlineData("2026-11-20T18:00:00ZZ")]
    [InlineData("0000-11-20T18:00:00Z")]
    public void Instants_ThatAreNone_AreRefused(string text) => Assert.False(new InstantReader().TryRead(Encoding.UTF8.GetBytes(text), out _));

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
    [InlineData("{\"at\":\"2026-11-20T18:00:00\"}", "'at'")]
    [InlineData("{\"at\":\"2026-11-20T18:00:00Z\"} {}", "JSON")]
    [InlineData("{\"at\":\"2026-11-20T18:00:00Z\",\"rule\":\"r\"}", "'enabled'")]
    [InlineData("{\"at\":\"2026-11-20T18:00:00Z\",\"resource\":\"a/b\",\"event\":\"\\ud800\"}", "UTF-8")]
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
        Assert.False(new ReplayInput().TryRead(Encoding.UTF8.GetBytes(line), 1, out _, out string? problem));
        Assert.Contains(word, problem, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "HUB-4")]
    public void TryRead_RandomBytes_NeverThrows()
    {
        var random = new Random(4711);
        var lines = new ReplayInput();
        for (int i = 0; i < 2000; i++)
        {
            byte[] bytes = new byte[random.Next(64)];
            random.NextBytes(bytes);
            lines.TryRead(bytes, 1, out _, out _);
        }

        Assert.False(lines.TryRead(Encoding.ASCII.GetBytes(new string('[', 70_000)), 1, out _, out string? problem));
        Assert.Contains("longer", problem, StringComparison.Ordinal);
    }

    private static EngineInput Read(string line)
    {
        Assert.True(new ReplayInput().TryRead(Encoding.UTF8.GetBytes(line), 7, out EngineInput input, out string? problem), problem);
        Assert.Equal(7, input.Sequence);
        return input;
    }
}
