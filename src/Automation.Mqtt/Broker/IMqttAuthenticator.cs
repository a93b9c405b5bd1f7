using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Broker;

/// <summary>Says who a client is, or that it is nobody.</summary>
public interface IMqttAuthenticator
{
    /// <summary>May take its time; other clients do not wait. The password's bytes are wiped afterwards.</summary>
    ValueTask<MqttAuthentication> AuthenticateAsync(MqttCredentials credentials, CancellationToken cancellationToken);
}

/// <summary>What a client shows at CONNECT.</summary>
public sealed class MqttCredentials
{
    public required string ClientId { get; init; }

    /// <summary>Null: none was sent.</summary>
    public string? UserName { get; init; }

    public ReadOnlyMemory<byte>? Password { get; init; }

    /// <summary>Null: none was asked for or none was shown. Its owner has proved to hold the key; whether it is trusted is the authenticator's affair.</summary>
    public X509Certificate2? Certificate { get; init; }

    public IPAddress RemoteAddress { get; init; } = IPAddress.None;
}

/// <summary>The answer.</summary>
/// <param name="Reason">Success, <see cref="ReasonCode.BadUserNameOrPassword"/>, <see cref="ReasonCode.NotAuthorized"/> or another failure of CONNACK.</param>
public sealed record MqttAuthentication(ReasonCode Reason, string UserName, ImmutableArray<string> Roles)
{
    public static MqttAuthentication Refused(ReasonCode reason) => new(reason, "", []);
}

/// <summary>The simplest authenticator.</summary>
public static class MqttAuthenticator
{
    /// <summary>Everybody comes in, under the name it gives: for tests and closed networks.</summary>
    public static IMqttAuthenticator AllowAll { get; } = new Anybody();

    private sealed class Anybody : IMqttAuthenticator
    {
        public ValueTask<MqttAuthentication> AuthenticateAsync(MqttCredentials credentials, CancellationToken cancellationToken) =>
            ValueTask.FromResult(new MqttAuthentication(ReasonCode.Success, credentials.UserName ?? "", []));
    }
}
