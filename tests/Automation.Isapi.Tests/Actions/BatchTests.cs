using Automation.Core.Model;
using static Automation.Isapi.Tests.Actions.ActionFixture;

namespace Automation.Isapi.Tests.Actions;

/// <summary>Several resources in one call, and what is told of each (ACT-3, ACT-4, ACT-5; 002 A.1).</summary>
public sealed class BatchTests
{
    private const string Ok = """{"statusCode":1,"statusString":"OK","subStatusCode":"ok"}""";

    [Theory]
    [InlineData("arm", "mode=stay", "area/1 area/2", "PUT /ISAPI/SecurityCP/control/arm?format=json", """{"SubSysList":[{"SubSys":{"id":1,"armType":"stay"}},{"SubSys":{"id":2,"armType":"stay"}}]}""")]
    [InlineData("disarm", "", "area/1 area/2", "PUT /ISAPI/SecurityCP/control/disarm?format=json", """{"SubSysList":[{"SubSys":{"id":1}},{"SubSys":{"id":2}}]}""")]
    [InlineData("clearAlarm", "", "area/2 area/1", "PUT /ISAPI/SecurityCP/control/clearAlarm?format=json", """{"SubSysList":[{"SubSys":{"id":2}},{"SubSys":{"id":1}}]}""")]
    [InlineData("bypassZone", "", "zone/0 zone/3 zone/5", "PUT /ISAPI/SecurityCP/control/bypass?format=json", """{"List":[{"id":0},{"id":3},{"id":5}]}""")]
    [InlineData("recoverZone", "", "zone/0 zone/3", "PUT /ISAPI/SecurityCP/control/bypassRecover?format=json", """{"List":[{"id":0},{"id":3}]}""")]
    [InlineData("deactivateZone", "mode=lidOnly", "zone/1 zone/2", "PUT /ISAPI/SecurityCP/control/deactivation?format=json", """{"List":[{"id":1,"oneTimeDeactivationMode":"lidOnly"},{"id":2,"oneTimeDeactivationMode":"lidOnly"}]}""")]
    [InlineData("deactivateZone", "mode=off,permanent=true", "zone/1 zone/2", "PUT /ISAPI/SecurityCP/control/deactivation?format=json", """{"List":[{"id":1,"deactivationMode":"off"},{"id":2,"deactivationMode":"off"}]}""")]
    [InlineData("openRelay", "", "relay/0 relay/1", "POST /ISAPI/SecurityCP/control/outputs?format=json", """{"OutputsCtrl":{"switch":"open","List":[{"id":0},{"id":1}]}}""")]
    [InlineData("closeRelay", "", "relay/0 relay/1", "POST /ISAPI/SecurityCP/control/outputs?format=json", """{"OutputsCtrl":{"switch":"close","List":[{"id":0},{"id":1}]}}""")]
    [Trait("Req", "ACT-3"), Trait("Req", "ACT-4"), Trait("Req", "ACT-5")]
    public async Task Several_AreOneRequest(string action, string parameters, string on, string request, string body)
    {
        (FakeDevice device, DeviceConnection connection, _) = await OnlineAsync("store/panel");
        await using (device)
        await using (connection)
        {
            device.Answer("POST", "/ISAPI/SecurityCP/control/outputs?format=json", Ok, 200, "application/json");
            ActionOutcome[] outcomes = await DoAllAsync(connection, action, parameters, [.. on.Split(' ').Select(r => "store/panel/" + r)]);
            Assert.All(outcomes, o => Assert.True(o.Succeeded, o.ToString()));
            Asked asked = Assert.Single(device.Commands);
            Assert.Equal((request, body), ($"{asked.Method} {asked.Path}", asked.Body));
        }
    }

    [Fact, Trait("Req", "ACT-5")]
    public async Task Relays_WithASerialNumber_AreNamedByIt()
    {
        (FakeDevice device, DeviceConnection connection, _) = await OnlineAsync("store/panel", with: d => d with { Resources = [.. d.Resources.Select(r => r.Address.Value == "store/panel/relay/1" ? r with { Serial = "Q01\"7" } : r)] });
        await using (device)
        await using (connection)
        {
            device.Answer("POST", "/ISAPI/SecurityCP/control/outputs?format=json", Ok, 200, "application/json");
            await DoAllAsync(connection, "openRelay", "", "store/panel/relay/0", "store/panel/relay/1");
            await DoAllAsync(connection, "closeRelay", "", "store/panel/relay/1");
            Assert.Equal(
                ["""{"OutputsCtrl":{"switch":"open","List":[{"id":0},{"seq":"Q01\u00227"}]}}""", """{"OutputsCtrl":{"switch":"close","List":[{"seq":"Q01\u00227"}]}}"""],
                device.Commands.Select(c => c.Body));
        }
    }

    [Fact, Trait("Req", "ACT-5"), Trait("Req", "ACT-8")]
    public async Task PartOfABatchThatFails_IsToldForThatPartAlone()
    {
        (FakeDevice device, DeviceConnection connection, _) = await OnlineAsync("store/panel");
        await using (device)
        await using (connection)
        {
            device.Answer("POST", "/ISAPI/SecurityCP/control/outputs?format=json",
                """{"requestURL":"/ISAPI/SecurityCP/control/outputs","ErrorList":[{"id":"0","errorMsg":"ok"},{"id":"1","statusCode":2,"statusString":"Device Busy","subStatusCode":"networkError","errorCode":536870921}]}""", 400, "application/json");
            ActionOutcome[] outcomes = await DoAllAsync(connection, "openRelay", "", "store/panel/relay/0", "store/panel/relay/1");
            Assert.Equal((true, "1 ok"), (outcomes[0].Succeeded, outcomes[0].DeviceStatus));
            Assert.Equal((false, ActionReason.Busy, true, "2 networkError"), (outcomes[1].Succeeded, outcomes[1].Reason, outcomes[1].RetrySafe, outcomes[1].DeviceStatus));
            Assert.Single(device.Commands);
        }
    }

    [Theory, Trait("Req", "ACT-3")]
    [InlineData("""{"statusCode":4,"subStatusCode":"notSupport","errorCode":1073741825}""", 403)]
    [InlineData("", 404)]
    public async Task APanelWithoutLists_IsAskedForEach_InTheirOrder(string refusal, int status)
    {
        (FakeDevice device, DeviceConnection connection, _) = await OnlineAsync("store/panel");
        await using (device)
        await using (connection)
        {
            device.Answer("PUT", "/ISAPI/SecurityCP/control/disarm?format=json", refusal, status, "application/json");
            ActionOutcome[] outcomes = await DoAllAsync(connection, "disarm", "", "store/panel/area/2", "store/panel/area/1");
            Assert.All(outcomes, o => Assert.True(o.Succeeded));
            Assert.Equal(["/ISAPI/SecurityCP/control/disarm?format=json", "/ISAPI/SecurityCP/control/disarm/2?format=json", "/ISAPI/SecurityCP/control/disarm/1?format=json"], device.Commands.Select(c => c.Path));
        }
    }

    [Fact, Trait("Req", "ACT-3")]
    public async Task OneAreaThatCannotArm_DoesNotKeepTheOthersFromIt()
    {
        (FakeDevice device, DeviceConnection connection, _) = await OnlineAsync("store/panel");
        await using (device)
        await using (connection)
        {
            const string arming = """{"statusCode":4,"statusString":"Invalid Operation","subStatusCode":"arming","errorCode":1073774621}""";
            device.Answer("PUT", "/ISAPI/SecurityCP/control/arm?format=json", arming, 403, "application/json");
            device.Answer("PUT", "/ISAPI/SecurityCP/control/arm/1?ways=away&format=json", arming, 403, "application/json");
            ActionOutcome[] outcomes = await DoAllAsync(connection, "arm", "", "store/panel/area/1", "store/panel/area/2");
            Assert.Equal([(false, "4 arming"), (true, "1 ok")], outcomes.Select(o => (o.Succeeded, o.DeviceStatus)));
        }
    }

    [Fact, Trait("Req", "ACT-4")]
    public async Task APanelWithoutTheListOfZones_HasAPathForEach()
    {
        (FakeDevice device, DeviceConnection connection, _) = await OnlineAsync("store/panel");
        await using (device)
        await using (connection)
        {
            device.Answer("PUT", "/ISAPI/SecurityCP/control/bypass?format=json", "", 404);
            Assert.True((await DoAsync(connection, "bypassZone", "store/panel/zone/4")).Succeeded);
            Assert.Equal("/ISAPI/SecurityCP/control/bypass/4?format=json", device.Commands.Last().Path);
        }
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task ABusyPanel_IsBusyForAll_AndNotAskedAgainForEach()
    {
        (FakeDevice device, DeviceConnection connection, _) = await OnlineAsync("store/panel");
        await using (device)
        await using (connection)
        {
            device.Answer("PUT", "/ISAPI/SecurityCP/control/arm?format=json", """{"statusCode":2,"subStatusCode":"deviceBusy"}""", 503, "application/json");
            ActionOutcome[] outcomes = await DoAllAsync(connection, "arm", "", "store/panel/area/1", "store/panel/area/2");
            Assert.All(outcomes, o => Assert.Equal((ActionReason.Busy, true), (o.Reason, o.RetrySafe)));
            Assert.Single(device.Commands);
        }
    }

    [Fact, Trait("Req", "ACT-8")]
    public async Task WhatIsNoResource_IsToldAlone_AndTheOthersAreDone()
    {
        (FakeDevice device, DeviceConnection connection, _) = await OnlineAsync("store/panel");
        await using (device)
        await using (connection)
        {
            ActionOutcome[] outcomes = await DoAllAsync(connection, "bypassZone", "", "store/panel/zone/0", "store/panel/zone/77", "store/panel/zone/1");
            Assert.Equal([true, false, true], outcomes.Select(o => o.Succeeded));
            Assert.Equal((ActionReason.Invalid, "store/panel/zone/77 is not a resource of store/panel"), (outcomes[1].Reason, outcomes[1].DeviceStatus));
            Assert.Equal("""{"List":[{"id":0},{"id":1}]}""", Assert.Single(device.Commands).Body);
        }
    }
}
