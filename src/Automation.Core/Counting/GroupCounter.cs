using System.Buffers;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Counting;

/// <summary>The people inside a group of counting channels (PPL-1 to PPL-4). One writer; allocates nothing per report.</summary>
/// <remarks>
/// Cameras report running totals (<c>realTime</c>, also when the mode is missing) or the totals of an interval (<c>timeRange</c>); many send both for
/// the same people, so a channel that has told running totals within <see cref="RealTimeLasts"/> is not believed its intervals.
/// </remarks>
internal sealed class GroupCounter
{
    /// <summary>Highest count, in people; a correction may set it.</summary>
    public const int MaxInside = 1_000_000;

    /// <summary>Interval reports come at least once a day: longer without running totals, and the camera was set to intervals alone.</summary>
    private static readonly TimeSpan RealTimeLasts = TimeSpan.FromHours(25);

    private readonly ChannelTotals[] _channels;
    private bool _reached;

    public GroupCounter(CountingGroup group)
    {
        Group = group;
        _channels = new ChannelTotals[group.Channels.Length];
        Array.Fill(_channels, ChannelTotals.Unknown);
    }

    public CountingGroup Group { get; }

    /// <summary>People inside, 0 to <see cref="MaxInside"/>.</summary>
    public int Inside { get; private set; }

    /// <summary>People who may still come in; 0 when full.</summary>
    public int Remaining => Math.Max(0, Max - Inside);

    public int Max => Group.MaxPeople;

    /// <summary>The maximum is reached and the count has not fallen below it since.</summary>
    public bool Reached => _reached;

    /// <summary>Counts a <c>peopleCounting</c> event.</summary>
    /// <param name="channelIndex">Index into <see cref="CountingGroup.Channels"/>.</param>
    /// <param name="data">The event's data: <c>mode</c>, <c>enter</c>, <c>exit</c>, numbers or texts; what cannot be read is not counted.</param>
    public GroupChange Apply(int channelIndex, DataObject data, DateTimeOffset at)
    {
        ref ChannelTotals channel = ref _channels[channelIndex];
        long enter = CountData.Number(data, "enter");
        long exit = CountData.Number(data, "exit");
        if (enter < 0 && exit < 0) return GroupChange.None;

        Passage passage;
        if (CountData.IsInterval(data))
        {
            if (channel.RealTimeAt != 0 && at.UtcTicks - channel.RealTimeAt <= RealTimeLasts.Ticks) return GroupChange.None;
            passage = Passage.OfInterval(enter, exit, channel.LastAt == 0 ? TimeSpan.MaxValue : at - channel.LastInstant);
            channel = channel with { LastAt = at.UtcTicks };
        }
        else
        {
            passage = channel.Count(enter, exit, CountData.DeviceTime(data), at);
        }

        if (passage.JumpedBy != 0) return new GroupChange(false, MaximumChange.None, passage.JumpedBy);
        long change = passage.Entered - passage.Exited;
        return Set(Inside + (Group.Channels[channelIndex].Reverse ? -change : change));
    }

    /// <summary>Somebody looked and counted (PPL-4).</summary>
    public GroupChange Correct(int inside) => Set(inside);

    /// <summary>Nobody is inside: the daily reset. The cameras' totals keep their base, so a reset of theirs at another hour changes nothing.</summary>
    public GroupChange Reset() => Set(0);

    /// <summary>The maximum may be another than when the count was written: it is reached now, or left.</summary>
    public GroupChange Review() => Set(Inside) with { Changed = true };

    public void Write(IBufferWriter<byte> to) => GroupSnapshot.Write(to, Group, Inside, _reached, _channels);

    /// <summary>Takes over what <see cref="Write"/> wrote, for the channels that both have; moves the span behind it.</summary>
    /// <returns>False: the bytes are no snapshot of a group, and nothing was taken over.</returns>
    public bool Read(ref ReadOnlySpan<byte> from)
    {
        if (!GroupSnapshot.TryRead(ref from, Group, _channels, out int inside, out bool reached)) return false;
        Inside = inside;
        _reached = reached;
        return true;
    }

    private GroupChange Set(long inside)
    {
        // Never negative (PPL-4): people who came in unseen leave as well.
        int now = (int)Math.Clamp(inside, 0, MaxInside);
        bool reached = now >= Max;
        var maximum = reached == _reached ? MaximumChange.None : reached ? MaximumChange.Reached : MaximumChange.Left;
        bool changed = now != Inside || maximum != MaximumChange.None;
        Inside = now;
        _reached = reached;
        return new GroupChange(changed, maximum, 0);
    }
}
