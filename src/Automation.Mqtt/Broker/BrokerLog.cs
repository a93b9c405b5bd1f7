using System.Net;
using Automation.Mqtt.Protocol;
using Microsoft.Extensions.Logging;

namespace Automation.Mqtt.Broker;

/// <summary>What the broker says. Limits and failed logins are said once until they end, and counted always.</summary>
internal sealed partial class BrokerLog(ILogger logger)
{
    [LoggerMessage(1, LogLevel.Information, "The broker listens on {Endpoint} ({Transport}).")]
    public partial void Listening(EndPoint endpoint, MqttTransport transport);

    [LoggerMessage(2, LogLevel.Debug, "Client {ClientId} (user {UserName}) connected from {Address}, protocol level {Version}.")]
    public partial void ClientConnected(string clientId, string userName, IPAddress address, byte version);

    [LoggerMessage(3, LogLevel.Debug, "Client {ClientId} left: {Reason}.")]
    public partial void ClientLeft(string clientId, ReasonCode reason);

    [LoggerMessage(4, LogLevel.Information, "Client {ClientId} at {Address} was refused: {Reason}.")]
    public partial void ClientRefused(string clientId, IPAddress address, ReasonCode reason);

    [LoggerMessage(5, LogLevel.Debug, "The connection of {ClientId} at {Address} was lost: {What}")]
    public partial void ConnectionLost(string clientId, IPAddress address, string what);

    [LoggerMessage(6, LogLevel.Error, "The connection of {ClientId} was ended by a defect of the broker.")]
    public partial void ConnectionFailed(string clientId, Exception exception);

    [LoggerMessage(7, LogLevel.Warning, "Client {ClientId} at {Address} hit the limit {Limit}; further hits of it are counted, not logged.")]
    public partial void LimitHit(string clientId, IPAddress address, MqttLimit limit);

    [LoggerMessage(8, LogLevel.Warning, "Logins from {Address} fail; answers to it are slowed down until one succeeds.")]
    public partial void LoginsFail(IPAddress address);

    [LoggerMessage(9, LogLevel.Information, "Restored {Sessions} sessions and {Retained} retained messages.")]
    public partial void Restored(int sessions, int retained);

    [LoggerMessage(10, LogLevel.Error, "The handler of an in-process subscription to {Filter} failed; the next message is delivered.")]
    public partial void HandlerFailed(string filter, Exception exception);

    [LoggerMessage(11, LogLevel.Error, "Accepting connections on {Endpoint} failed; it is tried again.")]
    public partial void AcceptFailed(EndPoint? endpoint, Exception exception);

    [LoggerMessage(12, LogLevel.Critical, "The system refuses to wait for sockets; the connections of one thread are ended. Restart the program.")]
    public partial void PollingFailed(Exception exception);
}
