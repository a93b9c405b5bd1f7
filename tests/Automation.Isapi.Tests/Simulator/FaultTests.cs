using System.Net;
using System.Text.Json.Nodes;
using Automation.TestKit;

namespace Automation.Isapi.Tests.Simulator;

public sealed class FaultTests
{
    private const string Info = "/ISAPI/System/deviceInfo";
    private const string Motion = """{"device":"nvr","event":"motionDetection","state":"inactive"}""";

    [Theory, Trait("Req", "HUB-4")]
    [InlineData("unauthorized", HttpStatusCode.Unauthorized, "userCheck")]
    [InlineData("busy", HttpStatusCode.Forbidden, "deviceBusy")]
    [InlineData("serverError", HttpStatusCode.InternalServerError, "Internal Server Error")]
    public async Task A_request_fails_as_often_as_ordered_and_then_succeeds(string fault, HttpStatusCode status, string text)
    {
        await using Site site = await Site.StartAsync();
        HttpClient nvr = site.Client("nvr");
        await nvr.GetStringAsync(Info);
        await PutAsync(site, fault, "\"times\":1,\"after\":1,\"path\":\"/ISAPI/System/device\"");
        await nvr.GetStringAsync(Info);
        await nvr.GetStringAsync("/ISAPI/System/time");
        using HttpResponseMessage failed = await nvr.GetAsync(Info);
        Assert.Equal(status, failed.StatusCode);
        Assert.Contains(text, await failed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await nvr.GetStringAsync(Info);
        Assert.Equal(1, (int)(await site.ControlAsync("GET", "/faults"))[0]!["happened"]!);
    }

    [Fact, Trait("Req", "HUB-4")]
    public async Task Silence_stops_events_and_heartbeats_until_it_is_taken_away()
    {
        await using Site site = await Site.StartAsync();
        await using PartReader stream = await PartReader.OpenAsync(site.Client("nvr"));
        await stream.NextAsync();
        await PutAsync(site, "silence");
        await site.EmitAsync(Motion);
        for (int i = 0; i < 20; i++) site.Time.Advance(TimeSpan.FromSeconds(5));
        await site.ControlAsync("DELETE", "/faults");
        await site.EmitAsync("""{"device":"nvr","event":"raw","body":"<first/>"}""");
        // A heartbeat that came due in the silence may be decided on just after it; more than one cannot be.
        var seen = new List<string>();
        while (seen.LastOrDefault()?.Contains("<first/>", StringComparison.Ordinal) != true) seen.Add((await stream.NextAsync())!.Value.Text);
        Assert.True(seen.Count <= 2, string.Join('\n', seen));
        Assert.DoesNotContain(seen, part => part.Contains("VMD", StringComparison.Ordinal));
    }

    [Fact, Trait("Req", "HUB-4")]
    public async Task Half_a_part_ends_the_stream()
    {
        await using Site site = await Site.StartAsync();
        await using PartReader stream = await PartReader.OpenAsync(site.Client("nvr"));
        await stream.NextAsync();
        await PutAsync(site, "halfPart", "\"times\":1");
        await site.EmitAsync(Motion);
        Assert.Null(await stream.NextAsync());
    }

    [Fact, Trait("Req", "HUB-4")]
    public async Task A_closed_stream_can_be_opened_again()
    {
        await using Site site = await Site.StartAsync();
        HttpClient nvr = site.Client("nvr");
        await using PartReader first = await PartReader.OpenAsync(nvr);
        await first.NextAsync();
        await PutAsync(site, "closedStream", "\"times\":1");
        Assert.Null(await first.NextAsync());
        await using PartReader second = await PartReader.OpenAsync(nvr);
        Assert.NotNull(await second.NextAsync());
        Assert.Null(await second.NextAsync());
        await using PartReader third = await PartReader.OpenAsync(nvr);
        await third.NextAsync();
        await site.EmitAsync(Motion);
        await third.FindAsync("VMD");
    }

    [Fact, Trait("Req", "HUB-4")]
    public async Task Events_come_twice_or_late_with_their_old_time_or_after_rubbish()
    {
        await using Site site = await Site.StartAsync();
        await using PartReader stream = await PartReader.OpenAsync(site.Client("nvr"));
        await stream.NextAsync();
        await PutAsync(site, "duplicateEvents", "\"times\":1");
        await site.EmitAsync(Motion);
        Assert.Equal(await stream.NextAsync(), await stream.NextAsync());

        await PutAsync(site, "lateEvents", "\"times\":1,\"seconds\":90");
        await site.EmitAsync(Motion);
        string late = (await site.Time.PassUntil(stream.FindAsync("VMD"), TimeSpan.FromSeconds(30)));
        Assert.Contains("<dateTime>2026-11-20T12:00:00+00:00</dateTime>", late, StringComparison.Ordinal);

        await PutAsync(site, "garbagePart", "\"times\":1");
        await site.EmitAsync(Motion);
        await stream.FindAsync("<<< not a document");
        await stream.FindAsync("VMD");

        await PutAsync(site, "oversizedPart", "\"times\":1,\"bytes\":3000000");
        await site.EmitAsync(Motion);
        Assert.Equal(3_000_000, (await stream.FindAsync("xxxxxxxx")).Length);
        await stream.FindAsync("VMD");
    }

    [Fact, Trait("Req", "HUB-4")]
    public async Task A_wrong_clock_is_in_events_and_in_the_time_document()
    {
        await using Site site = await Site.StartAsync();
        HttpClient nvr = site.Client("nvr");
        await PutAsync(site, "wrongClock", "\"seconds\":-86400");
        Assert.Contains("2026-11-19T12:00:00+00:00", await nvr.GetStringAsync("/ISAPI/System/time"), StringComparison.Ordinal);
        await using PartReader stream = await PartReader.OpenAsync(nvr);
        Assert.Contains("2026-11-19T12:00:00+00:00", (await stream.NextAsync())!.Value.Text, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "HUB-4")]
    public async Task A_slow_body_arrives_as_time_passes()
    {
        await using Site site = await Site.StartAsync();
        HttpClient nvr = site.Client("nvr");
        await nvr.GetStringAsync(Info);
        await PutAsync(site, "slowBody", "\"times\":1,\"milliseconds\":10");
        Assert.Contains("<statusString>OK</statusString>", await site.Time.PassUntil(nvr.GetStringAsync("/ISAPI/Security/userCheck"), TimeSpan.FromSeconds(10)), StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "HUB-4")]
    public async Task An_unplugged_device_cuts_every_connection()
    {
        await using Site site = await Site.StartAsync();
        HttpClient nvr = site.Client("nvr");
        await using PartReader stream = await PartReader.OpenAsync(nvr);
        await stream.NextAsync();
        await PutAsync(site, "unplugged");
        Assert.Null(await stream.NextAsync());
        await Assert.ThrowsAsync<HttpRequestException>(() => nvr.GetStringAsync(Info));
        await site.ControlAsync("DELETE", "/faults");
        await nvr.GetStringAsync(Info);
    }

    [Fact, Trait("Req", "HUB-4")]
    public async Task An_unanswered_request_ends_when_the_client_gives_up()
    {
        await using Site site = await Site.StartAsync();
        HttpClient nvr = site.Client("nvr");
        await nvr.GetStringAsync(Info);
        await PutAsync(site, "noAnswer");
        using var giveUp = new CancellationTokenSource();
        Task<string> asked = nvr.GetStringAsync(Info, giveUp.Token);
        JsonArray log = [];
        var limit = System.Diagnostics.Stopwatch.StartNew();
        while (log.Count < 3 && limit.Elapsed < Until.Limit) log = (await site.ControlAsync("GET", "/requests?device=nvr")).AsArray();

        Assert.False(asked.IsCompleted);
        Assert.Null(log[^1]!["status"]);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }

    private static Task<JsonNode> PutAsync(Site site, string fault, string more = "\"after\":0") =>
        site.ControlAsync("PUT", "/faults", $$"""{"faults":[{"device":"nvr","fault":"{{fault}}",{{more}}}]}""");
}
