namespace Automation.Mqtt.Codec;

/// <summary>What came of looking at the bytes that have arrived.</summary>
internal enum MqttReadResult
{
    /// <summary>A whole packet was taken off the buffer.</summary>
    Done,

    /// <summary>The bytes so far are the beginning of a packet; nothing was consumed.</summary>
    NeedMoreData,

    /// <summary>They cannot become a packet; nothing was consumed, the reason says why. The connection has to be closed.</summary>
    Malformed,
}
