using System.Collections.Immutable;
using System.Net;

namespace Automation.Mqtt.Broker;

/// <summary>Who a connected client is.</summary>
public sealed record MqttClientIdentity
{
    public required string ClientId { get; init; }

    /// <summary>Empty: anonymous.</summary>
    public string UserName { get; init; } = "";

    public ImmutableArray<string> Roles { get; init; } = [];

    public IPAddress RemoteAddress { get; init; } = IPAddress.None;
}
