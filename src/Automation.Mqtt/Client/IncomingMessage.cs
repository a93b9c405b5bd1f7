namespace Automation.Mqtt.Client;

/// <summary>A received message until every handler is through with it; then it is acknowledged (MQTT 5.0 §4.3.2, §4.3.3).</summary>
internal sealed class IncomingMessage(MqttMessage message, ushort packetId, int session)
{
    private int _handlersLeft = 1;

    public MqttMessage Message { get; } = message;

    public QoS QoS => Message.QoS;

    public ushort PacketId { get; } = packetId;

    /// <summary>The session it came in: its packet identifier means nothing in another one.</summary>
    public int Session { get; } = session;

    /// <summary>Guarded by the client's lock.</summary>
    public bool Handled { get; set; }

    public void Expect() => Interlocked.Increment(ref _handlersLeft);

    /// <summary>True for the last one. The reader itself counts as one, until it has given the message to all.</summary>
    public bool DoneByOne() => Interlocked.Decrement(ref _handlersLeft) == 0;
}
