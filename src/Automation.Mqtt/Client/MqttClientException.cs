using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Client;

/// <summary>Why an operation of the client, or its connection, failed.</summary>
public enum MqttClientFault
{
    /// <summary>Nobody answers at the address.</summary>
    Unreachable,

    /// <summary>The TLS handshake failed: certificate, name, or no TLS on the other side.</summary>
    TlsFailed,

    /// <summary>CONNECT was refused; the reason says why.</summary>
    Refused,

    /// <summary>The server said nothing for too long.</summary>
    Silent,

    /// <summary>The connection ended; with the reason the server gave, if it gave one.</summary>
    Disconnected,

    /// <summary>The server broke the protocol.</summary>
    ProtocolViolation,

    /// <summary>The queue of waiting messages is full.</summary>
    QueueFull,

    /// <summary>A newer message needed the room.</summary>
    Dropped,

    /// <summary>The message's expiry passed before it could be sent.</summary>
    Expired,

    /// <summary>The message cannot be sent as it is: topic, size, QoS or retain.</summary>
    InvalidMessage,

    /// <summary>PUBACK or PUBREC carried an error.</summary>
    PublishRefused,

    SubscribeRefused,

    /// <summary>No answer to a request in its time.</summary>
    NoResponse,

    /// <summary>The client was disposed.</summary>
    Closed,
}

/// <summary>A failure of the client's world. Nothing is retried behind it unless its text says so.</summary>
public sealed class MqttClientException : Exception
{
    public MqttClientException(MqttClientFault fault, string message, ReasonCode? reason = null, Exception? inner = null)
        : base(message, inner)
    {
        Fault = fault;
        Reason = reason;
    }

    public MqttClientFault Fault { get; }

    /// <summary>What the server said; null: nothing.</summary>
    public ReasonCode? Reason { get; }

    /// <summary>Trying again soon will end the same way, and may lock the account.</summary>
    internal bool WillNotMend => Fault == MqttClientFault.TlsFailed || (Fault is MqttClientFault.Refused or MqttClientFault.Disconnected && Reason is
        ReasonCode.BadUserNameOrPassword or ReasonCode.NotAuthorized or ReasonCode.Banned or ReasonCode.BadAuthenticationMethod
        or ReasonCode.UnsupportedProtocolVersion or ReasonCode.ClientIdentifierNotValid or ReasonCode.SessionTakenOver
        or ReasonCode.UseAnotherServer or ReasonCode.ServerMoved or ReasonCode.AdministrativeAction);
}
