using System.Buffers.Binary;
using System.Numerics;

namespace Automation.Core.Topics;

/// <summary>The hash of one level. Seeded, so that names which collide cannot be prepared elsewhere.</summary>
internal static class LevelHash
{
    private const ulong Multiplier = 0x9E37_79B9_7F4A_7C15;

    public static int Compute(ReadOnlySpan<byte> level, ulong seed)
    {
        unchecked
        {
            ulong hash = seed ^ ((ulong)level.Length * Multiplier);
            while (level.Length >= 8)
            {
                hash = BitOperations.RotateLeft((hash ^ BinaryPrimitives.ReadUInt64LittleEndian(level)) * Multiplier, 29);
                level = level[8..];
            }

            ulong tail = 0;
            for (int i = 0; i < level.Length; i++) tail = (tail << 8) | level[i];
            hash = (hash ^ tail) * Multiplier;
            hash ^= hash >> 32;
            hash *= Multiplier;
            return (int)(hash >> 33);
        }
    }
}
