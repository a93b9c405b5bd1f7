using System.Net;
using System.Text;
using Automation.Simulator;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Isapi.Tests.Simulator;

public sealed class SimulatorHostTests
{
    [Fact, Trait("Req", "HUB-4")]
    public async Task A_zone_alarm_goes_out_and_what_the_recorder_is_asked_is_told_in_order()
    {
        await using Site site = await Site.StartAsync();
        await using PartReader stream = await PartReader.OpenAsync(site.Client("panel"));
        Assert.Contains("videoloss", (await stream.NextAsync())!.Value.Text, StringComparison.Ordinal);
        await site.EmitAsync("""{"device":"panel","event":"zoneAlarm","zone":3,"state":"active"}""");
        string part = await stream.FindAsync("cidEvent");
        Assert.Contains("\"code\":1103", part, StringComparison.Ordinal);
        Assert.Contains("\"zone\":3", part, StringComparison.Ordinal);
        Assert.Contains("\"system\":1", part, StringComparison.Ordinal);

        HttpClient nvr = site.Client("nvr");
        Assert.Equal(HttpStatusCode.OK, (await nvr.PutAsync("/ISAPI/ContentMgmt/record/control/manual/start/tracks/101", null)).StatusCode);
        using var high = new StringContent("<IOPortData><outputState>high</outputState></IOPortData>", Encoding.UTF8, "application/xml");
        Assert.Equal(HttpStatusCode.OK, (await nvr.PutAsync("/ISAPI/System/IO/outputs/1/trigger", high)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await nvr.PutAsync("/ISAPI/PTZCtrl/channels/4/presets/3/goto", null)).StatusCode);

        Assert.Equal(
            ["PUT /ISAPI/ContentMgmt/record/control/manual/start/tracks/101 200", "PUT /ISAPI/System/IO/outputs/1/trigger 200", "PUT /ISAPI/PTZCtrl/channels/4/presets/3/goto 200"],
            await site.AskedAsync("nvr"));
        Assert.Equal(["GET /ISAPI/Event/notification/alertStream 200"], await site.AskedAsync("panel"));
        Assert.Contains("<outputState>high</outputState>", (await site.ControlAsync("GET", "/requests?path=trigger&authenticated=true"))[0]!["body"]!.ToString(), StringComparison.Ordinal);
        await site.ControlAsync("DELETE", "/requests");
        Assert.Empty((await site.ControlAsync("GET", "/requests")).AsArray());
    }

    [Fact, Trait("Req", "HUB-4")]
    public async Task StartAsync_PortInUse_SaysWhichDeviceAndWhatToChange()
    {
        await using Site site = await Site.StartAsync();
        int taken = site.Host.Devices["nvr"].Port;
        SimulatorFile file = SimulatorFile.Parse(Encoding.UTF8.GetBytes($$"""{"devices":[{"id":"second","kind":"recorder","port":{{taken}}}]}""")).File!;
        SimulatorException e = await Assert.ThrowsAsync<SimulatorException>(() =>
            SimulatorHost.StartAsync(file, new() { Password = "x" }, new ManualTime(), new Random(1), NullLoggerFactory.Instance, CancellationToken.None));
        Assert.StartsWith($"Device second: port {taken} on 127.0.0.1 cannot be used", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact, Trait("Req", "HUB-4")]
    public async Task StartAsync_PasswordVariableMissing_NamesTheVariable()
    {
        SimulatorFile file = SimulatorFile.Parse("""{"devices":[{"id":"nvr","kind":"recorder","passwordEnv":"NO_SUCH_VARIABLE_HERE"}]}"""u8.ToArray()).File!;
        SimulatorException e = await Assert.ThrowsAsync<SimulatorException>(() =>
            SimulatorHost.StartAsync(file, new(), new ManualTime(), new Random(1), NullLoggerFactory.Instance, CancellationToken.None));
        Assert.Contains("NO_SUCH_VARIABLE_HERE", e.Message, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "HUB-4")]
    public async Task Dispose_WithOpenStreams_Returns()
    {
        Site site = await Site.StartAsync();
        await using PartReader stream = await PartReader.OpenAsync(site.Client("nvr"));
        await stream.NextAsync();
        await Until.Done(site.DisposeAsync().AsTask());
    }
}
