namespace Automation.Host.Cli;

/// <summary>Texts that come again and again in a replay file, found by their bytes without decoding them again. Open addressing; grows, but keeps no more than its bound.</summary>
internal sealed class InternTable<T>(Func<string, T> make)
{
    /// <summary>Entries kept; a site has fewer addresses and event types. What comes beyond is made anew each time.</summary>
    private const int Maximum = 65_536;

    private Entry[] _entries = new Entry[256];
    private int _count;

    public T Get(ReadOnlySpan<byte> utf8)
    {
        uint hash = Hash(utf8);
        int mask = _entries.Length - 1;
        for (int i = (int)(hash & (uint)mask); _entries[i].Bytes is { } bytes; i = (i + 1) & mask)
        {
            if (_entries[i].Hash == hash && utf8.SequenceEqual(bytes)) return _entries[i].Value;
        }

        T value = make(System.Text.Encoding.UTF8.GetString(utf8));
        if (_count < Maximum) Add(new Entry(utf8.ToArray(), hash, value));
        return value;
    }

    private void Add(Entry entry)
    {
        if (++_count * 2 > _entries.Length)
        {
            Entry[] old = _entries;
            _entries = new Entry[old.Length * 2];
            foreach (Entry kept in old)
            {
                if (kept.Bytes is not null) Place(kept);
            }
        }

        Place(entry);
    }

    private void Place(Entry entry)
    {
        int mask = _entries.Length - 1;
        int i = (int)(entry.Hash & (uint)mask);
        while (_entries[i].Bytes is not null) i = (i + 1) & mask;
        _entries[i] = entry;
    }

    private static uint Hash(ReadOnlySpan<byte> utf8)
    {
        // FNV-1a: the texts are short, and a file that makes them collide only slows itself down.
        uint hash = 2166136261;
        foreach (byte b in utf8) hash = unchecked((hash ^ b) * 16777619);
        return hash;
    }

    private readonly record struct Entry(byte[]? Bytes, uint Hash, T Value);
}
