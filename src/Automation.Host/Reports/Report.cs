using System.Collections.Immutable;

namespace Automation.Host.Reports;

/// <summary>A table for people, as it is written to a file: what it is about, its columns, and its rows as they come.</summary>
/// <param name="Title">One line.</param>
/// <param name="About">Lines that say what was asked for: filters, the time span, the time zone.</param>
/// <param name="Rows">As many as there are; a writer takes no more than its bound and says so in the file.</param>
internal sealed record Report(string Title, ImmutableArray<string> About, ImmutableArray<ReportColumn> Columns, IAsyncEnumerable<ReportCell[]> Rows);

/// <param name="Width">Of the column relative to the others; about the characters it shows.</param>
internal sealed record ReportColumn(string Title, int Width);

/// <summary>One value. Times are on the wall clock of the row's site, so that they read the same in every program.</summary>
internal readonly record struct ReportCell
{
    public string? Text { get; private init; }

    public DateTime? Local { get; private init; }

    public double? Number { get; private init; }

    public static ReportCell Empty => default;

    public static ReportCell Of(string? text) => new() { Text = text };

    public static ReportCell Of(double number) => new() { Number = number };

    /// <summary>The instant in the zone, to the second.</summary>
    public static ReportCell Of(DateTimeOffset at, TimeZoneInfo zone)
    {
        DateTime local = TimeZoneInfo.ConvertTime(at, zone).DateTime;
        return new ReportCell { Local = local.AddTicks(-(local.Ticks % TimeSpan.TicksPerSecond)) };
    }

    /// <summary>As text: <c>2026-11-20 18:00:05</c>.</summary>
    public override string ToString() => Local is { } local
        ? local.ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture)
        : Number is { } number ? number.ToString(System.Globalization.CultureInfo.InvariantCulture) : Text ?? "";
}

/// <summary>What a file holds.</summary>
/// <param name="Truncated">There were more rows than the file may have; it says so itself.</param>
internal sealed record ReportResult(int Rows, bool Truncated);

/// <summary>Writes reports in one format.</summary>
internal interface IReportWriter
{
    /// <summary>Without a dot: <c>csv</c>.</summary>
    string Extension { get; }

    string MediaType { get; }

    /// <summary>Writes row by row; the stream stays open.</summary>
    Task<ReportResult> WriteAsync(Report report, Stream stream, CancellationToken cancellationToken);
}

/// <summary>Bounds of files.</summary>
internal sealed record ReportLimits
{
    /// <summary>Rows of a CSV file or a sheet. Default 100,000: a sheet holds a million, a person reads none of them.</summary>
    public int Rows { get; init; } = 100_000;

    /// <summary>Rows of a PDF, which is made in memory. Default 5,000: some 150 pages.</summary>
    public int PdfRows { get; init; } = 5_000;

    /// <summary>Characters of a value; a longer one is cut with an ellipsis. A cell of a sheet holds 32,767.</summary>
    public int ValueLength { get; init; } = 2_000;

    /// <summary>Files that requests made and that are kept; the oldest give way.</summary>
    public int KeptFiles { get; init; } = 20;

    public static string More(int rows) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Only the first {rows} rows: ask for a shorter time or for less.");
}

internal static class ReportFormats
{
    public static IReadOnlyList<IReportWriter> All(ReportLimits limits) => [new CsvReportWriter(limits), new ExcelReportWriter(limits), new PdfReportWriter(limits)];

    /// <summary>Null: there is no such format.</summary>
    public static IReportWriter? Find(string extension, ReportLimits limits) => All(limits).FirstOrDefault(w => w.Extension == extension);
}
