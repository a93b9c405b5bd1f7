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
    [InlineData("noPermission", HttpStatusCode.Forbidden, "lowPrivilege")]
    [InlineData("errorBody", HttpStatusCode.OK, "<statusCode>3</statusCode>")]
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

    [Fact, Trait("Req", "ACT-10")]
    public async Task A_lost_answer_is_of_a_request_that_was_done()
    {
        await using Site site = await Site.StartAsync();
        HttpClient nvr = site.Client("nvr");
        await nvr.GetStringAsync(Info);
        await PutAsync(site, "lostAnswer", "\"times\":1,\"path\":\"ContentMgmt\"");
        await Assert.ThrowsAsync<HttpRequestException>(() => nvr.PutAsync(Record, null));
        Assert.Equal(HttpStatusCode.OK, (await nvr.PutAsync("/ISAPI/PTZCtrl/channels/4/presets/1/goto", null)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await nvr.PutAsync("/ISAPI/PTZCtrl/channels/4/presets/9/goto", null)).StatusCode);
        JsonArray done = (await site.ControlAsync("GET", "/requests?executed=true")).AsArray();
        Assert.Equal([$"1 {Record} 0", "2 /ISAPI/PTZCtrl/channels/4/presets/1/goto 200"], done.Select(d => $"{d!["executed"]} {d["path"]} {d["status"]}"));
        Assert.Single((await site.ControlAsync("GET", "/requests?executed=true&since=" + done[0]!["seq"])).AsArray());
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task A_late_answer_is_of_a_request_that_was_done_at_once()
    {
        await using Site site = await Site.StartAsync();
        HttpClient nvr = site.Client("nvr");
        await nvr.GetStringAsync(Info);
        await PutAsync(site, "lateAnswer", "\"times\":1,\"milliseconds\":30000");
        Task<HttpResponseMessage> asked = nvr.PutAsync(Record, null);
        using var limit = new CancellationTokenSource(Until.Limit);
        while ((await site.ControlAsync("GET", "/requests?executed=true")).AsArray().Count == 0) limit.Token.ThrowIfCancellationRequested();
        Assert.False(asked.IsCompleted);
        Assert.Equal(HttpStatusCode.OK, (await site.Time.PassUntil(asked, TimeSpan.FromSeconds(10))).StatusCode);
    }

    [Fact, Trait("Req", "EVT-1")]
    public async Task A_stream_opened_again_begins_with_what_happened_before()
    {
        await using Site site = await Site.StartAsync();
        HttpClient nvr = site.Client("nvr");
        await site.EmitAsync(Motion);
        site.Time.Advance(TimeSpan.FromMinutes(5));
        await PutAsync(site, "backlog", "\"times\":1");
        await using PartReader stream = await PartReader.OpenAsync(nvr);
        string old = await stream.FindAsync("VMD");
        Assert.Contains("<dateTime>2026-11-20T12:00:00+00:00</dateTime>", old, StringComparison.Ordinal);
        Assert.Contains("<isDataRetransmission>true</isDataRetransmission>", old, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "EVT-1")]
    public async Task A_second_listener_is_refused_where_there_may_be_one()
    {
        await using Site site = await Site.StartAsync("""{"devices":[{"id":"nvr","kind":"recorder","maxStreams":1}]}""");
        HttpClient nvr = site.Client("nvr");
        await using PartReader first = await PartReader.OpenAsync(nvr);
        using HttpResponseMessage second = await nvr.GetAsync("/ISAPI/Event/notification/alertStream");
        Assert.Equal(HttpStatusCode.Forbidden, second.StatusCode);
        Assert.Contains("deployExceedMax", await second.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "EVT-1")]
    public async Task A_device_with_its_own_certificate_speaks_TLS_only()
    {
        await using Site site = await Site.StartAsync("""{"devices":[{"id":"nvr","kind":"recorder","tls":true}]}""");
        JsonNode device = (await site.ControlAsync("GET", "/devices"))[0]!;
        string? seen = null;
        using var client = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false, Credentials = new NetworkCredential("admin", Site.Password),
            SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => (seen = certificate!.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256)) is not null },
        });
        Assert.StartsWith("https://", (string)device["url"]!, StringComparison.Ordinal);
        Assert.Contains("DeviceInfo", await client.GetStringAsync(site.Host.Devices["nvr"] + "ISAPI/System/deviceInfo"), StringComparison.Ordinal);
        Assert.Equal((string)device["certificateSha256"]!, seen!.ToLowerInvariant());
        using var strict = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        await Assert.ThrowsAsync<HttpRequestException>(() => strict.GetStringAsync(site.Host.Devices["nvr"]));
    }

    private const string Record = "/ISAPI/ContentMgmt/record/control/manual/start/tracks/101";

    private static Task<JsonNode> PutAsync(Site site, string fault, string more = "\"after\":0") =>
        site.ControlAsync("PUT", "/faults", $$"""{"faults":[{"device":"nvr","fault":"{{fault}}",{{more}}}]}""");
}
