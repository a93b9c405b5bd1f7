using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Automation.Core.Model;

namespace Automation.Core.Engine;

/// <summary>Writes the plain values of a snapshot: little-endian, texts as UTF-8 behind their length in bytes.</summary>
internal readonly struct SnapshotWriter(IBufferWriter<byte> to)
{
    public IBufferWriter<byte> Target => to;

    public void Byte(byte value)
    {
        to.GetSpan(1)[0] = value;
        to.Advance(1);
    }

    public void Bool(bool value) => Byte(value ? (byte)1 : (byte)0);

    public void Int(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(to.GetSpan(sizeof(int)), value);
        to.Advance(sizeof(int));
    }

    public void Long(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(to.GetSpan(sizeof(long)), value);
        to.Advance(sizeof(long));
    }

    public void Text(string? value)
    {
        if (value is null)
        {
            Int(-1);
            return;
        }

        int bytes = Encoding.UTF8.GetByteCount(value);
        Int(bytes);
        to.Advance(Encoding.UTF8.GetBytes(value, to.GetSpan(Math.Max(1, bytes))));
    }

    public void Value(DataValue value)
    {
        Byte((byte)value.Kind);
        switch (value.Kind)
        {
            case DataKind.Boolean:
                Bool(value.Boolean);
                break;
            case DataKind.Number:
                Long(BitConverter.DoubleToInt64Bits(value.Number));
                break;
            case DataKind.Text:
                Text(value.Text);
                break;
        }
    }

    public void Data(DataObject? data)
    {
        if (data is null)
        {
            Int(-1);
            return;
        }

        Int(data.Count);
        foreach ((string name, DataValue value) in data)
        {
            Text(name);
            Value(value);
        }
    }
}
