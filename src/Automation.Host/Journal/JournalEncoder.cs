using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Automation.Core.Model;

namespace Automation.Host.Journal;

/// <summary>Writes the entries of one commit; see <see cref="JournalCodec"/>. Used by one thread, again and again.</summary>
internal sealed class JournalEncoder
{
    private readonly ArrayBufferWriter<byte> _to = new(16 * 1024);
    private readonly Dictionary<string, int> _texts = new(StringComparer.Ordinal);
    private long _sequence;
    private long _ticks;

    public int Count { get; private set; }

    public long First { get; private set; }

    public DateTimeOffset At { get; private set; }

    public long Last => _sequence;

    public void Add(in JournalEntry entry)
    {
        if (Count++ == 0)
        {
            First = entry.Sequence;
            At = entry.At;
            _sequence = First;
            _ticks = At.UtcTicks;
            _to.GetSpan(JournalCodec.HeaderBytes)[..JournalCodec.HeaderBytes].Clear();
            _to.Advance(JournalCodec.HeaderBytes);
        }

        Byte((byte)entry.Kind);
        Number(entry.Sequence - _sequence);
        Number(entry.At.UtcTicks - _ticks);
        _sequence = entry.Sequence;
        _ticks = entry.At.UtcTicks;
        switch (entry.Kind)
        {
            case JournalEntryKind.Event:
                Text(entry.Input.Resource.Value);
                Text(entry.Input.Name);
                Byte((byte)((byte)entry.Input.EventState | (entry.Input.Initial ? JournalCodec.InitialEvent : 0)));
                Data(entry.Input.Data);
                break;
            case JournalEntryKind.State:
                Text(entry.Input.Resource.Value);
                Byte(entry.Input.Initial ? (byte)1 : (byte)0);
                Data(entry.Input.Data);
                break;
            case JournalEntryKind.RuleToggle:
                Text(entry.Input.Name);
                Byte(entry.Input.On ? (byte)1 : (byte)0);
                break;
            case JournalEntryKind.CountCorrection:
                Text(entry.Input.Resource.Value);
                Number(entry.Input.Count);
                break;
            case JournalEntryKind.Outcome:
                Text(entry.Input.Resource.Value);
                Text(entry.Input.Name);
                Byte(entry.Input.On ? (byte)1 : (byte)0);
                break;
            case JournalEntryKind.Load:
                Text(entry.Text);
                break;
            case JournalEntryKind.Command:
                Text(entry.Input.Resource.Value);
                Text(entry.Input.Name);
                Text(entry.Text);
                Number((long)entry.Worth.TotalMilliseconds);
                Text(entry.Transaction);
                Data(entry.Input.Data);
                break;
        }
    }

    /// <summary>The row of what was added, and an empty encoder for the next one.</summary>
    public JournalRow Take(ulong digest)
    {
        byte[] bytes = _to.WrittenSpan.ToArray();
        bytes[4] = JournalCodec.Version;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(5), digest);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(13), First);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(21), At.UtcTicks);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Crc32C.Of(bytes.AsSpan(4)));
        var row = new JournalRow(First, Last, At, bytes);
        _to.ResetWrittenCount();
        _texts.Clear();
        Count = 0;
        return row;
    }

    private void Byte(byte value)
    {
        _to.GetSpan(1)[0] = value;
        _to.Advance(1);
    }

    private void Number(long value)
    {
        ulong rest = (ulong)value;
        Span<byte> span = _to.GetSpan(10);
        int i = 0;
        while (rest >= 0x80)
        {
            span[i++] = unchecked((byte)(rest | 0x80));
            rest >>= 7;
        }

        span[i++] = (byte)rest;
        _to.Advance(i);
    }

    private void Text(string? text)
    {
        if (text is null)
        {
            Number(0);
            return;
        }

        if (_texts.TryGetValue(text, out int known))
        {
            Number(known + 2);
            return;
        }

        _texts.Add(text, _texts.Count);
        Number(1);
        int bytes = Encoding.UTF8.GetByteCount(text);
        Number(bytes);
        _to.Advance(Encoding.UTF8.GetBytes(text, _to.GetSpan(Math.Max(1, bytes))));
    }

    private void Data(DataObject? data)
    {
        if (data is null)
        {
            Number(0);
            return;
        }

        Number(data.Count + 1);
        foreach ((string name, DataValue value) in data)
        {
            Text(name);
            Value(value);
        }
    }

    private void Value(DataValue value)
    {
        const double Largest = 1L << 53;
        if (value.Kind == DataKind.Number && Math.Abs(value.Number) <= Largest && Math.Floor(value.Number) == value.Number)
        {
            long whole = (long)value.Number;
            Byte(JournalCodec.WholeNumber);
            Number((whole << 1) ^ (whole >> 63));
            return;
        }

        Byte((byte)value.Kind);
        switch (value.Kind)
        {
            case DataKind.Boolean:
                Byte(value.Boolean ? (byte)1 : (byte)0);
                break;
            case DataKind.Number:
                BinaryPrimitives.WriteDoubleLittleEndian(_to.GetSpan(sizeof(double)), value.Number);
                _to.Advance(sizeof(double));
                break;
            case DataKind.Text:
                Text(value.Text);
                break;
        }
    }
}
