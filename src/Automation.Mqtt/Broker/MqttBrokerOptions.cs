using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Automation.Mqtt.Broker;

/// <summary>What the broker listens on and what it allows.</summary>
public sealed record MqttBrokerOptions
{
    /// <summary>May be empty: then it serves the process alone.</summary>
    public ImmutableArray<MqttListener> Listeners { get; init; } = [];

    public MqttBrokerLimits Limits { get; init; } = new();

    /// <summary>How often <c>$SYS</c> topics are published; zero: never.</summary>
    /// <value>Default 10 s, like other brokers.</value>
    public TimeSpan SysInterval { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>What MQTT travels over.</summary>
public enum MqttTransport
{
    Tcp,
    WebSocket,
}

/// <summary>One address the broker listens on.</summary>
public sealed record MqttListener
{
    public MqttTransport Transport { get; init; } = MqttTransport.Tcp;

    /// <summary>Port 0: any free one; see <see cref="MqttBroker.Endpoints"/>.</summary>
    public required IPEndPoint Address { get; init; }

    /// <summary>With its private key; null: no TLS. The caller disposes it after the broker.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Ask for a client certificate. Whether one is needed, and whose, is the authenticator's affair.</summary>
    public bool ClientCertificates { get; init; }

    /// <summary>The WebSocket's path.</summary>
    /// <value>Default <c>/mqtt</c>.</value>
    public string Path { get; init; } = "/mqtt";

    /// <summary>Leaves plain TCP to the runtime's own sockets on Linux too, so that tests see what other systems use.</summary>
    internal bool WithoutPolling { get; init; }
}
