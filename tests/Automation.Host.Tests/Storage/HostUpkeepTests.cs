using Automation.Core.Model;
using Automation.Host.Composition;
using Automation.Host.History;
using Automation.Host.Journal;
using Automation.Host.Operations;
using Automation.Host.Storage;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Host.Tests.Storage;

/// <summary>A process that runs for months stays within its limits by itself: nobody has to restart or clean it.</summary>
public sealed class HostUpkeepTests
{
    [Fact, Trait("Req", "ACT-10"), Trait("Req", "EXC-6")]
    public async Task WhatIsTooOld_GoesWhileItRuns_WhateverItIs()
    {
        using var folder = new TempFolder();
        var time = new ManualTime();
        var settings = new HostSettings
        {
            DataFolder = folder.Path,
            Sites = [],
            Retention = new RetentionLimits
            {
                Journal = new JournalLimits { KeptFor = TimeSpan.FromDays(2), NewestSnapshots = 2 },
                History = HistoryLimits.Default with { KeptFor = TimeSpan.FromDays(3) },
                Operations = new OperationLimits { KeptFor = TimeSpan.FromDays(4) },
                ExceptionsKeptFor = TimeSpan.FromDays(5),
            },
        };
        await using HostStorage storage = await HostStorage.OpenAsync(settings, time, NullLogger.Instance, CancellationToken.None);
        var journal = new JournalStore(storage.Database, [new HistoryPart(storage.Recorder, storage.Exceptions)]);
        for (int day = 0; day < 10; day++)
        {
            DateTimeOffset at = time.GetUtcNow();
            var notified = new SiteOutput.Switched(new(new CauseId("store", day + 1), at, "night", true, "anna"));
            await journal.CommitAsync(new SiteCommit { Site = "store", Row = new JournalRow(day + 1, day + 1, at, new byte[] { 1 }), Outputs = [notified] }, CancellationToken.None);
            await journal.SaveSnapshotAsync("store", new SiteSnapshot(day + 1, at, "f", new byte[] { 1 }), 1, CancellationToken.None);
            await storage.Exceptions.ReportAsync("store", ResourceAddress.Parse("store/nvr"), "hddFull", true, "", null, CancellationToken.None);
            await storage.Exceptions.ReportAsync("store", ResourceAddress.Parse("store/nvr"), "hddFull", false, "", null, CancellationToken.None);
            storage.Operations.Add(new Operation { Via = OperationVia.Process, What = "start" });
            int days = day + 1;
            await Until.True(() => CountAsync(storage, "operations").GetAwaiter().GetResult() == days);
            time.Advance(TimeSpan.FromDays(1));
        }

        // History goes by whole hours; the first round is due ten minutes after the process began to run.
        time.Advance(TimeSpan.FromHours(2));
        storage.Start();
        await Until.True(() => time.WaitingTimers >= 2);
        time.Advance(TimeSpan.FromMinutes(10));
        await Until.True(() => CountAsync(storage, "operations").GetAwaiter().GetResult() == 3);
        Assert.Equal(2, await CountAsync(storage, "history"));
        Assert.Equal(4, await CountAsync(storage, "exceptions"));

        // A journal goes from one snapshot to the next: what is left begins after the youngest one that is old enough.
        Assert.Equal(1, await CountAsync(storage, "journal"));
        Assert.Equal(2, await CountAsync(storage, "state_snapshots"));
    }

    private static async Task<long> CountAsync(HostStorage storage, string table) => await storage.Database.ReadAsync(s => (long)s.Scalar($"SELECT count(*) FROM {table}")!, CancellationToken.None);
}
