using System.Text;
using System.Text.Json;
using Automation.Core.Model;
using Automation.Host.History;
using Automation.Host.Hub.Requests;
using Automation.Host.Reports;
using Automation.Host.Storage.Sql;
using Automation.Host.Tests.Storage;
using Automation.TestKit;

namespace Automation.Host.Tests.Reports;

/// <summary>The exception centre as files (EXC-6).</summary>
public sealed class ExceptionReportTests
{
    private static readonly Site Store = new()
    {
        Id = "store", Name = "Store", TimeZone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"),
        Devices =
        [
            new Device
            {
                Address = ResourceAddress.Parse("store/nvr"), Name = "Recorder", Kind = "nvr",
                Resources = [new Resource { Address = ResourceAddress.Parse("store/nvr/channel/1"), Name = "Eingang" }],
            },
        ],
    };

    [Fact, Trait("Req", "EXC-6")]
    public async Task Rows_AreThoseOfTheFilter_OnTheClockOfTheSite()
    {
        await using StoreHouse house = StoreHouse.Sqlite();
        ExceptionCentre centre = await FillAsync(house);
        var filter = new ExceptionFilter { Sites = ["store"], Types = ["videoLoss"] };
        string[] lines = Lines(await WriteAsync(centre, filter));
        Assert.Equal("Began,Ended,Zone,Seconds,Site,Where,Address,Exception,Message,Rule,Seen,By,Cause", lines[0]);
        Assert.Equal("2026-11-20 13:00:00,2026-11-20 13:01:30,UTC+01:00,90,Store,\"Recorder, Eingang\",store/nvr/channel/1,Video loss,'=1+1,,2026-11-20 13:01:30,anna,store-7", lines[1]);
        Assert.Equal(2, lines.Length);
        Assert.Equal(4, Lines(await WriteAsync(centre, new ExceptionFilter())).Length);
        Assert.Equal(2, Lines(await WriteAsync(centre, new ExceptionFilter { Source = ResourceAddress.Parse("plant/nvr") })).Length);
        Assert.Equal(3, Lines(await WriteAsync(centre, new ExceptionFilter { Lasting = true })).Length);
    }

    [Fact, Trait("Req", "EXC-6")]
    public async Task Request_AnswersWithTheFile_AndKeepsTheNewestOnly()
    {
        await using StoreHouse house = StoreHouse.Sqlite();
        using var folder = new TempFolder();
        ExceptionCentre centre = await FillAsync(house);
        var limits = new ReportLimits { KeptFiles = 2 };
        var verbs = new RequestVerbs([new ExceptionExport(centre, () => [Store], new ExportFolder(folder.Path, limits, house.Time), limits, house.Time).Verb]);
        string file = "";
        for (int i = 0; i < 4; i++)
        {
            JsonElement data = await AskAsync(verbs, """{"format":"csv","site":"store","from":"2026-11-20T12:00:00Z","until":"2026-11-20T12:00:01Z"}""");
            Assert.Equal(1, data.GetProperty("rows").GetInt32());
            Assert.False(data.GetProperty("truncated").GetBoolean());
            file = data.GetProperty("file").GetString()!;
            Assert.Equal(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken), data.GetProperty("content").GetBytesFromBase64());
            house.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(2, Directory.GetFiles(folder.File("exports")).Length);
        Assert.Contains(file, Directory.GetFiles(folder.File("exports")));
        Assert.Contains("no format", await ErrorAsync(verbs, """{"format":"doc"}"""), StringComparison.Ordinal);
        Assert.Contains("no address", await ErrorAsync(verbs, """{"format":"csv","source":"../x"}"""), StringComparison.Ordinal);
        Assert.Contains("\"format\" is missing", await ErrorAsync(verbs, "{}"), StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "EXC-6")]
    public async Task Pdf_OfTheCentre_IsReadByPdftotext()
    {
        Peer.Find("pdftotext", "poppler-utils");
        await using StoreHouse house = StoreHouse.Sqlite();
        ExceptionCentre centre = await FillAsync(house);
        using var stream = new MemoryStream();
        await new PdfReportWriter(new ReportLimits()).WriteAsync(ExceptionReport.Of(centre, new ExceptionFilter { Sites = ["store"] }, [Store], StoreHouse.Noon, default), stream, default);
        string text = await ReportWriterTests.PdfTextAsync(stream.ToArray());
        Assert.Contains("Site: Store (store)", text, StringComparison.Ordinal);
        Assert.Contains("Video loss", text, StringComparison.Ordinal);
        Assert.Contains("Recorder, Eingang", text, StringComparison.Ordinal);
    }

    private static async Task<ExceptionCentre> FillAsync(StoreHouse house)
    {
        SqlDatabase database = await house.OpenAsync();
        var centre = new ExceptionCentre(database, house.Time);
        ResourceAddress channel = ResourceAddress.Parse("store/nvr/channel/1");
        await centre.ReportAsync("store", channel, "videoLoss", true, "=1+1", new CauseId("store", 7), default);
        house.Time.Advance(TimeSpan.FromSeconds(90));
        await centre.ReportAsync("store", channel, "videoLoss", false, "", null, default);
        long id = (await centre.ReadAsync(new ExceptionFilter(), null, 1, default))[0].Id;
        await centre.AcknowledgeAsync(id, "anna", "", default);
        await centre.ReportAsync("store", ResourceAddress.Parse("store/nvr"), "hddFull", true, "", null, default);
        await centre.ReportAsync("plant", ResourceAddress.Parse("plant/nvr"), "videoLoss", true, "", null, default);
        return centre;
    }

    private static async Task<byte[]> WriteAsync(ExceptionCentre centre, ExceptionFilter filter)
    {
        using var stream = new MemoryStream();
        await new CsvReportWriter(new ReportLimits()).WriteAsync(ExceptionReport.Of(centre, filter, [Store], StoreHouse.Noon, default), stream, default);
        return stream.ToArray();
    }

    private static string[] Lines(byte[] csv) => Encoding.UTF8.GetString(csv[3..]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);

    private static async Task<JsonElement> AskAsync(RequestVerbs verbs, string request)
    {
        Answer answer = (await verbs.AnswerAsync("exceptions/export", new RequestArguments(JsonDocument.Parse(request).RootElement), _ => Task.CompletedTask, default))!.Value;
        Assert.Null(answer.Error);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream)) answer.Data!(writer);
        return JsonDocument.Parse(stream.ToArray()).RootElement;
    }

    private static async Task<string> ErrorAsync(RequestVerbs verbs, string request) => (await verbs.AnswerAsync("exceptions/export", new RequestArguments(JsonDocument.Parse(request).RootElement), _ => Task.CompletedTask, default))!.Value.Error!;
}
