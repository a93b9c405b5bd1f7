using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Automation.Benchmarks.Mqtt.Load;

/// <summary>A bare MQTT client on a non-blocking loopback socket. It shares nothing with the client that is shipped, so that a mistake cannot cancel itself out.</summary>
/// <remarks>Driven by one thread through <see cref="LoadPoll"/>. It trusts the broker's framing: what a broker under test gets wrong shows as a closed connection.</remarks>
internal abstract partial class LoadClient : IDisposable
{
    private const int KeepAliveSeconds = 60;
    private readonly byte[] _id;
    private Socket? _socket;

    /// <param name="version">4 is MQTT 3.1.1, 5 is 5.0.</param>
    protected LoadClient(int port, string id, byte version)
    {
        Port = port;
        _id = Encoding.UTF8.GetBytes(id);
        Version = version;
    }

    /// <summary>Socket receive buffer in bytes; null leaves it to the system. Small, so that a stall is felt by the broker.</summary>
    public int? ReceiveBufferBytes { get; init; }

    public bool IsOpen => _socket is not null;

    /// <summary>CONNACK has come and said yes.</summary>
    public bool IsUp { get; private set; }

    /// <summary>What CONNACK said.</summary>
    public bool SessionPresent { get; private set; }

    /// <summary>While set, nothing is read.</summary>
    public bool Stalled { get; set; }

    public int SubscriptionsAcknowledged { get; private set; }

    public int Descriptor => _socket is null ? -1 : (int)_socket.Handle;

    protected int Port { get; }

    protected byte Version { get; }

    /// <summary>Opens the connection and sends CONNECT; false when nobody listens. A connection still open is left to <see cref="Abandon"/> first.</summary>
    public bool Dial(bool clean)
    {
        Drop(reset: false);
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (ReceiveBufferBytes is { } bytes) socket.ReceiveBufferSize = bytes;
        try
        {
            socket.Connect(IPAddress.Loopback, Port);
        }
        catch (SocketException)
        {
            socket.Dispose();
            return false;
        }

        socket.Blocking = false;
        _socket = socket;
        WriteConnect(clean);
        Flush();
        return IsOpen;
    }

    /// <summary>Ends the connection without a DISCONNECT: with a reset, or with an orderly close of the socket.</summary>
    public void Drop(bool reset)
    {
        Socket? socket = Abandon();
        if (reset) socket?.LingerState = new LingerOption(true, 0);
        socket?.Dispose();
    }

    /// <summary>Forgets the connection but leaves it open: the next <see cref="Dial"/> takes the session over. The caller closes what it gets.</summary>
    public Socket? Abandon()
    {
        Socket? socket = _socket;
        _socket = null;
        IsUp = Stalled = false;
        ClearBuffers();
        return socket;
    }

    /// <summary>Sends DISCONNECT and closes.</summary>
    public void Leave()
    {
        if (IsUp)
        {
            Put([0xE0, 0]);
            Flush();
        }

        Drop(reset: false);
    }

    public void Dispose() => Leave();

    /// <summary>CONNACK has come.</summary>
    protected virtual void OnUp()
    {
    }

    /// <summary>A message has come. What it needs in answer is for <see cref="Acknowledge"/>.</summary>
    protected virtual void OnPublish(int qos, bool retained, ushort packetId, ReadOnlySpan<byte> payload) => AnswerPublish(qos, packetId);

    /// <summary>PUBACK, PUBREC, PUBREL or PUBCOMP.</summary>
    /// <param name="refused">A 5.0 reason code of 0x80 and above.</param>
    protected virtual void OnAcknowledged(PacketKind kind, ushort packetId, bool refused)
    {
        if (kind == PacketKind.PubRel) Acknowledge(PacketKind.PubComp, packetId);
        else if (kind == PacketKind.PubRec && !refused) Acknowledge(PacketKind.PubRel, packetId);
    }

    /// <summary>The broker has closed the connection, or refused it.</summary>
    protected virtual void OnClosedByBroker()
    {
    }

    protected void AnswerPublish(int qos, ushort packetId)
    {
        if (qos == 1) Acknowledge(PacketKind.PubAck, packetId);
        else if (qos == 2) Acknowledge(PacketKind.PubRec, packetId);
    }

    private void Packet(byte header, ReadOnlySpan<byte> body)
    {
        var kind = (PacketKind)(header >> 4);
        switch (kind)
        {
            case PacketKind.Publish:
                Published(header, body);
                break;
            case PacketKind.PubAck or PacketKind.PubRec or PacketKind.PubRel or PacketKind.PubComp:
                OnAcknowledged(kind, BinaryPrimitives.ReadUInt16BigEndian(body), body.Length > 2 && body[2] >= 0x80);
                break;
            case PacketKind.ConnAck when body[1] == 0:
                (IsUp, SessionPresent) = (true, (body[0] & 1) != 0);
                OnUp();
                break;
            case PacketKind.SubAck when body[^1] < 0x80:
                SubscriptionsAcknowledged++;
                break;
            case PacketKind.PingResp or PacketKind.UnsubAck:
                break;
            default:
                // A refusal, or the broker's DISCONNECT: either way it is about to close.
                Closed();
                break;
        }
    }

    private void Published(byte header, ReadOnlySpan<byte> body)
    {
        int qos = (header >> 1) & 3;
        int at = 2 + BinaryPrimitives.ReadUInt16BigEndian(body);
        ushort packetId = 0;
        if (qos > 0)
        {
            packetId = BinaryPrimitives.ReadUInt16BigEndian(body[at..]);
            at += 2;
        }

        if (Version == 5) at += PropertiesLength(body[at..]);
        OnPublish(qos, (header & 1) != 0, packetId, body[at..]);
    }

    private static int PropertiesLength(ReadOnlySpan<byte> bytes)
    {
        int length = 0;
        for (int i = 0; ; i++)
        {
            length |= (bytes[i] & 127) << (7 * i);
            if (bytes[i] < 128) return length + i + 1;
        }
    }

    private void Closed()
    {
        if (!IsOpen) return;
        Drop(reset: false);
        OnClosedByBroker();
    }
}

/// <summary>The upper half of a packet's first byte.</summary>
internal enum PacketKind
{
    ConnAck = 2,
    Publish = 3,
    PubAck = 4,
    PubRec = 5,
    PubRel = 6,
    PubComp = 7,
    SubAck = 9,
    UnsubAck = 11,
    PingResp = 13,
}
