using System.Runtime.CompilerServices;

namespace Automation.Core.Engine;

internal enum DeadlineKind : byte
{
    AutoClear,
    Hold,
    Threshold,
    Absence,
    Schedule,
    Run,
    GroupReset,

    /// <summary>The windows may change while a run waits for a condition.</summary>
    Windows,
}

/// <summary>When something is due, and what. Equal instants are ordered by rule, then key, then kind.</summary>
/// <param name="Order">Decides last: what stands in the same place in every run and after every restore, unlike <paramref name="Payload"/>.</param>
internal readonly record struct Deadline(long Ticks, int Rule, int Key, DeadlineKind Kind, int Payload, long Order);

/// <summary>Deadlines in the order they are due: a heap with four children a node whose entries know their place, so that one can be taken back.</summary>
/// <remarks>
/// A heap rather than a wheel: the order of equal deadlines is a promise, instants are exact rather than rounded to a tick, a clock that
/// jumps a year costs nothing, and ten thousand due at once drain in about a millisecond. Grows; never allocates at a steady size.
/// What moves entries is compiled in full at once: a storm of deadlines may be the first thing that happens after a start, and takes thousands of comparisons.
/// </remarks>
internal sealed class DeadlineQueue
{
    private const int Arity = 4;

    private Node[] _heap = new Node[64];
    private int[] _places = new int[64];
    private int[] _free = new int[64];
    private int _freeCount;
    private int _handles;

    public int Count { get; private set; }

    /// <summary>UTC ticks of the first deadline; <see cref="long.MaxValue"/> when there is none.</summary>
    public long NextTicks { get; private set; } = long.MaxValue;

    /// <returns>A handle, from 1, for <see cref="Cancel"/>; good until the deadline was taken or cancelled.</returns>
    public int Add(in Deadline deadline)
    {
        int handle = NewHandle();
        if (Count == _heap.Length) Array.Resize(ref _heap, Count * 2);
        int at = Count++;
        Sift(at, new Node(deadline, handle));
        NextTicks = _heap[0].Deadline.Ticks;
        return handle;
    }

    /// <summary>Takes the first deadline when it is due.</summary>
    public bool TryTake(long upToTicks, out Deadline deadline)
    {
        if (NextTicks > upToTicks)
        {
            deadline = default;
            return false;
        }

        deadline = _heap[0].Deadline;
        RemoveAt(0);
        return true;
    }

    /// <summary>Takes a deadline back and clears its handle; nothing happens for handle 0.</summary>
    public void Cancel(ref int handle)
    {
        if (handle == 0) return;
        RemoveAt(_places[handle]);
        handle = 0;
    }

    public long TicksOf(int handle) => _heap[_places[handle]].Deadline.Ticks;

    public void Clear()
    {
        Count = 0;
        _handles = 0;
        _freeCount = 0;
        NextTicks = long.MaxValue;
    }

    private int NewHandle()
    {
        if (_freeCount > 0) return _free[--_freeCount];
        int handle = ++_handles;
        if (handle == _places.Length)
        {
            Array.Resize(ref _places, handle * 2);
            Array.Resize(ref _free, handle * 2);
        }

        return handle;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RemoveAt(int at)
    {
        _free[_freeCount++] = _heap[at].Handle;
        Count--;
        if (at < Count)
        {
            Node moved = _heap[Count];
            if (at > 0 && Before(moved.Deadline, _heap[(at - 1) / Arity].Deadline)) Sift(at, moved);
            else Sink(at, moved);
        }

        NextTicks = Count == 0 ? long.MaxValue : _heap[0].Deadline.Ticks;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sift(int at, in Node node)
    {
        while (at > 0)
        {
            int parent = (at - 1) / Arity;
            if (!Before(node.Deadline, _heap[parent].Deadline)) break;
            Put(at, _heap[parent]);
            at = parent;
        }

        Put(at, node);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sink(int at, in Node node)
    {
        while (true)
        {
            int first = at * Arity + 1;
            if (first >= Count) break;
            int least = first;
            int end = Math.Min(first + Arity, Count);
            for (int child = first + 1; child < end; child++)
            {
                if (Before(_heap[child].Deadline, _heap[least].Deadline)) least = child;
            }

            if (!Before(_heap[least].Deadline, node.Deadline)) break;
            Put(at, _heap[least]);
            at = least;
        }

        Put(at, node);
    }

    private void Put(int at, in Node node)
    {
        _heap[at] = node;
        _places[node.Handle] = at;
    }

    private static bool Before(in Deadline a, in Deadline b)
    {
        if (a.Ticks != b.Ticks) return a.Ticks < b.Ticks;
        if (a.Rule != b.Rule) return a.Rule < b.Rule;
        if (a.Key != b.Key) return a.Key < b.Key;
        if (a.Kind != b.Kind) return a.Kind < b.Kind;
        return a.Order != b.Order ? a.Order < b.Order : a.Payload < b.Payload;
    }

    private readonly record struct Node(Deadline Deadline, int Handle);
}
