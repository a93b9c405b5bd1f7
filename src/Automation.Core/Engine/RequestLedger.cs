using System.Numerics;
using System.Runtime.InteropServices;

namespace Automation.Core.Engine;

/// <summary>Which firing asked for what, until the outcome is known: the youngest so many requests, in a ring. When it is full the oldest gives way.</summary>
/// <remarks>A request keeps its place by its number in all requests of the engine, so that a restored ledger forgets exactly when the other would have.</remarks>
internal sealed class RequestLedger
{
    private readonly AwaitedRequest[] _ring;
    private readonly int _mask;

    public RequestLedger(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 64);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 1 << 20);
        _ring = new AwaitedRequest[BitOperations.RoundUpToPowerOf2((uint)capacity)];
        _mask = _ring.Length - 1;
        Clear();
    }

    /// <summary>Requests so far, forgotten ones too.</summary>
    public long Written { get; private set; }

    private long Oldest => Math.Max(0, Written - _ring.Length);

    public void Add(long sequence, int index, int rule, long firedTicks) => _ring[(int)(Written++ & _mask)] = new AwaitedRequest(sequence, firedTicks, rule, index);

    /// <summary>Looks a request up, from the youngest back, and forgets it: it has one outcome.</summary>
    public bool TryTake(long sequence, int index, out AwaitedRequest request)
    {
        for (long number = Written - 1; number >= Oldest; number--)
        {
            ref AwaitedRequest at = ref _ring[(int)(number & _mask)];
            if (at.Sequence != sequence || at.Index != index || at.Rule < 0) continue;
            request = at;
            at = AwaitedRequest.None;
            return true;
        }

        request = AwaitedRequest.None;
        return false;
    }

    /// <summary>Those that wait for their outcome, oldest first.</summary>
    public IEnumerable<(long Number, AwaitedRequest Request)> Awaited()
    {
        for (long number = Oldest; number < Written; number++)
        {
            AwaitedRequest request = _ring[(int)(number & _mask)];
            if (request.Rule >= 0) yield return (number, request);
        }
    }

    public void Clear(long written = 0)
    {
        Written = written;
        Array.Fill(_ring, AwaitedRequest.None);
    }

    /// <summary>Puts a request back in its place; one that is out of reach stays forgotten.</summary>
    public void PutBack(long number, in AwaitedRequest request)
    {
        if (number >= Oldest && number < Written) _ring[(int)(number & _mask)] = request;
    }
}

/// <summary>One request, 24 bytes.</summary>
/// <param name="Sequence">Of the input that led to it; with <paramref name="Index"/> it is the request's id.</param>
/// <param name="Rule">-1: nothing is waited for here.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct AwaitedRequest(long Sequence, long FiredTicks, int Rule, int Index)
{
    public static readonly AwaitedRequest None = new(0, 0, -1, 0);
}
