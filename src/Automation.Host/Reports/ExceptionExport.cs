using Automation.Core.Model;
using Automation.Host.History;
using Automation.Host.Hub.Requests;

namespace Automation.Host.Reports;

/// <summary>The request <c>exceptions/export</c>: a file in the data folder, and its bytes in the answer when they are few.</summary>
internal sealed class ExceptionExport(IExceptionCentre centre, Func<IReadOnlyList<Site>> sites, ExportFolder exports, ReportLimits limits, TimeProvider time)
{
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
        return await exports.AnswerAsync("exceptions", ExceptionReport.Of(centre, filter, sites(), time.GetUtcNow(), cancellationToken), writer, cancellationToken);
    }
}
