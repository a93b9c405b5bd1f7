using System.Text;

namespace Automation.Isapi.Documents;

/// <summary>Documents of either dialect as one flat list of nodes over the bytes they were read from; filled again for each part of a stream.</summary>
/// <remarks>
/// <code>
/// { "a": { "b": 1, "c": [2, 3] } }      0 ""  end 5 | 1 a  end 5 | 2 b "1"  end 3 | 3 c "2"  end 4 | 4 c "3"  end 5
/// </code>
/// A node's children follow it, and <see cref="Node.End"/> is where the next one beside it begins. Nothing is copied but text that has to be
/// unescaped. An array repeats the name of its property, as XML has it, so a list with one entry and a bare object read the same.
/// Not thread-safe; what was read is gone with the next reading.
/// </remarks>
internal sealed class Tape
{
    /// <summary>Deepest nesting accepted; the deepest alert seen has 9 levels.</summary>
    public const int MaxDepth = 32;

    /// <summary>Most nodes of one reading; the largest capability document seen has 6,000.</summary>
    public const int MaxNodes = 50_000;

    /// <summary>What is kept of the room that an unusually large document took.</summary>
    private const int KeptNodes = 4096;

    private Node[] _nodes = new Node[64];
    private byte[] _scratch = [];
    private byte[] _utf8 = [];
    private int _scratchUsed;
    private ReadOnlyMemory<byte> _source;

    internal struct Node
    {
        /// <summary>Offset into the source, or below zero the complement of one into the scratch.</summary>
        public int NameAt;
        public int NameLength;
        public int TextAt;
        public int TextLength;
        public int End;
    }

    public int Count { get; private set; }

    /// <summary>What stopped the reader; null when everything was read.</summary>
    public string? Problem { get; set; }

    /// <summary>The bytes that are read: what was given, or its UTF-8 form.</summary>
    public ReadOnlyMemory<byte> Source => _source;

    /// <summary>The whole documents, in order.</summary>
    public TapeChildren Roots => new(this, 0, Count);

    public void Reset(ReadOnlyMemory<byte> source)
    {
        if (_nodes.Length > KeptNodes && Count < KeptNodes) _nodes = new Node[64];
        if (_scratch.Length > 64 * KeptNodes) _scratch = [];
        if (_utf8.Length > 64 * KeptNodes) _utf8 = [];
        _source = source;
        _scratchUsed = 0;
        Count = 0;
        Problem = null;
    }

    /// <summary>The source is Latin-1: from here on its UTF-8 form is read.</summary>
    public void Transcode()
    {
        if (_utf8.Length < _source.Length * 2) _utf8 = new byte[_source.Length * 2];
        byte[] utf8 = _utf8;
        ReadOnlySpan<byte> latin = _source.Span;
        int at = 0;
        foreach (byte b in latin)
        {
            if (b < 0x80)
            {
                utf8[at++] = b;
                continue;
            }

            utf8[at++] = (byte)(0xC0 | (b >> 6));
            utf8[at++] = (byte)(0x80 | (b & 0x3F));
        }

        _source = utf8.AsMemory(0, at);
    }

    public ref Node this[int index] => ref _nodes[index];

    /// <summary>Adds a node; its end is set when it closes.</summary>
    public int Add(int nameAt, int nameLength)
    {
        if (Count == _nodes.Length) Array.Resize(ref _nodes, Math.Min(_nodes.Length * 2, MaxNodes));
        _nodes[Count] = new Node { NameAt = nameAt, NameLength = nameLength, End = Count + 1 };
        return Count++;
    }

    /// <summary>Forgets everything from a node on: it broke off, so it is no document.</summary>
    public void Truncate(int index) => Count = index;

    public ReadOnlySpan<byte> NameOf(int index) => Slice(_nodes[index].NameAt, _nodes[index].NameLength);

    public ReadOnlySpan<byte> TextOf(int index) => Slice(_nodes[index].TextAt, _nodes[index].TextLength);

    /// <summary>Room at the end of the scratch; <see cref="Commit"/> keeps what was written.</summary>
    public Span<byte> Room(int bytes)
    {
        if (_scratch.Length - _scratchUsed < bytes) Array.Resize(ref _scratch, Math.Max(_scratch.Length * 2, _scratchUsed + bytes));
        return _scratch.AsSpan(_scratchUsed, bytes);
    }

    /// <summary>Keeps what was written into the room; answers where it is, in the form of <see cref="Node.TextAt"/>.</summary>
    public int Commit(int bytes)
    {
        int at = ~_scratchUsed;
        _scratchUsed += bytes;
        return at;
    }

    /// <summary>Adds a stretch of text to a node, which may have some already.</summary>
    public void Append(int index, int at, int length)
    {
        ref Node node = ref _nodes[index];
        if (node.TextLength == 0)
        {
            (node.TextAt, node.TextLength) = (at, length);
            return;
        }

        int total = node.TextLength + length;
        Span<byte> room = Room(total);
        Slice(node.TextAt, node.TextLength).CopyTo(room);
        Slice(at, length).CopyTo(room[node.TextLength..]);
        (node.TextAt, node.TextLength) = (Commit(total), total);
    }

    private ReadOnlySpan<byte> Slice(int at, int length) => at >= 0 ? _source.Span.Slice(at, length) : _scratch.AsSpan(~at, length);
}

/// <summary>One node of a <see cref="Tape"/>. Names compare without case: firmwares differ.</summary>
internal readonly struct TapeNode(Tape tape, int index)
{
    public ReadOnlySpan<byte> Name => tape.NameOf(index);

    /// <summary>UTF-8, trimmed.</summary>
    public ReadOnlySpan<byte> Text => tape.TextOf(index).Trim(" \t\r\n"u8);

    /// <summary>UTF-8 as it was written.</summary>
    public ReadOnlySpan<byte> RawText => tape.TextOf(index);

    public bool IsLeaf => tape[index].End == index + 1;

    public TapeChildren Children => new(tape, index + 1, tape[index].End);

    public bool Is(ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(Name, name);

    /// <summary>All that was read with it.</summary>
    public ReadOnlySpan<byte> Source => tape.Source.Span;

    public bool TryChild(ReadOnlySpan<byte> name, out TapeNode child)
    {
        foreach (TapeNode candidate in Children)
        {
            if (!candidate.Is(name)) continue;
            child = candidate;
            return true;
        }

        child = default;
        return false;
    }

    /// <summary>The first node of the name below this one, in document order, at any depth.</summary>
    public bool TryFind(ReadOnlySpan<byte> name, out TapeNode found)
    {
        for (int i = index + 1; i < tape[index].End; i++)
        {
            if (!Ascii.EqualsIgnoreCase(tape.NameOf(i), name)) continue;
            found = new TapeNode(tape, i);
            return true;
        }

        found = default;
        return false;
    }

    /// <summary>The text of the child; empty when it is missing.</summary>
    public ReadOnlySpan<byte> TextOf(ReadOnlySpan<byte> name) => TryChild(name, out TapeNode child) ? child.Text : default;

    /// <summary>The whole number of the child; null when it is missing or none. Accepts <c>3.0</c> and <c>"3"</c>.</summary>
    public int? IntOf(ReadOnlySpan<byte> name) => TryChild(name, out TapeNode child) ? DeviceNumber.Int(child.Text) : null;

    /// <summary>The whole number of the first node of that name at any depth.</summary>
    public int? FindInt(ReadOnlySpan<byte> name) => TryFind(name, out TapeNode found) ? DeviceNumber.Int(found.Text) : null;

    public override string ToString() => $"{Encoding.UTF8.GetString(Name)}: {Encoding.UTF8.GetString(Text)}";
}

/// <summary>Nodes beside each other.</summary>
internal readonly struct TapeChildren(Tape tape, int start, int end)
{
    public Enumerator GetEnumerator() => new(tape, start, end);

    public bool IsEmpty => start == end;

    public struct Enumerator(Tape tape, int start, int end)
    {
        private int _next = start;
        private int _at = -1;

        public readonly TapeNode Current => new(tape, _at);

        public bool MoveNext()
        {
            if (_next >= end) return false;
            _at = _next;
            _next = tape[_at].End;
            return true;
        }
    }
}
