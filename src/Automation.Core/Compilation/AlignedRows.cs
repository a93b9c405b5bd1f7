using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Automation.Core.Compilation;

/// <summary>An array whose first item stands at the begin of a cache line, so that a row of 32 or 64 bytes never lies across two.</summary>
/// <remarks>A plain array begins 16 bytes into its object: every row of 64 bytes would cost two lines. The memory is pinned, so it stays aligned.</remarks>
internal sealed class AlignedRows<T>
    where T : unmanaged
{
    private const int Line = 64;

    private readonly byte[] _bytes;
    private readonly int _offset;

    public AlignedRows(int length)
    {
        Length = length;
        _bytes = GC.AllocateArray<byte>(checked(length * Unsafe.SizeOf<T>() + Line), pinned: true);
        long address = Marshal.UnsafeAddrOfPinnedArrayElement(_bytes, 0);
        _offset = (int)((Line - address % Line) % Line);
    }

    public int Length { get; }

    public ref T this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Length, nameof(index));
            return ref Unsafe.Add(ref Unsafe.As<byte, T>(ref Unsafe.AddByteOffset(ref MemoryMarshal.GetArrayDataReference(_bytes), _offset)), index);
        }
    }

    public AlignedRows<T> Resized(int length)
    {
        var larger = new AlignedRows<T>(length);
        for (int i = 0; i < Math.Min(length, Length); i++) larger[i] = this[i];
        return larger;
    }
}
