using Automation.Core.Model;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Isapi.Tests.Actions;

/// <summary>Settings of a thermal camera that speaks ISAPI (DEV-8), held against the simulated one.</summary>
public sealed class ImageActionTests
{
    private const string Devices = """{"devices":[{"id":"thermal","kind":"thermal"}]}""";

    private static Device Thermal(Uri url)
    {
        var address = ResourceAddress.Parse("store/thermal");
        return TestDevices.Camera(url) with
        {
            Address = address, Kind = "thermal-camera",
            Connection = new DeviceConnectionInfo { Url = url, User = "admin", Password = new Secret(Simulator.Site.Password) },
            Resources = [new Resource { Address = address.Resource("channel", 1) }, new Resource { Address = address.Resource("channel", 2), Capabilities = ["thermal"] }],
        };
    }

    [Fact, Trait("Req", "DEV-8")]
    public async Task Configure_WritesWhatIsapiHas_ReadsItBack_AndSaysWhatItHasNot()
    {
        await using Simulator.Site site = await Simulator.Site.StartAsync(Devices);
        var observer = new RecordingObserver();
        await using var connection = new DeviceConnection(Thermal(site.Host.Devices["thermal"]), TestDevices.Patient, observer, site.Time, new Random(3), NullLogger.Instance);
        connection.Start();
        await Until.True(() => connection.Online, observer.ToString);

        ActionOutcome outcome = await DoAsync("configure", ("setting", "brightness"), ("value", 7));
        Assert.Equal((true, ActionEffect.Confirmed), (outcome.Succeeded, outcome.Effect));
        Assert.True((await DoAsync("configure", ("setting", "contrast"), ("value", 1))).Succeeded);
        Assert.True((await DoAsync("configure", ("setting", "palette"), ("value", "blackHot"))).Succeeded);
        string colour = await site.Client("thermal").GetStringAsync("/ISAPI/Image/channels/2/Color");
        Assert.Contains("<brightnessLevel>70</brightnessLevel>\n<contrastLevel>10</contrastLevel>", colour, StringComparison.Ordinal);
        Assert.Contains("<mode>BlackHot</mode>", await site.Client("thermal").GetStringAsync("/ISAPI/Image/channels/2/palettes"), StringComparison.Ordinal);

        Assert.Equal(ActionReason.NotSupported, (await DoAsync("configure", ("setting", "laser"), ("value", true))).Reason);
        Assert.Equal(ActionReason.NotSupported, (await DoAsync("calibrate")).Reason);
        outcome = await DoAsync("configure", ("setting", "brightness"), ("value", 11));
        Assert.Equal((ActionReason.Invalid, "'brightness' of a thermal-camera cannot be 11: write a number from 1 to 10"), (outcome.Reason, outcome.DeviceStatus));
        Assert.Equal(ActionReason.Invalid, (await DoAsync("configure", ("setting", "pirSensitivity"), ("value", "high"))).Reason);
        Assert.True((await DoAsync("restoreDefaults")).Succeeded);
        Assert.Contains("<brightnessLevel>50</brightnessLevel>", await site.Client("thermal").GetStringAsync("/ISAPI/Image/channels/2/Color"), StringComparison.Ordinal);

        async Task<ActionOutcome> DoAsync(string action, params (string, DataValue)[] parameters)
        {
            ActionAnswer answer = (await Until.Done(connection.ExecuteAsync(action, [ResourceAddress.Parse("store/thermal")], DataObject.Of(parameters), CancellationToken.None)))[0];
            return answer.WithEffect is { } effect ? await Until.Done(effect) : answer.Outcome;
        }
    }
}
