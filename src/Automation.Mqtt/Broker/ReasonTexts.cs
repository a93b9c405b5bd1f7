using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Broker;

/// <summary>What a reason code means here, for whoever reads a 5.0 client's log (reason string, MQTT 5.0 §3.14.2.2.3 and elsewhere).</summary>
internal static class ReasonTexts
{
    /// <summary>Null: the code says it all.</summary>
    public static string? For(ReasonCode reason, MqttLimit? limit) => limit switch
    {
        MqttLimit.Connections => "the broker has as many connections as it takes",
        MqttLimit.PacketSize => "the packet is larger than the maximum packet size",
        MqttLimit.ReceiveMaximum => "more messages are unacknowledged than the receive maximum allows",
        MqttLimit.Queue => "the queue of messages for this client is full; what comes after is lost to it",
        MqttLimit.Subscriptions => "the client has as many subscriptions as are allowed",
        MqttLimit.Sessions => "the broker keeps as many sessions as it can",
        MqttLimit.Retained => "the broker keeps as many retained messages as it can",
        MqttLimit.MessageRate => "more messages a second than are allowed",
        MqttLimit.KeepAlive => "nothing was heard for one and a half times the keep alive",
        _ => Plain(reason),
    };

    private static string? Plain(ReasonCode reason) => reason switch
    {
        ReasonCode.BadUserNameOrPassword => "user name or password is wrong",
        ReasonCode.NotAuthorized => "the access rules do not allow this",
        ReasonCode.BadAuthenticationMethod => "enhanced authentication is not offered",
        ReasonCode.SessionTakenOver => "another client has connected with this client identifier",
        ReasonCode.ServerShuttingDown => "the broker stops",
        ReasonCode.TopicAliasInvalid => "the topic alias is 0 or above the maximum",
        ReasonCode.QuotaExceeded => "a limit of the broker is reached",
        _ => null,
    };
}
