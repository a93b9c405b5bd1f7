namespace Automation.Core.Topics;

/// <summary>
/// Filters on one side, names on the other: finds everything whose filter matches a name. A step costs what the name has
/// levels and what matches, never what is registered.
/// </summary>
/// <remarks>
/// Matching takes no lock and may run while filters come and go on other threads; it then sees each change wholly or not at
/// all. <c>$share</c> has no meaning here: the caller registers the inner filter.
/// </remarks>
/// <param name="seed">Of the hash; any number, from a random source where strangers choose the names.</param>
public sealed class TopicIndex<T>(long seed = 0)
    where T : notnull
{
    private readonly ulong _seed = unchecked((ulong)seed);
    private readonly Lock _gate = new();
    private readonly FilterNode _root = new([], 0);
    private long _version;
    private int _count;

    /// <summary>Changes with every change. Read before matching, it tells later whether the matches still hold.</summary>
    public long Version => Volatile.Read(ref _version);

    /// <summary>How many registrations there are.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Registers a value under a valid filter; the same value may stand under many filters, and once under each.</summary>
    /// <returns>False when it was there already.</returns>
    public bool Add(ReadOnlySpan<byte> filter, T value)
    {
        ThrowIfInvalid(filter);
        lock (_gate)
        {
            if (!Change_NeedsLock(_root, filter, value, add: true)) return false;
            _count++;
            Volatile.Write(ref _version, _version + 1);
            return true;
        }
    }

    /// <inheritdoc cref="Add(ReadOnlySpan{byte}, T)"/>
    public bool Add(string filter, T value) => Add(Bytes(filter), value);

    /// <summary>Takes a registration away; false when there was none.</summary>
    public bool Remove(ReadOnlySpan<byte> filter, T value)
    {
        ThrowIfInvalid(filter);
        lock (_gate)
        {
            if (!Change_NeedsLock(_root, filter, value, add: false)) return false;
            _count--;
            Volatile.Write(ref _version, _version + 1);
            return true;
        }
    }

    /// <summary>Changes <see cref="Version"/>: a value has changed in a way that those who remember matches have to know.</summary>
    public void Touch()
    {
        lock (_gate) Volatile.Write(ref _version, _version + 1);
    }

    /// <inheritdoc cref="Remove(ReadOnlySpan{byte}, T)"/>
    public bool Remove(string filter, T value) => Remove(Bytes(filter), value);

    /// <summary>Appends what matches a valid name. A value that stands under two matching filters comes twice.</summary>
    /// <returns>How many nodes were looked at.</returns>
    public int Match(ReadOnlySpan<byte> name, List<T> matches)
    {
        // MQTT 5.0 §4.7.2: a filter starting with a wildcard does not match topics starting with $.
        bool wildcards = name.IsEmpty || name[0] != (byte)'$';
        return Walk(_root, name, wildcards, matches);
    }

    /// <inheritdoc cref="Match(ReadOnlySpan{byte}, List{T})"/>
    public int Match(string name, List<T> matches) => Match(Bytes(name), matches);

    /// <summary>Looks at a node that stands for everything before <paramref name="rest"/>, which holds at least one level.</summary>
    private int Walk(FilterNode node, ReadOnlySpan<byte> rest, bool wildcards, List<T> matches)
    {
        if (wildcards) matches.AddRange(node.Beneath);
        int slash = rest.IndexOf((byte)'/');
        ReadOnlySpan<byte> level = slash < 0 ? rest : rest[..slash];
        int visited = 1;
        FilterNode? child = node.Find(level, LevelHash.Compute(level, _seed));
        if (child is not null) visited += Enter(child, rest, slash, matches);
        if (wildcards && node.AnyLevel is { } any) visited += Enter(any, rest, slash, matches);
        return visited;
    }

    private int Enter(FilterNode node, ReadOnlySpan<byte> rest, int slash, List<T> matches)
    {
        if (slash >= 0) return Walk(node, rest[(slash + 1)..], wildcards: true, matches);
        matches.AddRange(node.Here);
        matches.AddRange(node.Beneath); // §4.7.1.2: "a/#" includes "a" itself.
        return 1;
    }

    private bool Change_NeedsLock(FilterNode node, ReadOnlySpan<byte> rest, T value, bool add)
    {
        if (rest is [(byte)'#']) return Edit(ref node.Beneath, value, add);
        int slash = rest.IndexOf((byte)'/');
        ReadOnlySpan<byte> level = slash < 0 ? rest : rest[..slash];
        bool plus = level is [(byte)'+'];
        int hash = plus ? 0 : LevelHash.Compute(level, _seed);
        FilterNode? child = plus ? node.AnyLevel : node.Find(level, hash);
        if (child is null)
        {
            if (!add) return false;
            child = new FilterNode(plus ? "+"u8.ToArray() : level.ToArray(), hash);
            if (plus) node.AnyLevel = child;
            else node.Add_NeedsLock(child);
        }

        bool wasEmpty = child.IsEmpty;
        bool changed = slash < 0 ? Edit(ref child.Here, value, add) : Change_NeedsLock(child, rest[(slash + 1)..], value, add);
        if (child.IsEmpty == wasEmpty) return changed;
        if (plus)
        {
            if (!wasEmpty) node.AnyLevel = null;
        }
        else if (wasEmpty)
        {
            node.ChildFilled_NeedsLock();
        }
        else
        {
            node.ChildEmptied_NeedsLock();
        }

        return changed;
    }

    /// <summary>Replaces the array: a reader keeps the one it has.</summary>
    private static bool Edit(ref T[] values, T value, bool add)
    {
        int at = Array.IndexOf(values, value);
        if (add == at >= 0) return false;
        T[] changed = add ? [.. values, value] : [.. values.AsSpan(0, at), .. values.AsSpan(at + 1)];
        Volatile.Write(ref values, changed);
        return true;
    }

    private static byte[] Bytes(string text) =>
        TopicName.TryEncode(text, out byte[] bytes) ? bytes : throw new ArgumentException("Not a topic: half a surrogate pair.", nameof(text));

    private static void ThrowIfInvalid(ReadOnlySpan<byte> filter)
    {
        TopicFault fault = TopicFilter.Check(filter);
        if (fault != TopicFault.None) throw new ArgumentException($"Not a topic filter: {fault}.", nameof(filter));
    }

    private sealed class FilterNode(byte[] level, int hash) : LevelNode<FilterNode>(level, hash)
    {
        public T[] Here = [];
        public T[] Beneath = [];
        public FilterNode? AnyLevel;

        protected override bool HoldsNothing => Here.Length == 0 && Beneath.Length == 0 && AnyLevel is null;
    }
}
