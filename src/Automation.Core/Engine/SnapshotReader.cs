using System.Buffers.Binary;
using System.Text;
using Automation.Core.Model;

namespace Automation.Core.Engine;

/// <summary>Reads what <see cref="SnapshotWriter"/> wrote; every length is checked against what is left.</summary>
internal ref struct SnapshotReader(ReadOnlySpan<byte> from)
{
    private ReadOnlySpan<byte> _rest = from;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public static InvalidDataException Damaged(string what) => new($"The snapshot is damaged ({what}); start without it.");

    public byte Byte() => Take(1)[0];

    public bool Bool() => Byte() != 0;

    public int Int() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    public long Long() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

    /// <summary>UTC ticks.</summary>
    public long Instant()
    {
        long ticks = Long();
        return ticks >= 0 && ticks <= DateTime.MaxValue.Ticks ? ticks : throw Damaged("an instant");
    }

    /// <summary>How many items follow; each takes at least one byte.</summary>
    public int Count()
    {
        int count = Int();
        return count >= 0 && count <= _rest.Length ? count : throw Damaged("a count");
    }

    public string? Text()
    {
        int bytes = Int();
        return bytes < 0 ? null : Encoding.UTF8.GetString(Take(bytes));
    }

    public string Name() => Text() ?? throw Damaged("a name is missing");

    public DataValue Value() => (DataKind)Byte() switch
    {
        DataKind.Null => DataValue.Null,
        DataKind.Boolean => DataValue.FromBoolean(Bool()),
        DataKind.Number => BitConverter.Int64BitsToDouble(Long()) is var number && double.IsFinite(number) ? DataValue.FromNumber(number) : throw Damaged("a number"),
        DataKind.Text => DataValue.FromText(Name()),
        _ => throw Damaged("a value"),
    };

    public DataObject? Data()
    {
        int count = Int();
        if (count < 0) return null;
        if (count > _rest.Length) throw Damaged("a count");
        var pairs = new List<KeyValuePair<string, DataValue>>(count);
        for (int i = 0; i < count; i++)
        {
            string name = Name();
            pairs.Add(new(name, Value()));
        }

        return DataObject.From(pairs);
    }

    public ReadOnlySpan<byte> Rest() => _rest;

    public void MoveTo(ReadOnlySpan<byte> rest) => _rest = rest;

    private ReadOnlySpan<byte> Take(int bytes)
    {
        if (bytes < 0 || bytes > _rest.Length) throw Damaged("it ends early");
        ReadOnlySpan<byte> taken = _rest[..bytes];
        _rest = _rest[bytes..];
        return taken;
    }
}
