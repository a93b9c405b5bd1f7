using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Automation.Core.Compilation;

/// <summary>Names (addresses, event types) to dense numbers from 0, each with a row of its own. Open addressing; names are only added.</summary>
/// <remarks>
/// The name stands in the row itself, as the first and the last bytes of its ASCII form: for 16 to 32 characters the two overlap and
/// determine the name together with its length. So a look-up touches one line of the buckets and one of the rows, and no other string.
/// Longer names, and those outside ASCII, are compared with the string.
/// </remarks>
internal sealed class NameTable<TRow>
    where TRow : unmanaged
{
    /// <summary>20 bits of a bucket hold the number; the other 12 are a tag that spares most rows a visit.</summary>
    public const int MaxNames = (1 << 20) - 2;

    private const int LongName = -1;

    private uint[] _buckets;
    private AlignedRows<Slot> _slots;
    private string[] _names;
    private int _mask;

    public NameTable(int expected = 16)
    {
        int capacity = Math.Max(16, expected);
        _slots = new AlignedRows<Slot>(capacity);
        _names = new string[capacity];
        _buckets = new uint[BitOperations.RoundUpToPowerOf2((uint)capacity * 2)];
        _mask = _buckets.Length - 1;
    }

    public int Count { get; private set; }

    public string NameOf(int number) => _names[number];

    public ref TRow this[int number] => ref _slots[number].Row;

    /// <summary>The number of the name, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(string name)
    {
        Key key = Key.Of(name);
        int at = unchecked((int)key.Hash) & _mask;
        uint tag = key.Tag;
        while (true)
        {
            uint bucket = _buckets[at];
            if (bucket == 0) return -1;
            if ((bucket & 0xfff00000) == tag)
            {
                int number = (int)(bucket & 0xfffff) - 1;
                if (IsSame(in _slots[number], in key, name, number)) return number;
            }

            at = (at + 1) & _mask;
        }
    }

    /// <summary>The number of the name, added when it is new; -1 when the table is full.</summary>
    public int FindOrAdd(string name)
    {
        int found = Find(name);
        if (found >= 0) return found;
        if (Count == MaxNames) return -1;
        if (Count == _slots.Length) Grow();
        Key key = Key.Of(name);
        int number = Count++;
        _names[number] = name;
        _slots[number] = new Slot { First = key.First, Last = key.Last, Length = key.Length };
        Place(key, number);
        return number;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsSame(in Slot slot, in Key key, string name, int number)
    {
        if (slot.Length != key.Length) return false;
        if (key.Length == LongName) return string.Equals(_names[number], name, StringComparison.Ordinal);
        return ((slot.First ^ key.First) | (slot.Last ^ key.Last)) == Vector128<byte>.Zero;
    }

    private void Place(in Key key, int number)
    {
        int at = unchecked((int)key.Hash) & _mask;
        while (_buckets[at] != 0) at = (at + 1) & _mask;
        _buckets[at] = key.Tag | (uint)(number + 1);
    }

    private void Grow()
    {
        _slots = _slots.Resized(_slots.Length * 2);
        Array.Resize(ref _names, _names.Length * 2);
        _buckets = new uint[_buckets.Length * 2];
        _mask = _buckets.Length - 1;
        for (int i = 0; i < Count; i++) Place(Key.Of(_names[i]), i);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Slot
    {
        public Vector128<byte> First;
        public Vector128<byte> Last;
        public TRow Row;
        public int Length;
    }

    private readonly struct Key(Vector128<byte> first, Vector128<byte> last, int length, uint hash)
    {
        public Vector128<byte> First { get; } = first;

        public Vector128<byte> Last { get; } = last;

        public int Length { get; } = length;

        public uint Hash { get; } = hash;

        public uint Tag => Hash & 0xfff00000;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Key Of(string name)
        {
            int length = name.Length;
            ref ushort start = ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(name.AsSpan()));
            if (length is >= 8 and < 16)
            {
                Vector128<ushort> head = Vector128.LoadUnsafe(ref start);
                Vector128<ushort> tail = Vector128.LoadUnsafe(ref start, (nuint)(length - 8));
                if (IsAscii(head | tail)) return From(Vector128.Narrow(head, tail), Vector128<byte>.Zero, length);
            }
            else if (length is >= 16 and <= 32)
            {
                Vector128<ushort> a = Vector128.LoadUnsafe(ref start);
                Vector128<ushort> b = Vector128.LoadUnsafe(ref start, 8);
                Vector128<ushort> c = Vector128.LoadUnsafe(ref start, (nuint)(length - 16));
                Vector128<ushort> d = Vector128.LoadUnsafe(ref start, (nuint)(length - 8));
                if (IsAscii(a | b | c | d)) return From(Vector128.Narrow(a, b), Vector128.Narrow(c, d), length);
            }
            else if (length < 8)
            {
                return OfShort(name);
            }

            return OfLong(name);
        }

        private static bool IsAscii(Vector128<ushort> characters) => (characters & Vector128.Create<ushort>(0xff80)) == Vector128<ushort>.Zero;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Key OfShort(string name)
        {
            ulong low = 0;
            foreach (char c in name)
            {
                if (c >= 0x80) return OfLong(name);
                low = (low << 8) | c;
            }

            return From(Vector128.Create(low, 0ul).AsByte(), Vector128<byte>.Zero, name.Length);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static Key OfLong(string name)
        {
            // A fixed hash (FNV-1a), not string.GetHashCode: the order of nothing depends on it, but runs are easier to compare.
            ulong hash = 14695981039346656037;
            foreach (char c in name) hash = unchecked((hash ^ c) * 1099511628211);
            return new Key(default, default, LongName, unchecked((uint)(hash ^ (hash >> 32))));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Key From(Vector128<byte> first, Vector128<byte> last, int length)
        {
            Vector128<ulong> a = first.AsUInt64();
            Vector128<ulong> b = last.AsUInt64();
            unchecked
            {
                ulong high = Math.BigMul(a[0] ^ 0x9e3779b97f4a7c15 ^ (uint)length, a[1] ^ 0xd1b54a32d192ed03, out ulong low);
                ulong high2 = Math.BigMul(b[0] ^ 0x8bb84b93962eacc9, b[1] ^ 0x2d358dccaa6c78a5 ^ low ^ high, out ulong low2);
                ulong hash = high2 ^ low2;
                return new Key(first, last, length, (uint)(hash ^ (hash >> 32)));
            }
        }
    }
}
