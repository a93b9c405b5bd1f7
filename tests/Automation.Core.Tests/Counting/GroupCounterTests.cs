using System.Buffers;
using Automation.Core.Compilation.Form;
using Automation.Core.Counting;
using Automation.Core.Model;

namespace Automation.Core.Tests.Counting;

public sealed class GroupCounterTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly GroupCounter _counter = new(Group(max: 10));

    private int _minute;

    [Fact, Trait("Req", "PPL-4")]
    public void Apply_FirstTotalAfterStart_SetsTheBase()
    {
        Assert.Equal(GroupChange.None, Report(0, 70, 15));
        Assert.Equal(0, _counter.Inside);
        Assert.True(Report(0, 75, 17).Changed);
        Assert.Equal((3, 7), (_counter.Inside, _counter.Remaining));
    }

    [Fact, Trait("Req", "PPL-3")]
    public void Apply_SameTotalsAgain_ChangesNothing()
    {
        Report(0, 0, 0);
        Report(0, 4, 1);
        Assert.Equal(GroupChange.None, Report(0, 4, 1));
        Assert.Equal(3, _counter.Inside);
    }

    [Fact, Trait("Req", "PPL-2")]
    public void Apply_OnAReversedChannel_CountsEntriesAsExits()
    {
        Report(0, 0, 0);
        Report(1, 0, 0);
        Report(0, 8, 0);
        Report(1, 3, 1);
        Assert.Equal(6, _counter.Inside);
    }

    [Fact, Trait("Req", "PPL-4")]
    public void Apply_MoreLeaveThanCame_StaysAtZero()
    {
        Report(0, 0, 0);
        Report(0, 2, 5);
        Assert.Equal(0, _counter.Inside);
        Report(0, 3, 5);
        Assert.Equal(1, _counter.Inside);
    }

    [Fact, Trait("Req", "PPL-4")]
    public void Apply_TotalFell_CountsFromZero()
    {
        Report(0, 100, 100);
        Report(0, 106, 101);
        Report(0, 2, 1);
        Assert.Equal(6, _counter.Inside);
    }

    [Fact, Trait("Req", "PPL-4")]
    public void Apply_OneTotalFellAndTheOtherOutgrewItsLast_CountsBothFromZero()
    {
        Report(0, 100, 5);
        Report(0, 9, 6);
        Assert.Equal(3, _counter.Inside);
    }

    [Fact, Trait("Req", "PPL-4")]
    public void Apply_ReportOvertakenOnItsWay_IsNoReset()
    {
        ReportAt(0, 100, 90, "2026-11-20T12:00:00+01:00");
        ReportAt(0, 104, 90, "2026-11-20T12:00:20+01:00");
        ReportAt(0, 102, 90, "2026-11-20T11:00:10+00:00");
        ReportAt(0, 105, 90, "2026-11-20T12:00:30+01:00");
        Assert.Equal(5, _counter.Inside);
    }

    [Fact, Trait("Req", "PPL-4")]
    public void Apply_MissedReports_AreCaughtUp()
    {
        Report(0, 10, 10);
        Report(0, 1_510, 1_508);
        Assert.Equal((2, 0L), (_counter.Inside, Report(0, 1_510, 1_508).JumpedBy));
    }

    [Fact, Trait("Req", "PPL-4")]
    public void Apply_JumpBeyondReason_IsReportedAndNotCounted()
    {
        Report(0, 10, 10);
        GroupChange jump = Report(0, 4_000_010, 10);
        Assert.Equal((false, 4_000_000L, 0), (jump.Changed, jump.JumpedBy, _counter.Inside));
        Report(0, 4_000_012, 10);
        Assert.Equal(2, _counter.Inside);
    }

    [Fact, Trait("Req", "PPL-3")]
    public void Apply_Intervals_AreAdded()
    {
        Report(0, 5, 1, "timeRange");
        Report(0, 5, 1, "timeRange");
        Assert.Equal(8, _counter.Inside);
    }

    [Fact, Trait("Req", "PPL-4")]
    public void Apply_TotalsAndIntervalsOfTheSamePeople_AreNeverBothCounted()
    {
        Report(0, 100, 100, "realTime");
        Report(0, 107, 101, "realTime");
        Report(0, 7, 1, "timeRange");
        Report(0, 108, 101);
        Assert.Equal(7, _counter.Inside);
    }

    [Fact, Trait("Req", "PPL-4")]
    public void Apply_IntervalsAfterTotalsCeasedForMoreThanADay_AreAdded()
    {
        Report(0, 100, 100, "realTime");
        _minute += 26 * 60;
        Report(0, 7, 1, "timeRange");
        Assert.Equal(6, _counter.Inside);
    }

    [Fact, Trait("Req", "EVT-4")]
    public void Apply_NumbersAsTexts_AreRead()
    {
        _counter.Apply(0, DataObject.Of(("enter", "10"), ("exit", "4")), Noon);
        _counter.Apply(0, DataObject.Of(("enter", "12"), ("exit", " 5 ")), Noon.AddMinutes(1));
        Assert.Equal(1, _counter.Inside);
    }

    [Fact, Trait("Req", "PPL-4")]
    public void Apply_OnlyOneTotal_LeavesTheOther()
    {
        Report(0, 10, 10);
        _counter.Apply(0, DataObject.Of(("enter", 13)), Noon.AddMinutes(10));
        Report(0, 13, 11);
        Assert.Equal(2, _counter.Inside);
    }

    [Theory, Trait("Req", "PPL-4")]
    [InlineData("many")]
    [InlineData("-4")]
    [InlineData("1.5")]
    [InlineData("1e300")]
    [InlineData("NaN")]
    [InlineData("")]
    public void Apply_NumberThatIsNone_IsNotCounted(string text)
    {
        Report(0, 10, 10);
        Assert.Equal(GroupChange.None, _counter.Apply(0, DataObject.Of(("enter", text), ("exit", true)), Noon.AddMinutes(10)));
        Report(0, 11, 10);
        Assert.Equal(1, _counter.Inside);
    }

    [Fact, Trait("Req", "PPL-3")]
    public void Apply_MaximumReached_IsToldOnceAndAgainOnlyAfterItFellBelow()
    {
        Report(0, 0, 0);
        Assert.Equal(MaximumChange.None, Report(0, 9, 0).Maximum);
        Assert.Equal(MaximumChange.Reached, Report(0, 10, 0).Maximum);
        Assert.Equal(MaximumChange.None, Report(0, 12, 0).Maximum);
        Assert.Equal((true, 0), (_counter.Reached, _counter.Remaining));
        Assert.Equal(MaximumChange.None, Report(0, 12, 2).Maximum);
        Assert.Equal(MaximumChange.Left, Report(0, 12, 3).Maximum);
        Assert.Equal(MaximumChange.Reached, Report(0, 13, 3).Maximum);
    }

    [Fact, Trait("Req", "PPL-4")]
    public void CorrectAndReset_SetTheCountAndKeepTheBase()
    {
        Report(0, 50, 20);
        Assert.Equal(MaximumChange.Reached, _counter.Correct(10).Maximum);
        Report(0, 51, 23);
        Assert.Equal(8, _counter.Inside);
        _counter.Correct(-5);
        Assert.Equal(0, _counter.Inside);
        _counter.Correct(12);
        Assert.Equal(new GroupChange(true, MaximumChange.Left, 0), _counter.Reset());
        Assert.Equal(GroupChange.None, _counter.Reset());
        Report(0, 53, 23);
        Assert.Equal(2, _counter.Inside);
        _counter.Correct(int.MaxValue);
        Assert.Equal(GroupCounter.MaxInside, _counter.Inside);
    }

    [Fact, Trait("Req", "PPL-4")]
    public void Read_OfASnapshot_GoesOnCounting()
    {
        Report(0, 100, 100);
        Report(1, 7, 7);
        Report(0, 111, 100);
        var restored = new GroupCounter(Group(max: 10));
        ReadOnlySpan<byte> bytes = Snapshot(_counter);
        Assert.True(restored.Read(ref bytes));
        Assert.True(bytes.IsEmpty);
        Assert.Equal((11, true), (restored.Inside, restored.Reached));
        Assert.Equal(MaximumChange.None, restored.Apply(0, Totals(112, 100), Noon.AddHours(1)).Maximum);
        Assert.Equal(12, restored.Inside);
    }

    [Fact, Trait("Req", "PPL-4")]
    public void Read_IntoAnEditedGroup_KeepsTheChannelsItStillHas()
    {
        Report(0, 100, 100);
        Report(1, 50, 50);
        Report(0, 103, 100);
        CountingGroup edited = Group(max: 3) with { Channels = [Group(3).Channels[1] with { Reverse = false }, new(ResourceAddress.Parse("store/new/channel/1"), false)] };
        var restored = new GroupCounter(edited);
        ReadOnlySpan<byte> bytes = Snapshot(_counter);
        Assert.True(restored.Read(ref bytes));
        Assert.Equal(MaximumChange.Reached, restored.Apply(0, Totals(51, 50), Noon.AddHours(1)).Maximum);
        restored.Apply(1, Totals(900, 0), Noon.AddHours(1));
        Assert.Equal(4, restored.Inside);
    }

    [Fact, Trait("Req", "PPL-4")]
    public void Read_OfCutOrForeignBytes_RefusesAndTakesNothingOver()
    {
        Report(0, 0, 0);
        Report(0, 5, 0);
        byte[] whole = Snapshot(_counter);
        for (int length = 0; length < whole.Length; length++)
        {
            var restored = new GroupCounter(Group(10));
            ReadOnlySpan<byte> cut = whole.AsSpan(0, length);
            Assert.False(restored.Read(ref cut));
            Assert.Equal((0, length), (restored.Inside, cut.Length));
        }

        ReadOnlySpan<byte> foreign = [9, 0, 1, 0, 0, 0, 0];
        Assert.False(new GroupCounter(Group(10)).Read(ref foreign));
    }

    [Fact, Trait("Req", "PPL-4")]
    public void Apply_RandomReportsWithDuplicatesAndResets_KeepTheCountOfThePeople()
    {
        const int seed = 77;
        var random = new Random(seed);
        for (int round = 0; round < 200; round++)
        {
            var counter = new GroupCounter(Group(max: 100));
            int inside = 0;
            long[] enter = [random.Next(1000), random.Next(1000)];
            long[] exit = [random.Next(1000), random.Next(1000)];
            for (int channel = 0; channel < 2; channel++) counter.Apply(channel, Totals(enter[channel], exit[channel]), Noon);
            for (int step = 1; step < 100; step++)
            {
                int channel = random.Next(2);
                if (random.Next(20) == 0 && enter[channel] > 5) (enter[channel], exit[channel]) = (0, 0);
                int came = random.Next(0, 4);
                int left = Math.Min(random.Next(0, 4), inside + came);
                inside += came - left;
                (enter[channel], exit[channel]) = channel == 0 ? (enter[channel] + came, exit[channel] + left) : (enter[channel] + left, exit[channel] + came);
                DataObject report = Totals(enter[channel], exit[channel]);
                bool lost = random.Next(10) == 0 && enter[channel] > 10;
                for (int copy = lost ? 2 : random.Next(2); copy < 2; copy++) counter.Apply(channel, report, Noon.AddSeconds(step));
                if (lost) counter.Apply(channel, report, Noon.AddSeconds(step));
                Assert.True(inside == counter.Inside, $"seed {seed}, round {round}, step {step}: {counter.Inside}, not {inside}");
            }
        }
    }

    [Fact, Trait("Req", "PPL-3")]
    public void Apply_InSteadyState_AllocatesNothing()
    {
        DataObject[] reports = [.. Enumerable.Range(0, 64).Select(i => DataObject.Of(("enter", i * 2), ("exit", i), ("mode", "realTime")))];
        long least = long.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < reports.Length; i++) _counter.Apply(0, reports[i], Noon.AddSeconds(i));
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    private static CountingGroup Group(int max) => new()
    {
        Id = "first-floor",
        Name = "1st Floor",
        Address = ResourceAddress.Parse("store/groups/first-floor"),
        Channels = [new(ResourceAddress.Parse("store/entrance/channel/1"), false), new(ResourceAddress.Parse("store/exit/channel/1"), true)],
        MaxPeople = max,
    };

    private static DataObject Totals(long enter, long exit) => DataObject.Of(("enter", (double)enter), ("exit", (double)exit));

    private static byte[] Snapshot(GroupCounter counter)
    {
        var buffer = new ArrayBufferWriter<byte>();
        counter.Write(buffer);
        return buffer.WrittenSpan.ToArray();
    }

    private GroupChange Report(int channel, long enter, long exit, string? mode = null) =>
        _counter.Apply(channel, mode is null ? Totals(enter, exit) : Totals(enter, exit).With("mode", mode), Noon.AddMinutes(++_minute));

    private void ReportAt(int channel, long enter, long exit, string deviceTime) =>
        _counter.Apply(channel, Totals(enter, exit).With("deviceTime", deviceTime), Noon.AddMinutes(++_minute));
}
