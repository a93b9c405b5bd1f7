using System.Buffers;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Codec;

/// <summary>A packet's fixed header, and its body as it lies in the receive buffer; valid until the pipe is advanced.</summary>
internal readonly struct MqttFrame(byte firstByte, ReadOnlySequence<byte> body, int totalBytes)
{
    public byte FirstByte { get; } = firstByte;

    public ReadOnlySequence<byte> Body { get; } = body;

    /// <summary>Fixed header and body.</summary>
    public int TotalBytes { get; } = totalBytes;

    public PacketType Type => (PacketType)(FirstByte >> 4);
}
