using Automation.Mqtt.Protocol;
using Microsoft.Extensions.Logging;

namespace Automation.Mqtt.Client;

/// <summary>What the client says. Offline is said once when it begins, online once when it ends.</summary>
internal static partial class ClientLog
{
    [LoggerMessage(3100, LogLevel.Information, "Connected to {Server} as {ClientId}, session present: {SessionPresent}")]
    public static partial void Connected(ILogger logger, string server, string clientId, bool sessionPresent);

    [LoggerMessage(3101, LogLevel.Warning, "Disconnected from {Server}: {Fault}, {Message}")]
    public static partial void Disconnected(ILogger logger, string server, MqttClientFault fault, string message);

    [LoggerMessage(3102, LogLevel.Debug, "Next attempt to reach {Server} in {Delay}: {Message}")]
    public static partial void Retrying(ILogger logger, string server, TimeSpan delay, string message);

    [LoggerMessage(3103, LogLevel.Error, "The handler of topic {Topic} failed; the next message is delivered")]
    public static partial void HandlerFailed(ILogger logger, string topic, Exception exception);

    [LoggerMessage(3104, LogLevel.Warning, "The server refused the subscription {Filter}: {Reason}")]
    public static partial void SubscriptionRefused(ILogger logger, string filter, ReasonCode reason);

    [LoggerMessage(3105, LogLevel.Warning, "A handler of ConnectionChanged failed")]
    public static partial void ConnectionHandlerFailed(ILogger logger, Exception exception);

    [LoggerMessage(3106, LogLevel.Error, "The connection's loop met a defect; the connection is opened anew")]
    public static partial void LoopFailed(ILogger logger, Exception exception);
}
