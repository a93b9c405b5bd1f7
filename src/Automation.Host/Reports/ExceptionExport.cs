using System.Text.Json;
using Automation.Core.Model;
using Automation.Host.History;
using Automation.Host.Hub.Requests;
using Automation.Host.Storage;

namespace Automation.Host.Reports;

/// <summary>The request <c>exceptions/export</c>: a file in the data folder, and its bytes in the answer when they are few.</summary>
internal sealed class ExceptionExport(IExceptionCentre centre, Func<IReadOnlyList<Site>> sites, ExportFolder folder, ReportLimits limits, TimeProvider time)
{
    /// <summary>Bytes that go into an answer; a larger file is to be fetched where it is.</summary>
    private const int MaximumInline = 128 * 1024;

    public RequestVerb Verb => RequestVerb.Asking("exceptions/export", AnswerAsync);

    private async Task<Answer> AnswerAsync(RequestArguments arguments, CancellationToken cancellationToken)
    {
        string format = arguments.Text("format", "csv");
        string? site = arguments.OptionalText("site");
        string? source = arguments.OptionalText("source");
        string? type = arguments.OptionalText("type");
        DateTimeOffset? from = arguments.OptionalInstant("from");
        DateTimeOffset? until = arguments.OptionalInstant("until");
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        if (ReportFormats.Find(format, limits) is not { } writer) return Answer.Wrong($"'{RequestArguments.Cut(format)}' is no format: there are csv, xlsx and pdf");
        ResourceAddress address = default;
        if (source is not null && !ResourceAddress.TryParse(source, out address)) return Answer.Wrong($"'{RequestArguments.Cut(source)}' is no address such as store/nvr or store/nvr/channel/1");
        var filter = new ExceptionFilter { Sites = site is null ? [] : [site], Source = address, Types = type is null ? [] : [type], From = from, Until = until };
        try
        {
            (string path, ReportResult result) = await folder.WriteAsync("exceptions", ExceptionReport.Of(centre, filter, sites(), time.GetUtcNow(), cancellationToken), writer, cancellationToken);
            byte[]? inline = new FileInfo(path).Length <= MaximumInline ? await File.ReadAllBytesAsync(path, cancellationToken) : null;
            return Answer.Of(w => Write(w, path, writer, result, inline));
        }
        catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
        {
            return Answer.Wrong($"the file could not be made: {e.Message}");
        }
    }

    private static void Write(Utf8JsonWriter w, string path, IReportWriter writer, ReportResult result, byte[]? inline)
    {
        w.WriteString("file", path);
        w.WriteString("mediaType", writer.MediaType);
        w.WriteNumber("rows", result.Rows);
        w.WriteBoolean("truncated", result.Truncated);
        if (inline is not null) w.WriteBase64String("content", inline);
    }
}
