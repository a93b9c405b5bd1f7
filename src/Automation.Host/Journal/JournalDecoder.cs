using System.Buffers.Binary;
using System.Text;
using Automation.Core.Engine;
using Automation.Core.Model;

namespace Automation.Host.Journal;

/// <summary>Reads a journal row; every length is checked against what is left.</summary>
internal ref struct JournalDecoder
{
    private readonly List<string> _texts = [];
    private ReadOnlySpan<byte> _rest;

    private JournalDecoder(ReadOnlySpan<byte> body) => _rest = body;

    /// <exception cref="InvalidDataException">It is not the row that was written.</exception>
    public static JournalBatch Read(ReadOnlySpan<byte> row)
    {
        if (row.Length < JournalCodec.HeaderBytes || row.Length > JournalCodec.MaximumBytes) throw JournalCodec.Damaged("a row is cut");
        if (BinaryPrimitives.ReadUInt32LittleEndian(row) != Crc32C.Of(row[4..])) throw JournalCodec.Damaged("a checksum differs");
        if (row[4] != JournalCodec.Version) throw JournalCodec.Damaged($"version {row[4]} is not known");
        ulong digest = BinaryPrimitives.ReadUInt64LittleEndian(row[5..]);
        long sequence = BinaryPrimitives.ReadInt64LittleEndian(row[13..]);
        long ticks = BinaryPrimitives.ReadInt64LittleEndian(row[21..]);
        var decoder = new JournalDecoder(row[JournalCodec.HeaderBytes..]);
        var entries = new List<JournalEntry>();
        try
        {
            while (!decoder._rest.IsEmpty) entries.Add(decoder.Entry(ref sequence, ref ticks));
        }
        catch (OverflowException)
        {
            throw JournalCodec.Damaged("a number is too large");
        }

        return new JournalBatch(entries, digest);
    }

    private JournalEntry Entry(ref long sequence, ref long ticks)
    {
        var kind = (JournalEntryKind)Byte();
        sequence += Number();
        ticks += Number();
        if (sequence < 0 || ticks < 0 || ticks > DateTime.MaxValue.Ticks) throw JournalCodec.Damaged("an instant");
        var at = new DateTimeOffset(ticks, TimeSpan.Zero);
        switch (kind)
        {
            case JournalEntryKind.Time:
                return JournalEntry.Of(EngineInput.Time(sequence, at));
            case JournalEntryKind.Start:
                return JournalEntry.Start(sequence, at);
            case JournalEntryKind.Event:
                return Event(sequence, at);
            case JournalEntryKind.State:
                return State(sequence, at);
            case JournalEntryKind.RuleToggle:
                return JournalEntry.Of(EngineInput.RuleToggle(sequence, at, Name(), Byte() != 0));
            case JournalEntryKind.CountCorrection:
                return JournalEntry.Of(EngineInput.CountCorrection(sequence, at, Resource(), checked((int)Number())));
            case JournalEntryKind.Outcome:
                return JournalEntry.Of(EngineInput.Outcome(sequence, at, Resource(), Name(), Byte() != 0));
            case JournalEntryKind.Load:
                return JournalEntry.Load(sequence, at, Name());
            case JournalEntryKind.Command:
                ResourceAddress on = Resource();
                (string action, string by) = (Name(), Name());
                TimeSpan worth = Worth();
                string? transaction = Text();
                return JournalEntry.Command(sequence, at, action, on, Data() ?? DataObject.Empty, by, worth, transaction);
            default:
                throw JournalCodec.Damaged("a kind of entry is not known");
        }
    }

    private JournalEntry Event(long sequence, DateTimeOffset at)
    {
        (ResourceAddress resource, string type, byte state) = (Resource(), Name(), Byte());
        bool initial = (state & JournalCodec.InitialEvent) != 0;
        return JournalEntry.Of(EngineInput.Event(sequence, at, resource, type, (EventState)(state & ~JournalCodec.InitialEvent), Data()) with { Initial = initial });
    }

    private JournalEntry State(long sequence, DateTimeOffset at)
    {
        ResourceAddress resource = Resource();
        bool initial = Byte() != 0;
        return JournalEntry.Of(new EngineInput { Sequence = sequence, Kind = EngineInputKind.State, At = at, Resource = resource, Data = Data(), Initial = initial });
    }

    private ResourceAddress Resource() => Text() is not { Length: > 0 } text ? default : ResourceAddress.TryParse(text, out ResourceAddress address) ? address : throw JournalCodec.Damaged("an address");

    private TimeSpan Worth() => Number() is >= 0 and <= int.MaxValue and var milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : throw JournalCodec.Damaged("a duration");

    private string Name() => Text() ?? throw JournalCodec.Damaged("a name is missing");

    private string? Text()
    {
        long reference = Number();
        if (reference == 0) return null;
        if (reference > 1) return reference - 2 < _texts.Count ? _texts[(int)(reference - 2)] : throw JournalCodec.Damaged("a reference");
        string text = Encoding.UTF8.GetString(Take(Number()));
        _texts.Add(text);
        return text;
    }

    private DataObject? Data()
    {
        long count = Number() - 1;
        if (count < 0) return null;
        if (count > _rest.Length) throw JournalCodec.Damaged("a count");
        var pairs = new List<KeyValuePair<string, DataValue>>((int)count);
        for (long i = 0; i < count; i++)
        {
            string name = Name();
            pairs.Add(KeyValuePair.Create(name, Value()));
        }

        return DataObject.From(pairs);
    }

    private DataValue Value()
    {
        byte kind = Byte();
        if (kind == JournalCodec.WholeNumber)
        {
            ulong zigzag = (ulong)Number();
            return (double)((long)(zigzag >> 1) ^ -(long)(zigzag & 1));
        }

        return (DataKind)kind switch
        {
            DataKind.Null => DataValue.Null,
            DataKind.Boolean => Byte() != 0,
            DataKind.Number => BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double))) is var number && double.IsFinite(number) ? number : throw JournalCodec.Damaged("a number"),
            DataKind.Text => Name(),
            _ => throw JournalCodec.Damaged("a value"),
        };
    }

    private byte Byte() => Take(1)[0];

    private long Number()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Byte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return unchecked((long)value);
        }

        throw JournalCodec.Damaged("a number is too long");
    }

    private ReadOnlySpan<byte> Take(long bytes)
    {
        if (bytes < 0 || bytes > _rest.Length) throw JournalCodec.Damaged("it ends early");
        ReadOnlySpan<byte> taken = _rest[..(int)bytes];
        _rest = _rest[(int)bytes..];
        return taken;
    }
}
