namespace Automation.Core.Topics;

/// <summary>
/// One level of a topic tree with its children in an open hash table. One writer at a time (the tree's lock); readers take no
/// lock: a slot is filled last, a full table is replaced by a larger one, and a child never leaves the table while in use.
/// </summary>
/// <remarks>Children that hold nothing any more stay as they are until they are half of the table; then it is built anew.</remarks>
internal abstract class LevelNode<TSelf>(byte[] level, int hash)
    where TSelf : LevelNode<TSelf>
{
    private const int SmallestTable = 4;

    private TSelf?[]? _children;
    private int _childCount;
    private int _emptyCount;

    public byte[] Level { get; } = level;

    /// <summary>Holds neither a value nor a child that does.</summary>
    public bool IsEmpty => HoldsNothing && _childCount == _emptyCount;

    protected int Hash { get; } = hash;

    /// <summary>Whether the node itself holds nothing.</summary>
    protected abstract bool HoldsNothing { get; }

    /// <summary>The children as they are now, with gaps; for walking all of them.</summary>
    public ReadOnlySpan<TSelf?> Children => Volatile.Read(ref _children);

    public TSelf? Find(ReadOnlySpan<byte> level, int hash)
    {
        TSelf?[]? table = Volatile.Read(ref _children);
        if (table is null) return null;
        int mask = table.Length - 1;
        for (int i = hash & mask; ; i = (i + 1) & mask)
        {
            TSelf? child = table[i];
            if (child is null) return null;
            if (child.Hash == hash && level.SequenceEqual(child.Level)) return child;
        }
    }

    /// <summary>Puts a child in that is not there yet. Starts out empty: say <see cref="ChildFilled_NeedsLock"/> when it is not any more.</summary>
    public void Add_NeedsLock(TSelf child)
    {
        TSelf?[] table = _children ?? new TSelf?[SmallestTable];
        if (_children is null || (_childCount + 1) * 4 > table.Length * 3) table = Grown();
        Put(table, child);
        _childCount++;
        _emptyCount++;
        Volatile.Write(ref _children, table);
    }

    public void ChildFilled_NeedsLock() => _emptyCount--;

    public void ChildEmptied_NeedsLock()
    {
        _emptyCount++;
        if (_emptyCount * 2 <= _childCount || _childCount < 16) return;
        TSelf?[] table = Grown();
        Volatile.Write(ref _children, table);
    }

    /// <summary>A table for what is in use and one more, without the empty children.</summary>
    private TSelf?[] Grown()
    {
        int used = _childCount - _emptyCount;
        int size = SmallestTable;
        while ((used + 1) * 2 > size) size *= 2;
        var table = new TSelf?[size];
        foreach (TSelf? child in _children ?? [])
        {
            if (child is { IsEmpty: false }) Put(table, child);
        }

        _childCount = used;
        _emptyCount = 0;
        return table;
    }

    private static void Put(TSelf?[] table, TSelf child)
    {
        int mask = table.Length - 1;
        int i = child.Hash & mask;
        while (table[i] is not null) i = (i + 1) & mask;
        Volatile.Write(ref table[i], child);
    }
}
