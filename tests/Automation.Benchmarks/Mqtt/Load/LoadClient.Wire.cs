using System.Buffers.Binary;
using System.Net.Sockets;

namespace Automation.Benchmarks.Mqtt.Load;

internal abstract partial class LoadClient
{
    // More than this is never read at once; a larger packet still gets the room it needs.
    private const int ReadBytes = 256 * 1024;

    // Both grow by doubling to what bursts need, and stay. Bytes from Start to End are waiting.
    private byte[] _in = new byte[4096];
    private byte[] _out = new byte[1024];
    private int _inStart;
    private int _inEnd;
    private int _outStart;
    private int _outEnd;
    private bool _filled;
    private ushort _packetId;

    /// <summary>Bytes written here and not yet taken by the socket.</summary>
    public int OutgoingBytes => _outEnd - _outStart;

    public ushort NextPacketId()
    {
        _packetId = _packetId == ushort.MaxValue ? (ushort)1 : (ushort)(_packetId + 1);
        return _packetId;
    }

    public void Subscribe(ReadOnlySpan<byte> filter, int qos)
    {
        int length = 2 + (Version == 5 ? 1 : 0) + 2 + filter.Length + 1;
        Span<byte> body = Begin(0x82, length);
        BinaryPrimitives.WriteUInt16BigEndian(body, NextPacketId());
        int at = 2;
        if (Version == 5) body[at++] = 0;
        at += Text(body[at..], filter);
        body[at] = (byte)qos;
    }

    public void Publish(ReadOnlySpan<byte> topic, int qos, bool retain, bool again, ushort packetId, ReadOnlySpan<byte> payload)
    {
        int length = 2 + topic.Length + (qos > 0 ? 2 : 0) + (Version == 5 ? 1 : 0) + payload.Length;
        Span<byte> body = Begin((byte)(0x30 | (again && qos > 0 ? 8 : 0) | (qos << 1) | (retain ? 1 : 0)), length);
        int at = Text(body, topic);
        if (qos > 0)
        {
            BinaryPrimitives.WriteUInt16BigEndian(body[at..], packetId);
            at += 2;
        }

        if (Version == 5) body[at++] = 0;
        payload.CopyTo(body[at..]);
    }

    public void Acknowledge(PacketKind kind, ushort packetId)
    {
        byte header = (byte)(((int)kind << 4) | (kind == PacketKind.PubRel ? 2 : 0));
        BinaryPrimitives.WriteUInt16BigEndian(Begin(header, 2), packetId);
    }

    /// <summary>Bytes as they are: half a packet, or none.</summary>
    public void Put(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Room(bytes.Length));

    /// <summary>Hands the socket what it takes without waiting.</summary>
    public void Flush()
    {
        while (_outStart < _outEnd && _socket is not null)
        {
            int sent = _socket.Send(_out.AsSpan(_outStart, _outEnd - _outStart), SocketFlags.None, out SocketError error);
            if (error == SocketError.WouldBlock) return;
            if (error != SocketError.Success)
            {
                Closed();
                return;
            }

            _outStart += sent;
        }

        _outStart = _outEnd = 0;
    }

    /// <summary>Reads once what has come, handles each whole packet, and sends the answers.</summary>
    public void Receive()
    {
        if (_socket is null) return;
        MakeRoomToReceive();
        int received = _socket.Receive(_in.AsSpan(_inEnd), SocketFlags.None, out SocketError error);
        if (error == SocketError.WouldBlock) return;
        if (error != SocketError.Success || received == 0)
        {
            Closed();
            return;
        }

        _inEnd += received;
        _filled = _inEnd == _in.Length;
        while (IsOpen && TryTake(out byte header, out ReadOnlySpan<byte> body)) Packet(header, body);
        if (_outEnd > _outStart) Flush();
    }

    private bool TryTake(out byte header, out ReadOnlySpan<byte> body)
    {
        ReadOnlySpan<byte> have = _in.AsSpan(_inStart, _inEnd - _inStart);
        header = 0;
        body = default;
        int length = 0;
        for (int i = 1; i < have.Length && i < 5; i++)
        {
            length |= (have[i] & 127) << (7 * (i - 1));
            if (have[i] >= 128) continue;
            if (have.Length < i + 1 + length) return false;
            header = have[0];
            body = have.Slice(i + 1, length);
            _inStart += i + 1 + length;
            return true;
        }

        return false;
    }

    private void MakeRoomToReceive()
    {
        if (_inStart == _inEnd) _inStart = _inEnd = 0;
        if (_inStart > 0)
        {
            _in.AsSpan(_inStart, _inEnd - _inStart).CopyTo(_in);
            _inEnd -= _inStart;
            _inStart = 0;
        }

        if (_inEnd == _in.Length || (_filled && _in.Length < ReadBytes)) Array.Resize(ref _in, _in.Length * 2);
    }

    private void WriteConnect(bool clean)
    {
        // 5.0 ends a session with its connection unless an expiry is asked for: property 0x11, seconds.
        ReadOnlySpan<byte> properties = Version < 5 ? [] : clean ? [0] : [5, 0x11, 0, 0, 0x0E, 0x10];
        Span<byte> body = Begin(0x10, 10 + properties.Length + 2 + _id.Length);
        int at = Text(body, "MQTT"u8);
        body[at++] = Version;
        body[at++] = clean ? (byte)2 : (byte)0;
        BinaryPrimitives.WriteUInt16BigEndian(body[at..], KeepAliveSeconds);
        at += 2;
        properties.CopyTo(body[at..]);
        at += properties.Length;
        Text(body[at..], _id);
    }

    /// <summary>Writes the fixed header and gives the room for the rest.</summary>
    private Span<byte> Begin(byte header, int length)
    {
        int lengthBytes = length < 128 ? 1 : length < 16_384 ? 2 : length < 2_097_152 ? 3 : 4;
        Span<byte> packet = Room(1 + lengthBytes + length);
        packet[0] = header;
        int rest = length;
        for (int i = 1; i <= lengthBytes; i++)
        {
            packet[i] = (byte)((rest & 127) | (i < lengthBytes ? 128 : 0));
            rest >>= 7;
        }

        return packet[(1 + lengthBytes)..];
    }

    private static int Text(Span<byte> to, ReadOnlySpan<byte> text)
    {
        BinaryPrimitives.WriteUInt16BigEndian(to, (ushort)text.Length);
        text.CopyTo(to[2..]);
        return 2 + text.Length;
    }

    private Span<byte> Room(int bytes)
    {
        if (_outEnd + bytes > _out.Length)
        {
            _out.AsSpan(_outStart, _outEnd - _outStart).CopyTo(_out);
            _outEnd -= _outStart;
            _outStart = 0;
            if (_outEnd + bytes > _out.Length) Array.Resize(ref _out, Math.Max(_out.Length * 2, _outEnd + bytes));
        }

        Span<byte> room = _out.AsSpan(_outEnd, bytes);
        _outEnd += bytes;
        return room;
    }

    private void ClearBuffers() => _inStart = _inEnd = _outStart = _outEnd = 0;
}
