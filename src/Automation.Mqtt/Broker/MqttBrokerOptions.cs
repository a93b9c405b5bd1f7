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

    /// <summary>Whether 5.0 clients are told in words, beside the reason code, why something failed.</summary>
    /// <value>Default true. Test suites that compare packets byte for byte want false.</value>
    public bool ReasonStrings { get; init; } = true;

    /// <summary>Every client is sent there instead of being let in; null, the default: nobody is. 3.1.1 has no way to say it: those are refused as unavailable.</summary>
    public MqttRedirect? Redirect { get; init; }
}

/// <summary>Another server for the clients of this one (MQTT 5.0 §4.11).</summary>
/// <param name="Server">What clients are told, such as <c>host:1883</c>; several are separated by a space.</param>
/// <param name="IsPermanent">0x9D rather than 0x9C: the client shall not come back here.</param>
public sealed record MqttRedirect(string Server, bool IsPermanent);

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
