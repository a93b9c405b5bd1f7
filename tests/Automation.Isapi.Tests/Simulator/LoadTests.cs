using System.Globalization;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Automation.TestKit;

namespace Automation.Isapi.Tests.Simulator;

public sealed class LoadTests
{
    [Fact, Trait("Req", "HUB-4")]
    public async Task A_load_makes_every_chosen_device_emit_at_its_rate()
    {
        await using Site site = await Site.StartAsync("""{"devices":[{"id":"cam","kind":"camera","count":2},{"id":"panel","kind":"panel","zones":1}]}""");
        await using PartReader first = await PartReader.OpenAsync(site.Client("cam-1")), panel = await PartReader.OpenAsync(site.Client("panel"));
        await site.ControlAsync("PUT", "/load", """{"devices":"*","rate":10}""");
        string part = await site.Time.PassUntil(first.FindAsync("fielddetection"), TimeSpan.FromMilliseconds(50));
        DateTimeOffset at = DateTimeOffset.Parse(XElement.Parse(part).Elements().Single(e => e.Name.LocalName == "dateTime").Value, CultureInfo.InvariantCulture);
        Assert.True(at >= new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero) && at <= site.Time.GetUtcNow(), part);
        Assert.Contains("inactive", await site.Time.PassUntil(first.FindAsync("fielddetection"), TimeSpan.FromMilliseconds(50)), StringComparison.Ordinal);
        Assert.Contains("3103", await site.Time.PassUntil(panel.FindAsync("3103"), TimeSpan.FromMilliseconds(50)), StringComparison.Ordinal);
        JsonNode told = await site.ControlAsync("GET", "/load");
        Assert.Equal((true, 3), ((bool)told["running"]!, (int)told["devices"]!));
        Assert.True((long)told["sent"]! >= 4, told.ToJsonString());
        Assert.False((bool)(await site.ControlAsync("DELETE", "/load"))["running"]!);
        Assert.Contains("can be loaded", (await site.ControlAsync("PUT", "/load", """{"devices":"nobody"}""", System.Net.HttpStatusCode.BadRequest))["error"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "HUB-4")]
    public async Task A_thousand_devices_stand_in_one_process_on_a_few_threads()
    {
        int before = System.Diagnostics.Process.GetCurrentProcess().Threads.Count;
        await using Site site = await Site.StartAsync("""{"devices":[{"id":"cam","kind":"camera","count":1000}]}""");
        Assert.Equal(1000, site.Host.Devices.Values.Select(u => u.Port).Distinct().Count());
        foreach (int n in (int[])[1, 500, 1000]) Assert.Contains($"<deviceName>cam {n}</deviceName>", await site.Client($"cam-{n}").GetStringAsync("/ISAPI/System/deviceInfo"), StringComparison.Ordinal);
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        Assert.True(process.Threads.Count - before < 100, $"{before} threads before, {process.Threads.Count} after");
    }
}
