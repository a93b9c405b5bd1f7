using Automation.Host.Journal;

namespace Automation.Host.Tests.Journal;

public sealed class SnapshotPlanTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly JournalLimits Limits = new() { KeptFor = TimeSpan.FromDays(10), KeptBytes = 1000, SnapshotEvery = TimeSpan.FromHours(12), NewestSnapshots = 2 };

    [Fact]
    public void Of_YoungAndSmall_KeepsAllOfTheJournal() => Assert.Null(SnapshotPlan.Of(Hours(0, 30, 60), Limits, Noon).Oldest);

    [Fact]
    public void Of_Nothing_KeepsAll() => Assert.Equal((null, 0), (SnapshotPlan.Of([], Limits, Noon).Oldest, SnapshotPlan.Of([], Limits, Noon).Thinned.Count));

    [Fact]
    public void Of_Old_BeginsWithTheYoungestThatIsOldEnough()
    {
        // 10 days are 240 hours: the one of 250 hours ago is the first from which all of the 10 days can be replayed.
        SnapshotPlan plan = SnapshotPlan.Of(Hours(0, 100, 239, 250, 300), Limits, Noon);
        Assert.Equal(Noon.AddHours(-250), plan.Oldest!.Value.At);
    }

    [Fact]
    public void Of_Large_BeginsWhereItIsTooMuch_ButKeepsTheNewestTwo()
    {
        Assert.Equal(Noon.AddHours(-30), SnapshotPlan.Of(Large(400, 0, 20, 30, 40), Limits, Noon).Oldest!.Value.At);
        Assert.Equal(Noon.AddHours(-20), SnapshotPlan.Of(Large(4000, 0, 20, 30, 40), Limits, Noon).Oldest!.Value.At);
    }

    [Fact]
    public void Of_Many_KeepsOneInTwelveHours_TheNewestTwo_AndTheOldest()
    {
        IReadOnlyList<SnapshotPlace> snapshots = Large(0, [.. Enumerable.Range(0, 40)]);
        SnapshotPlan plan = SnapshotPlan.Of(snapshots, Limits, Noon);
        Assert.Null(plan.Oldest);
        Assert.Equal([0, 1, 2, 14, 26, 38, 39], snapshots.Where(s => !plan.Thinned.Contains(s.Sequence)).Select(s => (int)(Noon - s.At).TotalHours));
    }

    private static IReadOnlyList<SnapshotPlace> Hours(params int[] ago) => Large(0, ago);

    private static IReadOnlyList<SnapshotPlace> Large(long bytes, params int[] ago) => [.. ago.Select(h => new SnapshotPlace(10_000 - h, Noon.AddHours(-h), "r", bytes))];
}
