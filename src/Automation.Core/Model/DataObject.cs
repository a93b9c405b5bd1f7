using System.Collections;
using System.Collections.Immutable;

namespace Automation.Core.Model;

/// <summary>An immutable set of named values, ordered by name (ordinal), so that equal contents are written the same.</summary>
public sealed class DataObject : IReadOnlyCollection<KeyValuePair<string, DataValue>>, IEquatable<DataObject>
{
    private readonly ImmutableArray<KeyValuePair<string, DataValue>> _entries;

    private DataObject(ImmutableArray<KeyValuePair<string, DataValue>> entries) => _entries = entries;

    public static DataObject Empty { get; } = new([]);

    public int Count => _entries.Length;

    /// <summary>The value of the name, or null when there is none.</summary>
    public DataValue this[string name] => TryGet(name, out DataValue value) ? value : DataValue.Null;

    /// <summary>Builds from pairs; a later value of the same name replaces an earlier one.</summary>
    public static DataObject From(IEnumerable<KeyValuePair<string, DataValue>> pairs)
    {
        var byName = new SortedDictionary<string, DataValue>(StringComparer.Ordinal);
        foreach ((string name, DataValue value) in pairs) byName[name] = value;
        return byName.Count == 0 ? Empty : new DataObject([.. byName]);
    }

    /// <summary>Builds from pairs whose names differ; puts them into order where they stand.</summary>
    public static DataObject From(Span<KeyValuePair<string, DataValue>> pairs)
    {
        if (pairs.IsEmpty) return Empty;
        pairs.Sort(static (a, b) => string.CompareOrdinal(a.Key, b.Key));
        return new DataObject([.. pairs]);
    }

    public static DataObject Of(params ReadOnlySpan<(string Name, DataValue Value)> pairs)
    {
        var list = new List<KeyValuePair<string, DataValue>>(pairs.Length);
        foreach ((string name, DataValue value) in pairs) list.Add(new(name, value));
        return From(list);
    }

    public bool TryGet(string name, out DataValue value)
    {
        int low = 0;
        int high = _entries.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >> 1;
            int order = string.CompareOrdinal(_entries[middle].Key, name);
            if (order == 0)
            {
                value = _entries[middle].Value;
                return true;
            }

            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        value = default;
        return false;
    }

    /// <summary>This object with one value set; the same instance when nothing changes.</summary>
    public DataObject With(string name, DataValue value) =>
        TryGet(name, out DataValue old) && old == value ? this : From(_entries.Append(new(name, value)));

    /// <summary>This object overlaid by the other's values; the same instance when nothing changes.</summary>
    public DataObject Merge(DataObject other)
    {
        bool changes = false;
        foreach ((string name, DataValue value) in other._entries)
        {
            if (!TryGet(name, out DataValue old) || old != value) changes = true;
        }

        return changes ? From(_entries.Concat(other._entries)) : this;
    }

    public bool Equals(DataObject? other) => other is not null && _entries.AsSpan().SequenceEqual(other._entries.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as DataObject);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach ((string name, DataValue value) in _entries)
        {
            hash.Add(name, StringComparer.Ordinal);
            hash.Add(value);
        }

        return hash.ToHashCode();
    }

    public ImmutableArray<KeyValuePair<string, DataValue>>.Enumerator GetEnumerator() => _entries.GetEnumerator();

    IEnumerator<KeyValuePair<string, DataValue>> IEnumerable<KeyValuePair<string, DataValue>>.GetEnumerator() =>
        ((IEnumerable<KeyValuePair<string, DataValue>>)_entries).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable)_entries).GetEnumerator();

    public override string ToString() => "{" + string.Join(", ", _entries.Select(e => $"{e.Key}: {e.Value}")) + "}";
}
