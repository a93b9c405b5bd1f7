using System.Globalization;
using SpreadCheetah;
using SpreadCheetah.Styling;
using SpreadCheetah.Worksheets;

namespace Automation.Host.Reports;

/// <summary>A workbook of two sheets: the rows, and what they are about. Written row by row, so its size does not matter to memory.</summary>
internal sealed class ExcelReportWriter(ReportLimits limits) : IReportWriter
{
    public string Extension => "xlsx";

    public string MediaType => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    public async Task<ReportResult> WriteAsync(Report report, Stream stream, CancellationToken cancellationToken)
    {
        var options = new SpreadCheetahOptions { DefaultDateTimeFormat = NumberFormat.Custom("yyyy-mm-dd hh:mm:ss") };
        await using Spreadsheet spreadsheet = await Spreadsheet.CreateNewAsync(stream, options, cancellationToken);
        var bold = new Style();
        bold.Font.Bold = true;
        StyleId header = spreadsheet.AddStyle(bold);
        var sheet = new WorksheetOptions { FrozenRows = 1 };
        for (int i = 0; i < report.Columns.Length; i++) sheet.Column(i + 1).Width = Math.Max(report.Columns[i].Width, 20);
        string last = string.Create(CultureInfo.InvariantCulture, $"{SpreadsheetUtility.GetColumnName(report.Columns.Length)}{limits.Rows + 1}");
        sheet.AutoFilter = new AutoFilterOptions($"A1:{last}");
        await spreadsheet.StartWorksheetAsync("Rows", sheet, cancellationToken);
        await spreadsheet.AddRowAsync([.. report.Columns.Select(c => new Cell(c.Title, header))], cancellationToken);
        int rows = 0;
        bool truncated = false;
        await foreach (ReportCell[] row in report.Rows.WithCancellation(cancellationToken))
        {
            truncated = rows == limits.Rows;
            if (truncated) break;
            rows++;
            var cells = new DataCell[row.Length];
            for (int i = 0; i < row.Length; i++) cells[i] = CellOf(row[i]);
            await spreadsheet.AddRowAsync(cells, cancellationToken);
        }

        if (truncated) await spreadsheet.AddRowAsync([new DataCell(ReportLimits.More(rows))], cancellationToken);
        var about = new WorksheetOptions();
        about.Column(1).Width = 100;
        await spreadsheet.StartWorksheetAsync("About", about, cancellationToken);
        await spreadsheet.AddRowAsync([new Cell(Safe(report.Title), header)], cancellationToken);
        foreach (string line in report.About) await spreadsheet.AddRowAsync([new DataCell(Safe(line))], cancellationToken);
        if (truncated) await spreadsheet.AddRowAsync([new DataCell(ReportLimits.More(rows))], cancellationToken);
        await spreadsheet.FinishAsync(cancellationToken);
        return new ReportResult(rows, truncated);
    }

    // A text cell is a text whatever it begins with: no formula can come of it.
    private DataCell CellOf(ReportCell cell) =>
        cell.Local is { } local ? new DataCell(local) : cell.Number is { } number ? new DataCell(number) : cell.Text is { Length: > 0 } text ? new DataCell(Safe(text)) : default;

    /// <summary>XML 1.0 has no place for most control characters; a file with one does not open.</summary>
    private string Safe(string text)
    {
        if (text.Length > limits.ValueLength) text = string.Concat(text.AsSpan(0, limits.ValueLength - 1), "…");
        if (text.All(static c => System.Xml.XmlConvert.IsXmlChar(c))) return text;
        return string.Create(text.Length, text, static (span, source) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                bool pair = (char.IsHighSurrogate(source[i]) && i + 1 < source.Length && char.IsLowSurrogate(source[i + 1])) || (char.IsLowSurrogate(source[i]) && i > 0 && char.IsHighSurrogate(source[i - 1]));
                span[i] = pair || System.Xml.XmlConvert.IsXmlChar(source[i]) ? source[i] : '\uFFFD';
            }
        });
    }
}
