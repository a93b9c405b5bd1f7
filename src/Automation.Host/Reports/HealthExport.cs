using Automation.Host.Hub.Requests;
using Automation.Host.Storage;

namespace Automation.Host.Reports;

/// <summary>The request <c>health/report</c>: how the devices of a site are now, as a file (HLT-2).</summary>
internal sealed class HealthExport(SiteLookup sites, HealthSource health, ExportFolder exports, ReportLimits limits, TimeProvider time)
{
    public RequestVerb Verb => RequestVerb.Asking("health/report", AnswerAsync);

    private async Task<Answer> AnswerAsync(RequestArguments arguments, CancellationToken cancellationToken)
    {
        string format = arguments.OptionalText("format") ?? "pdf";
        Composition.SiteRuntime? site = sites.Named(arguments, out Answer? unknown);
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        if (unknown is { } none) return none;
        if (ReportFormats.Find(format, limits) is not { } writer) return Answer.Wrong($"'{RequestArguments.Cut(format)}' is no format: there are csv, xlsx and pdf");
        try
        {
            (Report report, _) = await health.ReportAsync(site!.Site, time.GetUtcNow(), cancellationToken);
            return await exports.AnswerAsync($"health-{site.Site.Id}", report, writer, cancellationToken);
        }
        catch (StorageException e)
        {
            return Answer.Wrong(e.Message);
        }
    }
}
