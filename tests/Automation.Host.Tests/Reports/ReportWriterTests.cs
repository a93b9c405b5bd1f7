using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Xml.Linq;
using Automation.Host.Reports;
using Automation.TestKit;

namespace Automation.Host.Tests.Reports;

/// <summary>Files as other programs see them: pdftotext, and a reader of zip and XML that knows nothing of what wrote them.</summary>
public sealed class ReportWriterTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
    private static readonly XNamespace Sheet = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

    [Fact, Trait("Req", "EXC-6")]
    public async Task Csv_IsUtf8WithItsMark_AndQuotesWhatMustBe()
    {
        byte[] bytes = await WriteAsync(new CsvReportWriter(new ReportLimits()), Report(
            [Text("Kanal ü, \"Eingang\""), Text("line\r\nbreak"), ReportCell.Of(-5.5), ReportCell.Of(new DateTimeOffset(2026, 11, 20, 17, 0, 5, 250, TimeSpan.Zero), Berlin)],
            [ReportCell.Empty, Text(" space "), ReportCell.Empty, ReportCell.Empty]));
        Assert.Equal([0xEF, 0xBB, 0xBF], bytes[..3]);
        Assert.Equal(
            "A,B,C,D\r\n\"Kanal ü, \"\"Eingang\"\"\",\"line\r\nbreak\",-5.5,2026-11-20 18:00:05\r\n\"\",\" space \",,\r\n",
            Encoding.UTF8.GetString(bytes[3..]));
    }

    [Theory, Trait("Req", "EXC-6")]
    [InlineData("=cmd|' /C calc'!A0")]
    [InlineData("+1")]
    [InlineData("-1")]
    [InlineData("@SUM(A1)")]
    [InlineData("\t=1")]
    [InlineData("\r=1")]
    [InlineData("＝1")]
    public async Task Csv_TextThatWouldBeAFormula_IsText(string text)
    {
        string line = Encoding.UTF8.GetString(await WriteAsync(new CsvReportWriter(new ReportLimits()), Report([Text(text), Text(""), Text(""), Text("")]))).Split("\r\n", 2)[1];
        Assert.StartsWith("'", line.TrimStart('"'), StringComparison.Ordinal);
    }

    [Theory, Trait("Req", "EXC-6")]
    [InlineData("csv")]
    [InlineData("xlsx")]
    [InlineData("pdf")]
    public async Task Rows_BeyondTheLimit_AreLeftOutAndTheFileSaysSo(string extension)
    {
        if (extension == "pdf") Peer.Find("pdftotext", "poppler-utils");
        int taken = 0;
        Report report = Report() with { Rows = Many() };
        using var stream = new MemoryStream();
        ReportResult result = await ReportFormats.Find(extension, new ReportLimits { Rows = 10, PdfRows = 10 })!.WriteAsync(report, stream, TestContext.Current.CancellationToken);
        Assert.Equal(new ReportResult(10, true), result);
        Assert.Equal(11, taken);
        string text = extension switch { "csv" => Encoding.UTF8.GetString(stream.ToArray()), "xlsx" => string.Concat(Rows(stream.ToArray(), "sheet1").SelectMany(r => r)), _ => await PdfTextAsync(stream.ToArray()) };
        Assert.Contains("Only the first 10 rows: ask for a shorter time or for less.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("row 11", text, StringComparison.Ordinal);

        async IAsyncEnumerable<ReportCell[]> Many()
        {
            while (true)
            {
                await Task.CompletedTask;
                taken++;
                yield return [Text($"row {taken}"), Text(""), Text(""), Text("")];
            }
        }
    }

    [Fact, Trait("Req", "EXC-6")]
    public async Task Excel_OpenedAsZipAndXml_HasTypedCellsAndNoFormula()
    {
        byte[] bytes = await WriteAsync(new ExcelReportWriter(new ReportLimits()), Report(
            [Text("=1+1"), Text("a\u0001b\uD800c \U0001F525"), ReportCell.Of(90), ReportCell.Of(new DateTimeOffset(2026, 7, 1, 16, 0, 5, TimeSpan.Zero), Berlin)]));
        List<string[]> rows = Rows(bytes, "sheet1");
        Assert.Equal(["A", "B", "C", "D"], rows[0]);
        Assert.Equal("=1+1", rows[1][0]);
        Assert.Equal("a\uFFFDb\uFFFDc \U0001F525", rows[1][1]);
        Assert.Equal("90", rows[1][2]);

        // Days since 1899-12-30: 1 July 2026, 18:00:05 in Berlin's summer.
        Assert.Equal(new DateTime(2026, 7, 1, 18, 0, 5), DateTime.FromOADate(double.Parse(rows[1][3], System.Globalization.CultureInfo.InvariantCulture)), TimeSpan.FromMilliseconds(500));
        using var zip = new ZipArchive(new MemoryStream(bytes));
        XDocument sheet = Load(zip, "xl/worksheets/sheet1.xml");
        Assert.Empty(sheet.Descendants(Sheet + "f"));
        Assert.NotNull(sheet.Descendants(Sheet + "autoFilter").SingleOrDefault());
        Assert.Equal("frozen", sheet.Descendants(Sheet + "pane").Single().Attribute("state")!.Value);
        XElement date = sheet.Descendants(Sheet + "c").Last();
        Assert.NotEqual("inlineStr", date.Attribute("t")?.Value);
        Assert.Contains("yyyy-mm-dd hh:mm:ss", Load(zip, "xl/styles.xml").ToString(), StringComparison.Ordinal);
        Assert.Equal(["Rows", "About"], Load(zip, "xl/workbook.xml").Descendants(Sheet + "sheet").Select(s => s.Attribute("name")!.Value));
        Assert.Contains(Rows(bytes, "sheet2"), r => r[0] == "Site: Store (store)");
    }

    [Fact, Trait("Req", "EXC-6")]
    public async Task Pdf_OpenedByPdftotext_HasTheWordsOfEveryRowOnSeveralPages()
    {
        Peer.Find("pdftotext", "poppler-utils");
        ReportCell[][] rows = [.. Enumerable.Range(0, 120).Select(i => new[] { Text($"exception-{i:000}"), Text("Überwachung Ελλάδα Приём – ž ł ő"), ReportCell.Of(i), ReportCell.Of(new DateTimeOffset(2026, 11, 20, 17, 0, 5, TimeSpan.Zero), Berlin) })];
        byte[] bytes = await WriteAsync(new PdfReportWriter(new ReportLimits()), Report(rows));
        string text = await PdfTextAsync(bytes);
        for (int i = 0; i < rows.Length; i++) Assert.Contains($"exception-{i:000}", text, StringComparison.Ordinal);
        Assert.Contains("Überwachung Ελλάδα Приём – ž ł ő", text, StringComparison.Ordinal);
        Assert.Contains("2026-11-20 18:00:05", text, StringComparison.Ordinal);
        Assert.Contains("Site: Store (store)", text, StringComparison.Ordinal);
        string[] pages = text.Split('\f', StringSplitOptions.RemoveEmptyEntries);
        Assert.InRange(pages.Length, 3, 6);
        for (int page = 1; page <= pages.Length; page++) Assert.Contains($"Exceptions · {page} / {pages.Length}", pages[page - 1], StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "EXC-6")]
    public async Task Pdf_AwkwardTexts_AreWrittenWithinTheirCells()
    {
        Peer.Find("pdftotext", "poppler-utils");
        string text = await PdfTextAsync(await WriteAsync(new PdfReportWriter(new ReportLimits()), Report(
            [Text(new string('W', 5_000)), Text(string.Join(' ', Enumerable.Repeat("wort", 500))), Text("\uD800 \u0001 漢字 \U0001F525"), Text("first\r\nsecond")],
            [])));
        Assert.Contains("first second", text, StringComparison.Ordinal);
        Assert.Contains("…", text, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "EXC-6")]
    public async Task Empty_EveryFormat_IsAFileThatOpens()
    {
        Peer.Find("pdftotext", "poppler-utils");
        Assert.Equal("A,B,C,D\r\n", Encoding.UTF8.GetString((await WriteAsync(new CsvReportWriter(new ReportLimits()), Report()))[3..]));
        Assert.Single(Rows(await WriteAsync(new ExcelReportWriter(new ReportLimits()), Report()), "sheet1"));
        Assert.Contains("There is nothing to show.", await PdfTextAsync(await WriteAsync(new PdfReportWriter(new ReportLimits()), Report())), StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "EXC-6")]
    public async Task File_ThatFailsHalfway_IsNotThere()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("old.csv"), "old");
        Report report = Report() with { Rows = Broken() };
        await Assert.ThrowsAsync<IOException>(() => ReportFile.WriteAsync(folder.File("old.csv"), report, new CsvReportWriter(new ReportLimits()), TestContext.Current.CancellationToken));
        Assert.Equal("old", File.ReadAllText(folder.File("old.csv")));
        Assert.Single(Directory.GetFiles(folder.Path));

        static async IAsyncEnumerable<ReportCell[]> Broken()
        {
            await Task.CompletedTask;
            yield return [Text("a"), Text(""), Text(""), Text("")];
            throw new IOException("the disk is gone");
        }
    }

    private static ReportCell Text(string text) => ReportCell.Of(text);

    private static Report Report(params ReportCell[][] rows) =>
        new("Exceptions", ["Site: Store (store)"], [new("A", 20), new("B", 30), new("C", 10), new("D", 20)], rows.Where(r => r.Length > 0).ToAsyncEnumerable());

    private static async Task<byte[]> WriteAsync(IReportWriter writer, Report report)
    {
        using var stream = new MemoryStream();
        await writer.WriteAsync(report, stream, TestContext.Current.CancellationToken);
        return stream.ToArray();
    }

    private static XDocument Load(ZipArchive zip, string name)
    {
        using Stream stream = zip.GetEntry(name)!.Open();
        return XDocument.Load(stream);
    }

    private static List<string[]> Rows(byte[] bytes, string sheet)
    {
        using var zip = new ZipArchive(new MemoryStream(bytes));
        return [.. Load(zip, $"xl/worksheets/{sheet}.xml").Descendants(Sheet + "row").Select(r => r.Elements(Sheet + "c").Select(c => string.Concat(c.Descendants().Where(d => d.Name == Sheet + "t" || d.Name == Sheet + "v").Select(d => d.Value))).ToArray())];
    }

    internal static async Task<string> PdfTextAsync(byte[] pdf)
    {
        using var folder = new TempFolder();
        await File.WriteAllBytesAsync(folder.File("a.pdf"), pdf);
        using Process process = Peer.Start(Peer.Find("pdftotext", "poppler-utils"), ["-layout", "-enc", "UTF-8", folder.File("a.pdf"), folder.File("a.txt")]);
        await Until.Done(process.WaitForExitAsync());
        Assert.Equal(0, process.ExitCode);
        return await File.ReadAllTextAsync(folder.File("a.txt"));
    }
}
