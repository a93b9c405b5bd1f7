using Automation.Core.Model;
using Automation.Host.Hub.Commands;
using Automation.Host.Hub.Discovery;
using Automation.Host.Tests.Hub.Discovery;

namespace Automation.Host.Tests.Hub.Commands;

public sealed class AlarmCodeTests
{
    private const string Area = "store/panel/area/1";
    private static readonly AlarmCodeSettings Code = new(new Secret("4711"), Arming: false);

    [Theory, Trait("Req", "HUB-2")]
    [InlineData("""{"action":"disarm","code":"4711"}""")]
    [InlineData("""{"action":"disarm","code":4711}""")]
    [InlineData("""{"action":"arm","mode":"away"}""")]
    [InlineData("""{"action":"arm","mode":"away","code":null}""")]
    public async Task Command_WithTheCode_OrWithoutNeed_IsTaken_AndTheCodeIsKeptNowhere(string payload)
    {
        await using CommandHouse house = await CommandHouse.StartAsync(Code);
        await house.SendAsync(Area, payload);
        Assert.DoesNotContain(house.Taken()!.Parameters, p => p.Key == "code");
        Assert.DoesNotContain("4711", house.Operations.All[^1].Detail, StringComparison.Ordinal);
    }

    [Theory, Trait("Req", "HUB-2")]
    [InlineData("disarm", "needs the alarm code")]
    [InlineData("""{"action":"disarm"}""", "needs the alarm code")]
    [InlineData("""{"action":"disarm","code":"4712"}""", "the code is wrong")]
    [InlineData("""{"action":"disarm","code":""}""", "the code is wrong")]
    [InlineData("""{"action":"disarm","code":["4711"]}""", "\"code\" is not a text")]
    public async Task Command_WithoutTheCode_IsRefused(string payload, string expected)
    {
        await using CommandHouse house = await CommandHouse.StartAsync(Code);
        Assert.Contains(expected, (await house.RefusedAsync(Area, payload)).GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("4712", house.Operations.All[^1].Detail, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "HUB-2")]
    public async Task Arming_AsksForTheCode_WhereItIsAskedTo()
    {
        await using CommandHouse house = await CommandHouse.StartAsync(Code with { Arming = true });
        Assert.Contains("arm needs the alarm code", (await house.RefusedAsync(Area, "arm")).GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "HUB-2")]
    public async Task FiveWrongCodes_EndTheGuessing_ForTenMinutes()
    {
        await using CommandHouse house = await CommandHouse.StartAsync(Code);
        var told = new List<string>();
        house.Code!.Locked = told.Add;
        for (int i = 0; i < AlarmCode.Tries; i++)
        {
            Assert.Empty(told);
            await house.RefusedAsync(Area, $$"""{"action":"disarm","code":"000{{i}}"}""");
            house.Time.Advance(TimeSpan.FromMinutes(1));
        }

        // The first was wrong at 17:00.
        Assert.Contains("until 17:10:00Z", Assert.Single(told), StringComparison.Ordinal);
        Assert.Contains("none is looked at", (await house.RefusedAsync(Area, """{"action":"disarm","code":"4711"}""")).GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Single(told);
        house.Time.Advance(TimeSpan.FromMinutes(5));
        await house.SendAsync(Area, """{"action":"disarm","code":"4711"}""");
        Assert.NotNull(house.Taken());
    }

    [Theory, Trait("Req", "HUB-2")]
    [InlineData("4711", false, "REMOTE_CODE")]
    [InlineData("Sesame", true, "REMOTE_CODE_TEXT")]
    public void Panel_AsksForTheCode(string code, bool arming, string form)
    {
        var settings = new AlarmCodeSettings(new Secret(code), arming);
        DiscoveryDocument document = DeviceEntities.Build(DemoDocuments.Site.Devices.First(d => d.Address.Device == "panel"), null, DemoDocuments.Names, "1", settings).First();
        System.Text.Json.Nodes.JsonNode panel = document.Components.First(c => c.Key == "area_1").Value!;
        Assert.Equal((form, arming, true), ((string?)panel["code"], (bool)panel["code_arm_required"]!, (bool)panel["code_disarm_required"]!));
        Assert.Equal("{{ dict(action | from_json, code=code) | tojson }}", (string?)panel["command_template"]);
        Assert.DoesNotContain(code, document.Root.ToJsonString(), StringComparison.Ordinal);
    }
}
