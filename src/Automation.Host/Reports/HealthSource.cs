using Automation.Core.Model;
using Automation.Host.History;
using Automation.Host.Hub.Requests;

namespace Automation.Host.Reports;

/// <summary>Where health reports take what they say from: what is shown on MQTT, and the exceptions that last.</summary>
/// <param name="current">A site as it is now; null: as it was given.</param>
internal sealed class HealthSource(Func<ResourceAddress, string?> availability, Func<ResourceAddress, byte[]?> state, IExceptionCentre exceptions, Func<string, Site?> current)
{
    /// <summary>Exceptions a report considers; a site with more has other worries than its report.</summary>
    private const int MaximumLasting = 1_000;

    public HealthSource(SiteLookup sites, IExceptionCentre exceptions)
        : this(sites.Availability, sites.State, exceptions, id => sites.OfId(id)?.Site)
    {
    }

    /// <exception cref="Storage.StorageException">The exceptions cannot be read.</exception>
    public async Task<(Report Report, int Abnormal)> ReportAsync(Site site, DateTimeOffset now, CancellationToken cancellationToken)
    {
        IReadOnlyList<ExceptionRecord> lasting = await exceptions.ReadAsync(new ExceptionFilter { Sites = [site.Id], Lasting = true }, null, MaximumLasting, cancellationToken);
        return HealthReport.Of(current(site.Id) ?? site, availability, state, lasting, now);
    }
}
