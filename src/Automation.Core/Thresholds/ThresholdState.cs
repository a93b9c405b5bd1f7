using System.Buffers;
using System.Buffers.Binary;
using Automation.Core.Compilation.Form;

namespace Automation.Core.Thresholds;

/// <summary>Where one number stands against its bounds: clear, on its way (a hold runs), or passed (TMP-3, TMP-4).</summary>
/// <remarks>
/// A mutable value of one writer, 24 bytes plus the window of a rate. Timers are the caller's: <see cref="Pending"/> says until when a hold runs.
/// <list type="bullet">
/// <item>Unknown (NaN) neither passes nor clears. During a hold the policy says whether it goes on (assumeHeld), starts anew with the next number
/// (restart), or is given up until the number was inside again (requireProof).</item>
/// <item>A first number beyond its bound passes it when it was reported live; when it was merely found (<c>initial</c>) it does not, but begins a
/// hold where the trigger has one.</item>
/// <item>A number that goes from above the band to below it stays passed.</item>
/// </list>
/// </remarks>
internal struct ThresholdState
{
    private const int SnapshotBytes = 12;

    private long _deadline;
    private Phase _phase;
    private ThresholdSide _side;
    private bool _unknown;
    private RateWindow? _rate;

    private enum Phase : byte
    {
        /// <summary>Nothing was known yet.</summary>
        New,

        /// <summary>Ready to pass.</summary>
        Clear,

        /// <summary>Beyond the bound; the hold runs.</summary>
        Holding,

        /// <summary>The hold's deadline came while the number was unknown.</summary>
        Overdue,

        /// <summary>Passed and told.</summary>
        Passed,

        /// <summary>Beyond the bound without having been told; waits until it is inside.</summary>
        Blocked,
    }

    /// <summary>The instant at which a running hold is over; null: none runs.</summary>
    public readonly DateTimeOffset? Pending => _phase == Phase.Holding ? new DateTimeOffset(_deadline, TimeSpan.Zero) : null;

    /// <summary>The threshold is passed and has not cleared.</summary>
    public readonly bool IsPassed => _phase == Phase.Passed;

    /// <summary>Takes a number, in the unit of the bounds.</summary>
    /// <param name="value">NaN: unknown from now on.</param>
    /// <param name="initial">Found at a start or a reconnect, not reported as new.</param>
    public ThresholdChange Apply(ThresholdBounds bounds, double value, DateTimeOffset at, bool initial = false)
    {
        if (bounds.RatePer > TimeSpan.Zero && !double.IsNaN(value))
        {
            _rate ??= new RateWindow(bounds.RatePer);
            value = _rate.ChangeTo(value, at);
            // The first number has nothing to be compared with.
            if (double.IsNaN(value)) return ThresholdChange.None;
        }

        if (double.IsNaN(value)) return Lose(bounds.Restart);
        _unknown = false;
        ThresholdSide side = bounds.SideOf(value);
        return side == ThresholdSide.Inside ? Inside(bounds, value) : Beyond(bounds, side, at, initial);
    }

    /// <summary>The deadline of <see cref="Pending"/> has come: the hold is fulfilled unless the number is unknown just now.</summary>
    public ThresholdChange Due(DateTimeOffset at)
    {
        if (_phase != Phase.Holding || at.UtcTicks < _deadline) return ThresholdChange.None;
        _phase = _unknown ? Phase.Overdue : Phase.Passed;
        return _unknown ? ThresholdChange.None : ThresholdChangeKind.Entered;
    }

    /// <summary>The process was down: what becomes of a hold that ran (<see cref="HoldPolicy"/>). Call once after restoring, before the found values.</summary>
    public ThresholdChange Restarted(ThresholdBounds bounds)
    {
        if (_phase is not (Phase.Holding or Phase.Overdue) || bounds.Restart == HoldPolicy.AssumeHeld) return ThresholdChange.None;
        _phase = bounds.Restart == HoldPolicy.Restart ? Phase.New : Phase.Blocked;
        return ThresholdChangeKind.Cancelled;
    }

    /// <summary>Writes the state: u8 phase, u8 side, u8 unknown, u8 whether a rate window follows, i64 deadline; little-endian.</summary>
    public readonly void Write(IBufferWriter<byte> to)
    {
        Span<byte> bytes = to.GetSpan(SnapshotBytes);
        bytes[0] = (byte)_phase;
        bytes[1] = (byte)_side;
        bytes[2] = _unknown ? (byte)1 : (byte)0;
        bytes[3] = _rate is null ? (byte)0 : (byte)1;
        BinaryPrimitives.WriteInt64LittleEndian(bytes[4..], _deadline);
        to.Advance(SnapshotBytes);
        _rate?.Write(to);
    }

    /// <summary>Takes over what <see cref="Write"/> wrote and moves the span behind it.</summary>
    /// <returns>False: the bytes are no such state; this one is as before.</returns>
    public bool Read(ThresholdBounds bounds, ref ReadOnlySpan<byte> from)
    {
        if (from.Length < SnapshotBytes || from[0] > (byte)Phase.Blocked || from[1] > (byte)ThresholdSide.Below || from[3] > 1) return false;
        long deadline = BinaryPrimitives.ReadInt64LittleEndian(from[4..]);
        if (deadline < 0 || deadline > DateTime.MaxValue.Ticks) return false;
        ReadOnlySpan<byte> rest = from[SnapshotBytes..];
        RateWindow? rate = null;
        if (from[3] == 1 && !RateWindow.TryRead(bounds.RatePer, ref rest, out rate)) return false;
        (_phase, _side, _unknown, _deadline, _rate) = ((Phase)from[0], (ThresholdSide)from[1], from[2] != 0, deadline, rate);
        from = rest;
        return true;
    }

    private ThresholdChange Lose(HoldPolicy policy)
    {
        _unknown = true;
        if (_phase is not (Phase.Holding or Phase.Overdue) || policy == HoldPolicy.AssumeHeld) return ThresholdChange.None;
        bool ran = _phase == Phase.Holding;
        _phase = policy == HoldPolicy.Restart ? Phase.Clear : Phase.Blocked;
        return ran ? ThresholdChangeKind.Cancelled : ThresholdChange.None;
    }

    private ThresholdChange Inside(ThresholdBounds bounds, double value)
    {
        switch (_phase)
        {
            case Phase.Passed when !bounds.Clears(_side, value):
                return ThresholdChange.None;
            case Phase.Passed:
                _phase = Phase.Clear;
                return ThresholdChangeKind.Left;
            case Phase.Holding:
                _phase = Phase.Clear;
                return ThresholdChangeKind.Cancelled;
            case Phase.Blocked when !bounds.Clears(_side, value):
                return ThresholdChange.None;
            default:
                _phase = Phase.Clear;
                return ThresholdChange.None;
        }
    }

    private ThresholdChange Beyond(ThresholdBounds bounds, ThresholdSide side, DateTimeOffset at, bool initial)
    {
        _side = side;
        switch (_phase)
        {
            case Phase.Overdue:
                _phase = Phase.Passed;
                return ThresholdChangeKind.Entered;
            case Phase.New or Phase.Clear when bounds.For > TimeSpan.Zero:
                _phase = Phase.Holding;
                _deadline = at.UtcTicks + bounds.For.Ticks;
                return new ThresholdChange(ThresholdChangeKind.Pending, new DateTimeOffset(_deadline, TimeSpan.Zero));
            case Phase.New or Phase.Clear when initial:
                _phase = Phase.Blocked;
                return ThresholdChange.None;
            case Phase.New or Phase.Clear:
                _phase = Phase.Passed;
                return ThresholdChangeKind.Entered;
            default:
                return ThresholdChange.None;
        }
    }
}
