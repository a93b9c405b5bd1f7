namespace Automation.Core.Topics;

/// <summary>The reverse of <see cref="TopicIndex{T}"/>: one value a name, found by filter. Retained messages live here.</summary>
/// <remarks>Reading takes no lock. A walk costs the levels of the filter and the names under its wildcards.</remarks>
/// <param name="seed">Of the hash; any number, from a random source where strangers choose the names.</param>
public sealed class TopicTree<T>(long seed = 0)
    where T : class
{
    private readonly ulong _seed = unchecked((ulong)seed);
    private readonly Lock _gate = new();
    private readonly NameNode _root = new([], 0);
    private int _count;

    /// <summary>How many names have a value.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Sets the value of a valid name; null takes it away. Answers what was there before.</summary>
    public T? Set(ReadOnlySpan<byte> name, T? value)
    {
        TopicFault fault = TopicName.Check(name);
        if (fault != TopicFault.None) throw new ArgumentException($"Not a topic name: {fault}.", nameof(name));
        lock (_gate)
        {
            T? before = Set_NeedsLock(_root, name, value);
            _count += (value is null ? 0 : 1) - (before is null ? 0 : 1);
            return before;
        }
    }

    /// <summary>The value of one name.</summary>
    public T? Find(ReadOnlySpan<byte> name)
    {
        NameNode? node = _root;
        while (node is not null)
        {
            int slash = name.IndexOf((byte)'/');
            ReadOnlySpan<byte> level = slash < 0 ? name : name[..slash];
            node = node.Find(level, LevelHash.Compute(level, _seed));
            if (slash < 0) break;
            name = name[(slash + 1)..];
        }

        return node?.Value;
    }

    /// <summary>Appends the values of every name that a valid filter matches.</summary>
    /// <returns>How many nodes were looked at.</returns>
    public int Match(ReadOnlySpan<byte> filter, List<T> matches) => Walk(_root, filter, matches, top: true);

    private int Walk(NameNode node, ReadOnlySpan<byte> rest, List<T> matches, bool top)
    {
        if (rest is [(byte)'#']) return Everything(node, matches, top);
        int slash = rest.IndexOf((byte)'/');
        ReadOnlySpan<byte> level = slash < 0 ? rest : rest[..slash];
        ReadOnlySpan<byte> beyond = slash < 0 ? default : rest[(slash + 1)..];
        if (level is not [(byte)'+'])
        {
            NameNode? child = node.Find(level, LevelHash.Compute(level, _seed));
            return child is null ? 1 : 1 + Enter(child, beyond, slash < 0, matches);
        }

        int visited = 1;
        foreach (NameNode? child in node.Children)
        {
            if (child is null || (top && IsSystem(child))) continue;
            visited += Enter(child, beyond, slash < 0, matches);
        }

        return visited;
    }

    private int Enter(NameNode node, ReadOnlySpan<byte> beyond, bool last, List<T> matches)
    {
        if (!last) return Walk(node, beyond, matches, top: false);
        if (node.Value is { } value) matches.Add(value);
        return 1;
    }

    private static int Everything(NameNode node, List<T> matches, bool top)
    {
        if (node.Value is { } value) matches.Add(value);
        int visited = 1;
        foreach (NameNode? child in node.Children)
        {
            if (child is null || (top && IsSystem(child))) continue;
            visited += Everything(child, matches, top: false);
        }

        return visited;
    }

    /// <summary>MQTT 5.0 §4.7.2: names starting with $ are not matched by a leading wildcard.</summary>
    private static bool IsSystem(NameNode node) => node.Level.Length > 0 && node.Level[0] == (byte)'$';

    private T? Set_NeedsLock(NameNode node, ReadOnlySpan<byte> rest, T? value)
    {
        int slash = rest.IndexOf((byte)'/');
        ReadOnlySpan<byte> level = slash < 0 ? rest : rest[..slash];
        int hash = LevelHash.Compute(level, _seed);
        NameNode? child = node.Find(level, hash);
        if (child is null)
        {
            if (value is null) return null;
            child = new NameNode(level.ToArray(), hash);
            node.Add_NeedsLock(child);
        }

        bool wasEmpty = child.IsEmpty;
        T? before;
        if (slash >= 0)
        {
            before = Set_NeedsLock(child, rest[(slash + 1)..], value);
        }
        else
        {
            before = child.Value;
            Volatile.Write(ref child.Value, value);
        }

        if (child.IsEmpty == wasEmpty) return before;
        if (wasEmpty) node.ChildFilled_NeedsLock();
        else node.ChildEmptied_NeedsLock();
        return before;
    }

    private sealed class NameNode(byte[] level, int hash) : LevelNode<NameNode>(level, hash)
    {
        public T? Value;

        protected override bool HoldsNothing => Value is null;
    }
}
