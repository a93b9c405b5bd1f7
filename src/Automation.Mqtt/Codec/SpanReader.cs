using System.Buffers.Binary;
using System.Text;
using Automation.Core.Topics;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Codec;

/// <summary>
/// Reads the data types of MQTT 5.0 §1.5 off one span. The first error sticks and every later read answers a default, so that
/// a decoder reads straight on and asks once at its end.
/// </summary>
internal ref struct SpanReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly ReadOnlySpan<byte> Rest => _rest;

    public readonly bool IsEmpty => _rest.IsEmpty;

    public readonly bool Failed => Reason != ReasonCode.Success;

    /// <summary>The first error, or success.</summary>
    public ReasonCode Reason { get; private set; }

    public void Fail(ReasonCode reason)
    {
        if (Failed) return;
        Reason = reason;
        _rest = default;
    }

    public byte Byte()
    {
        if (_rest.IsEmpty)
        {
            Fail(ReasonCode.MalformedPacket);
            return 0;
        }

        byte value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    public ushort UInt16()
    {
        if (_rest.Length < 2)
        {
            Fail(ReasonCode.MalformedPacket);
            return 0;
        }

        ushort value = BinaryPrimitives.ReadUInt16BigEndian(_rest);
        _rest = _rest[2..];
        return value;
    }

    public uint UInt32()
    {
        if (_rest.Length < 4)
        {
            Fail(ReasonCode.MalformedPacket);
            return 0;
        }

        uint value = BinaryPrimitives.ReadUInt32BigEndian(_rest);
        _rest = _rest[4..];
        return value;
    }

    /// <summary>MQTT 5.0 §1.5.5: one to four bytes, seven bits each, lowest first, the fewest bytes that do.</summary>
    public int VariableInt()
    {
        int value = 0;
        for (int i = 0; i < 4 && i < _rest.Length; i++)
        {
            byte next = _rest[i];
            value |= (next & 0x7F) << (7 * i);
            if ((next & 0x80) != 0) continue;
            if (next == 0 && i > 0) break;
            _rest = _rest[(i + 1)..];
            return value;
        }

        Fail(ReasonCode.MalformedPacket);
        return 0;
    }

    /// <summary>A packet identifier: not 0 (MQTT-2.2.1-3).</summary>
    public ushort PacketId()
    {
        ushort value = UInt16();
        if (value == 0) Fail(ReasonCode.ProtocolError);
        return value;
    }

    /// <summary>Binary data: two bytes of length, then as many bytes.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        int length = UInt16();
        return Take(length);
    }

    public ReadOnlySpan<byte> Take(int length)
    {
        if (length > _rest.Length)
        {
            Fail(ReasonCode.MalformedPacket);
            return default;
        }

        ReadOnlySpan<byte> taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }

    /// <summary>A UTF-8 string, checked (MQTT-1.5.4-1, MQTT-1.5.4-2).</summary>
    public ReadOnlySpan<byte> Utf8()
    {
        ReadOnlySpan<byte> text = Bytes();
        if (MqttText.IsValid(text)) return text;
        Fail(ReasonCode.MalformedPacket);
        return default;
    }

    public string Text() => Encoding.UTF8.GetString(Utf8());

    /// <summary>A name that will be logged and compared: without control characters, as MQTT 5.0 §1.5.4 allows to insist on.</summary>
    public string NameText()
    {
        ReadOnlySpan<byte> text = Utf8();
        if (!TopicName.HasControlCharacter(text)) return Encoding.UTF8.GetString(text);
        Fail(ReasonCode.MalformedPacket);
        return "";
    }

    public readonly bool Finish(out ReasonCode reason)
    {
        reason = Failed ? Reason : IsEmpty ? ReasonCode.Success : ReasonCode.MalformedPacket;
        return reason == ReasonCode.Success;
    }
}
