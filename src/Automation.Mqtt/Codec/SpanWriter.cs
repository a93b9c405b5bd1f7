using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Codec;

/// <summary>
/// Writes the data types of MQTT 5.0 §1.5 into one span, or only counts what they would take: lengths come before their
/// content, so every packet is counted first and then written by the same code.
/// </summary>
internal ref struct SpanWriter
{
    private readonly Span<byte> _target;
    private readonly bool _counting;

    public SpanWriter(Span<byte> target) => _target = target;

    private SpanWriter(bool counting) => _counting = counting;

    public static SpanWriter Counting => new(counting: true);

    public int Position { get; private set; }

    public void Byte(byte value)
    {
        if (!_counting) _target[Position] = value;
        Position++;
    }

    public void UInt16(ushort value)
    {
        if (!_counting) BinaryPrimitives.WriteUInt16BigEndian(_target[Position..], value);
        Position += 2;
    }

    public void UInt32(uint value)
    {
        if (!_counting) BinaryPrimitives.WriteUInt32BigEndian(_target[Position..], value);
        Position += 4;
    }

    public void VariableInt(int value)
    {
        if (value is < 0 or > MqttWriter.MaximumVariableInt) throw new ArgumentOutOfRangeException(nameof(value), value, "A variable byte integer is 0 to 268,435,455.");
        do
        {
            int next = value & 0x7F;
            value >>= 7;
            Byte((byte)(value > 0 ? next | 0x80 : next));
        }
        while (value > 0);
    }

    public void Raw(ReadOnlySpan<byte> bytes)
    {
        if (!_counting) bytes.CopyTo(_target[Position..]);
        Position += bytes.Length;
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        UInt16(Length(bytes.Length));
        Raw(bytes);
    }

    public void Text(string text)
    {
        ushort length = Length(Encoding.UTF8.GetByteCount(text));
        UInt16(length);
        if (!_counting) Encoding.UTF8.GetBytes(text, _target[Position..]);
        Position += length;
    }

    public void Property(PropertyId id, bool value)
    {
        Byte((byte)id);
        Byte(value ? (byte)1 : (byte)0);
    }

    public void Property(PropertyId id, ushort value)
    {
        Byte((byte)id);
        UInt16(value);
    }

    public void Property(PropertyId id, uint value)
    {
        Byte((byte)id);
        UInt32(value);
    }

    public void Property(PropertyId id, string? value)
    {
        if (value is null) return;
        Byte((byte)id);
        Text(value);
    }

    public void Property(PropertyId id, ReadOnlySpan<byte> value)
    {
        Byte((byte)id);
        Bytes(value);
    }

    public void UserProperties(ImmutableArray<KeyValuePair<string, string>> properties)
    {
        foreach (KeyValuePair<string, string> property in properties)
        {
            Byte((byte)PropertyId.UserProperty);
            Text(property.Key);
            Text(property.Value);
        }
    }

    private static ushort Length(int bytes) =>
        bytes <= ushort.MaxValue ? (ushort)bytes : throw new ArgumentException($"A string or binary field of {bytes} bytes does not fit MQTT's limit of 65,535.");
}
