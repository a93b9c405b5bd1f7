using Automation.Host.Composition;
using Automation.Host.Journal;
using Automation.Host.Notifications;

namespace Automation.Host.Tests.Notifications;

/// <summary>What a site's commit does with its outputs.</summary>
internal static class Batches
{
    public static async ValueTask KeepAsync(this NotificationCentre centre, IReadOnlyList<SiteOutput> outputs)
    {
        var commit = new SiteCommit { Site = "store", Row = default, Outputs = outputs };
        await centre.Database.RunAsync(
            s =>
            {
                centre.Write(s, commit);
                return 0;
            },
            CancellationToken.None);
        centre.Committed(commit);
    }
}
