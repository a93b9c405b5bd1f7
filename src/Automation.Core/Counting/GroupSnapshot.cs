using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Automation.Core.Compilation.Form;

namespace Automation.Core.Counting;

/// <summary>The bytes of a group's state.</summary>
/// <remarks>
/// <code>
/// u8 version = 1 | u8 reached | i32 inside | u8 channelCount | channelCount x ( u8 length | address in ASCII | 5 x i64 totals )
/// </code>
/// Little-endian. Channels carry their address, so that an edited group keeps the totals of the channels it still has.
/// </remarks>
internal static class GroupSnapshot
{
    private const byte Version = 1;
    private const int HeaderBytes = 7;
    private const int TotalsBytes = 5 * sizeof(long);

    public static void Write(IBufferWriter<byte> to, CountingGroup group, int inside, bool reached, ReadOnlySpan<ChannelTotals> channels)
    {
        Span<byte> header = to.GetSpan(HeaderBytes);
        header[0] = Version;
        header[1] = reached ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32LittleEndian(header[2..], inside);
        header[6] = checked((byte)channels.Length);
        to.Advance(HeaderBytes);
        for (int i = 0; i < channels.Length; i++)
        {
            string address = group.Channels[i].Channel.Value;
            Span<byte> row = to.GetSpan(1 + address.Length + TotalsBytes);
            row[0] = checked((byte)Encoding.ASCII.GetBytes(address, row[1..]));
            Span<byte> totals = row[(1 + address.Length)..];
            BinaryPrimitives.WriteInt64LittleEndian(totals, channels[i].Enter);
            BinaryPrimitives.WriteInt64LittleEndian(totals[8..], channels[i].Exit);
            BinaryPrimitives.WriteInt64LittleEndian(totals[16..], channels[i].DeviceTime);
            BinaryPrimitives.WriteInt64LittleEndian(totals[24..], channels[i].RealTimeAt);
            BinaryPrimitives.WriteInt64LittleEndian(totals[32..], channels[i].LastAt);
            to.Advance(1 + address.Length + TotalsBytes);
        }
    }

    public static bool TryRead(ref ReadOnlySpan<byte> from, CountingGroup group, Span<ChannelTotals> channels, out int inside, out bool reached)
    {
        inside = 0;
        reached = false;
        if (from.Length < HeaderBytes || from[0] != Version) return false;
        int people = BinaryPrimitives.ReadInt32LittleEndian(from[2..]);
        if (people is < 0 or > GroupCounter.MaxInside || !IsWhole(from, out int length)) return false;
        reached = from[1] != 0;
        inside = people;
        ReadOnlySpan<byte> rows = from[HeaderBytes..length];
        from = from[length..];
        while (!rows.IsEmpty)
        {
            string address = Encoding.ASCII.GetString(rows.Slice(1, rows[0]));
            ReadOnlySpan<byte> totals = rows.Slice(1 + rows[0], TotalsBytes);
            rows = rows[(1 + rows[0] + TotalsBytes)..];
            for (int i = 0; i < channels.Length; i++)
            {
                if (group.Channels[i].Channel.Value == address) channels[i] = Totals(totals);
            }
        }

        return true;
    }

    private static bool IsWhole(ReadOnlySpan<byte> from, out int length)
    {
        length = HeaderBytes;
        for (int i = 0; i < from[6]; i++)
        {
            if (from.Length <= length) return false;
            length += 1 + from[length] + TotalsBytes;
        }

        return from.Length >= length;
    }

    private static ChannelTotals Totals(ReadOnlySpan<byte> from) => new(
        BinaryPrimitives.ReadInt64LittleEndian(from),
        BinaryPrimitives.ReadInt64LittleEndian(from[8..]),
        BinaryPrimitives.ReadInt64LittleEndian(from[16..]),
        BinaryPrimitives.ReadInt64LittleEndian(from[24..]),
        BinaryPrimitives.ReadInt64LittleEndian(from[32..]));
}
