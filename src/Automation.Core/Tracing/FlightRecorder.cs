using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Automation.Core.Tracing;

/// <summary>Every evaluation of a rule, the youngest so many, in a ring.</summary>
internal sealed class FlightRecorder
{
    private readonly TraceRecord[] _ring;
    private readonly int _mask;
    private long _written;

    public FlightRecorder(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 64);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 1 << 20);
        _ring = new TraceRecord[BitOperations.RoundUpToPowerOf2((uint)capacity)];
        _mask = _ring.Length - 1;
    }

    public int Capacity => _ring.Length;

    public long Written => _written;

    public void Add(long ticks, int rule, uint outcome) => _ring[(int)(_written++ & _mask)] = new TraceRecord(ticks, rule, outcome);

    /// <summary>From the youngest back.</summary>
    public bool TryGet(int back, out TraceRecord record)
    {
        bool kept = back < Math.Min(_written, _ring.Length);
        record = kept ? _ring[(int)((_written - 1 - back) & _mask)] : default;
        return kept;
    }

    /// <summary>What became known of evaluations later: those of a rule at an instant that ended one way ended another.</summary>
    public void Amend(long ticks, int rule, uint from, uint to)
    {
        for (int i = 0; i < Math.Min(_written, _ring.Length); i++)
        {
            if (_ring[i] == new TraceRecord(ticks, rule, from)) _ring[i] = new TraceRecord(ticks, rule, to);
        }
    }

    /// <summary>The numbers of rules mean others after a reload.</summary>
    public void Renumber(ReadOnlySpan<int> newNumbers)
    {
        for (int i = 0; i < _ring.Length; i++)
        {
            TraceRecord record = _ring[i];
            if (i >= _written) break;
            int rule = record.Rule >= 0 && record.Rule < newNumbers.Length ? newNumbers[record.Rule] : -1;
            _ring[i] = new TraceRecord(record.Ticks, rule, EvaluationOutcome.WithoutConditions(record.Outcome));
        }
    }
}

/// <summary>One evaluation, 16 bytes.</summary>
/// <param name="Outcome">See <see cref="EvaluationOutcome"/>.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct TraceRecord(long Ticks, int Rule, uint Outcome);

/// <summary>How an evaluation ended: a result in the upper 4 bits and, for <see cref="EvaluationResult.ConditionsMissing"/>, one bit a missing condition in the others.</summary>
internal static class EvaluationOutcome
{
    public const int ConditionBits = 28;
    private const uint ConditionMask = (1u << ConditionBits) - 1;

    public static EvaluationResult ResultOf(uint outcome) => (EvaluationResult)(outcome >> ConditionBits);

    public static uint ConditionsOf(uint outcome) => outcome & ConditionMask;

    /// <summary>The bits of conditions mean others after a reload; the result stays.</summary>
    public static uint WithoutConditions(uint outcome) => outcome & ~ConditionMask;

    public static int MissingCount(uint outcome) => BitOperations.PopCount(ConditionsOf(outcome));

    public static uint Of(EvaluationResult result, uint conditions = 0) => ((uint)result << ConditionBits) | (conditions & ConditionMask);

    /// <summary>The missing bits of two words, packed in the order of the needed bits.</summary>
    public static uint Pack(ulong need0, ulong missing0, ulong need1, ulong missing1)
    {
        ulong packed = Extract(missing0, need0);
        int shift = BitOperations.PopCount(need0);
        if (shift < 64) packed |= Extract(missing1, need1) << shift;
        uint kept = (uint)packed & ConditionMask;

        // A rule with more conditions than that: the last bit stands for the rest.
        return kept == 0 && packed != 0 ? 1u << (ConditionBits - 1) : kept;
    }

    private static ulong Extract(ulong value, ulong mask)
    {
        if (Bmi2.X64.IsSupported) return Bmi2.X64.ParallelBitExtract(value, mask);
        ulong packed = 0;
        for (int at = 0; mask != 0; at++)
        {
            ulong lowest = 1ul << BitOperations.TrailingZeroCount(mask);
            if ((value & lowest) != 0) packed |= 1ul << at;
            mask ^= lowest;
        }

        return packed;
    }
}

internal enum EvaluationResult : byte
{
    None,
    Fired,
    ConditionsMissing,
    Disabled,

    /// <summary>The device's notification is off (LNK-13).</summary>
    Silent,
    Cooldown,

    /// <summary>A run is under way, and the mode is single.</summary>
    Busy,

    /// <summary>As many runs as the rule allows.</summary>
    Refused,

    /// <summary>The event came; its data did not fit.</summary>
    DataUnfit,

    /// <summary>A hold, a count or a sequence began or went on.</summary>
    Pending,

    /// <summary>Cut by the loop guard.</summary>
    Loop,

    /// <summary>The event came in a phase the rule does not ask for.</summary>
    OtherPhase,

    /// <summary>It fired, and an action it asked for did not happen.</summary>
    Failed,
}
