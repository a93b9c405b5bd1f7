using System.Globalization;
using System.Text;

namespace Automation.Host.Reports;

/// <summary>Comma-separated values (RFC 4180) in UTF-8 with a byte order mark, by which spreadsheet programs know it.</summary>
internal sealed class CsvReportWriter(ReportLimits limits) : IReportWriter
{
    public string Extension => "csv";

    public string MediaType => "text/csv; charset=utf-8";

    public async Task<ReportResult> WriteAsync(Report report, Stream stream, CancellationToken cancellationToken)
    {
        await using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
        var line = new StringBuilder();
        await LineAsync(report.Columns.Select(c => ReportCell.Of(c.Title)));
        int rows = 0;
        bool truncated = false;
        await foreach (ReportCell[] row in report.Rows.WithCancellation(cancellationToken))
        {
            truncated = rows == limits.Rows;
            if (truncated) break;
            rows++;
            await LineAsync(row);
        }

        if (truncated) await LineAsync([ReportCell.Of(ReportLimits.More(rows))]);
        return new ReportResult(rows, truncated);

        async Task LineAsync(IEnumerable<ReportCell> cells)
        {
            line.Clear();
            foreach (ReportCell cell in cells) Append(line.Length > 0 ? line.Append(',') : line, cell);
            await writer.WriteAsync(line.Append("\r\n"), cancellationToken);
        }
    }

    private void Append(StringBuilder line, ReportCell cell)
    {
        if (cell.Number is { } number)
        {
            line.Append(number.ToString(CultureInfo.InvariantCulture));
            return;
        }

        string text = cell.ToString();
        if (text.Length > limits.ValueLength) text = string.Concat(text.AsSpan(0, limits.ValueLength - 1), "…");

        // A spreadsheet program takes a text that begins like this for a formula and runs it; what devices report must not become one.
        if (cell.Local is null && text.Length > 0 && (text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '\uFF1D' or '\uFF0B' or '\uFF0D' or '\uFF20')) text = "'" + text;

        // An empty first cell is quoted, so that a line is never mistaken for a blank one.
        bool quoted = text.AsSpan().IndexOfAny(",\"\r\n") >= 0 || (text.Length == 0 && line.Length == 0) || (text.Length > 0 && (char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1])));
        if (quoted) line.Append('"').Append(text.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
        else line.Append(text);
    }
}
