using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Broker;

/// <summary>One who may connect.</summary>
public sealed record MqttUser
{
    public required string Name { get; init; }

    /// <summary>From <see cref="Broker.PasswordHash"/>; empty: no password opens this account.</summary>
    public string PasswordHash { get; init; } = "";

    /// <summary>SHA-256 of the client certificate that stands for this user, hexadecimal, colons allowed; empty: none.</summary>
    public string CertificateThumbprint { get; init; } = "";

    public ImmutableArray<string> Roles { get; init; } = [];
}

/// <summary>Users by password or by client certificate. The list can be replaced while clients are connected.</summary>
public sealed class MqttUsers : IMqttAuthenticator
{
    /// <summary>Checked in place of a user that does not exist, so that time does not tell which names do.</summary>
    private static readonly string Nobody = PasswordHash.Create("nobody"u8);

    private readonly bool _anonymousOnLoopback;
    private FrozenDictionary<string, MqttUser> _byName = FrozenDictionary<string, MqttUser>.Empty;
    private FrozenDictionary<string, MqttUser> _byCertificate = FrozenDictionary<string, MqttUser>.Empty;

    /// <param name="anonymousOnLoopback">Whether a client without a name may come in from this very machine; from elsewhere never.</param>
    public MqttUsers(IEnumerable<MqttUser> users, bool anonymousOnLoopback = false)
    {
        _anonymousOnLoopback = anonymousOnLoopback;
        Replace(users);
    }

    /// <summary>The role of an anonymous client, for access rules.</summary>
    public static string AnonymousRole => "anonymous";

    /// <summary>Counts for the next login; who is in stays in.</summary>
    /// <exception cref="ArgumentException">A name twice, or a hash or thumbprint that is none; the message names the user.</exception>
    public void Replace(IEnumerable<MqttUser> users)
    {
        var byName = new Dictionary<string, MqttUser>(StringComparer.Ordinal);
        var byCertificate = new Dictionary<string, MqttUser>(StringComparer.Ordinal);
        foreach (MqttUser user in users)
        {
            if (user.Name.Length == 0) throw new ArgumentException("An MQTT user needs a name.", nameof(users));
            if (!byName.TryAdd(user.Name, user)) throw new ArgumentException($"The MQTT user '{user.Name}' is there twice.", nameof(users));
            if (user.PasswordHash.Length > 0 && !PasswordHash.IsValid(user.PasswordHash))
                throw new ArgumentException($"The password hash of the MQTT user '{user.Name}' is not of the form pbkdf2-sha256$iterations$salt$hash.", nameof(users));
            if (user.CertificateThumbprint.Length == 0) continue;
            string thumbprint = Normalised(user.CertificateThumbprint);
            if (thumbprint.Length != 64 || !thumbprint.All(char.IsAsciiHexDigit))
                throw new ArgumentException($"The certificate thumbprint of the MQTT user '{user.Name}' is not a SHA-256 in hexadecimal.", nameof(users));
            if (!byCertificate.TryAdd(thumbprint, user)) throw new ArgumentException($"The certificate of the MQTT user '{user.Name}' stands for another user too.", nameof(users));
        }

        Volatile.Write(ref _byCertificate, byCertificate.ToFrozenDictionary());
        Volatile.Write(ref _byName, byName.ToFrozenDictionary());
    }

    public async ValueTask<MqttAuthentication> AuthenticateAsync(MqttCredentials credentials, CancellationToken cancellationToken)
    {
        if (credentials.Certificate is { } certificate && FindByCertificate(certificate) is { } owner)
        {
            // A name beside the certificate has to be the same one.
            bool same = credentials.UserName is null || string.Equals(credentials.UserName, owner.Name, StringComparison.Ordinal);
            return same ? Accepted(owner) : MqttAuthentication.Refused(ReasonCode.NotAuthorized);
        }

        if (credentials.UserName is null)
        {
            return _anonymousOnLoopback && IPAddress.IsLoopback(credentials.RemoteAddress)
                ? new MqttAuthentication(ReasonCode.Success, "", [AnonymousRole])
                : MqttAuthentication.Refused(ReasonCode.NotAuthorized);
        }

        MqttUser? user = Volatile.Read(ref _byName).GetValueOrDefault(credentials.UserName);
        string hash = user is { PasswordHash.Length: > 0 } ? user.PasswordHash : Nobody;
        ReadOnlyMemory<byte> password = credentials.Password ?? default;
        bool matches = await Task.Run(() => PasswordHash.Matches(hash, password.Span), cancellationToken).ConfigureAwait(false);
        return matches && user is { PasswordHash.Length: > 0 } ? Accepted(user) : MqttAuthentication.Refused(ReasonCode.BadUserNameOrPassword);
    }

    private static MqttAuthentication Accepted(MqttUser user) => new(ReasonCode.Success, user.Name, user.Roles);

    private MqttUser? FindByCertificate(X509Certificate2 certificate) =>
        Volatile.Read(ref _byCertificate).GetValueOrDefault(certificate.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256));

    private static string Normalised(string thumbprint) => thumbprint.Replace(":", "", StringComparison.Ordinal).Trim().ToUpperInvariant();
}
