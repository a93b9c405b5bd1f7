using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Automation.Core.Model;
using Automation.Host.Composition;
using Automation.Host.Hub;
using Automation.Mqtt.Client;
using Automation.Mqtt.Protocol;

namespace Automation.Host.Configuration;

/// <summary>A broker that is not ours, as it was configured; <c>schemas/configuration.schema.json</c> says what each value means. Paths are absolute.</summary>
internal sealed record ExternalBrokerConfiguration
{
    /// <summary>How long the broker keeps commands for us after a connection broke: a blip loses none, and a door never opens later than a door is worth opening (ACT-10).</summary>
    private static readonly TimeSpan CommandsKept = TimeSpan.FromSeconds(5);

    /// <summary><c>mqtt</c>, <c>mqtts</c>, <c>ws</c> or <c>wss</c>.</summary>
    public required string Url { get; init; }

    public ProtocolVersion Version { get; init; } = ProtocolVersion.V5;

    public string ClientId { get; init; } = "automation";

    public string? User { get; init; }

    public string? PasswordEnv { get; init; }

    /// <summary>The name of the secret that holds the password.</summary>
    public string? PasswordSecret { get; init; }

    public string? CertificateAuthority { get; init; }

    public string? CertificateFile { get; init; }

    public string? CertificateKeyFile { get; init; }

    public string? CertificatePasswordEnv { get; init; }

    public TimeSpan? KeepAlive { get; init; }

    /// <summary>What waits while the broker is away.</summary>
    public OutletLimits Queue { get; init; } = new();

    /// <param name="absolute">Makes a path that counts from the file's folder absolute.</param>
    public static ExternalBrokerConfiguration Map(JsonElement external, Func<JsonElement, string> absolute)
    {
        bool certified = external.TryGetProperty("clientCertificate", out JsonElement certificate);
        var queue = new OutletLimits();
        if (external.TryGetProperty("queue", out JsonElement bound))
        {
            if (bound.TryGetProperty("messages", out JsonElement messages)) queue = queue with { Waiting = messages.GetInt32() };
            if (Text(bound, "whenFull") == "dropNewest") queue = queue with { WhenFull = OutletFull.DropNewest };
        }

        return new ExternalBrokerConfiguration
        {
            Url = Text(external, "url")!,
            Version = Text(external, "version") == "3.1.1" ? ProtocolVersion.V311 : ProtocolVersion.V5,
            ClientId = Text(external, "clientId") ?? "automation",
            User = Text(external, "user"),
            PasswordEnv = Text(external, "passwordEnv"),
            PasswordSecret = external.TryGetProperty("password", out JsonElement password) ? Text(password, "secret") : null,
            CertificateAuthority = external.TryGetProperty("certificateAuthority", out JsonElement authority) ? absolute(authority) : null,
            CertificateFile = certified ? absolute(certificate.GetProperty("file")) : null,
            CertificateKeyFile = certified && certificate.TryGetProperty("keyFile", out JsonElement key) ? absolute(key) : null,
            CertificatePasswordEnv = certified ? Text(certificate, "passwordEnv") : null,
            KeepAlive = external.TryGetProperty("keepAliveSeconds", out JsonElement seconds) ? TimeSpan.FromSeconds(seconds.GetInt32()) : null,
            Queue = queue,
        };
    }

    /// <param name="file">Where it was said, for messages.</param>
    /// <exception cref="StartRefusedException">The address is none, or a certificate or password is not there.</exception>
    public MqttClientOptions ToOptions(string file, Func<string, string?> environment, Func<string, Secret?> secrets)
    {
        Uri url = Address(file);
        bool secured = url.Scheme is "mqtts" or "wss";
        if (!secured && (CertificateAuthority ?? CertificateFile) is not null) throw new StartRefusedException($"{file}: certificates are for encrypted connections, which '{Url}' is not: write mqtts:// or wss://");
        var defaults = new MqttClientOptions();
        return defaults with
        {
            Host = url.IdnHost,
            Port = url.Port > 0 ? url.Port : secured ? 8883 : 1883,
            WebSocket = url.Scheme is "ws" or "wss" ? url : null,
            Version = Version,
            Tls = secured ? new MqttTls { TrustedRoots = CertificateAuthority is { } authority ? BrokerConfiguration.LoadAuthorities(file, authority) : [], ClientCertificate = ClientCertificate(file, environment) } : null,
            ClientId = ClientId,
            UserName = User,
            Password = Password(file, environment, secrets),
            KeepAlive = KeepAlive ?? defaults.KeepAlive,
            SessionExpiry = CommandsKept,
        };
    }

    private Uri Address(string file)
    {
        if (!Uri.TryCreate(Url, UriKind.Absolute, out Uri? url) || url.Scheme is not ("mqtt" or "mqtts" or "ws" or "wss") || url.Host.Length == 0)
        {
            throw new StartRefusedException($"{file}: '{Url}' is no address of a broker: write for instance mqtts://broker.example.com:8883, or wss://broker.example.com/mqtt");
        }

        if (url.UserInfo.Length > 0) throw new StartRefusedException($"{file}: the broker's address holds a user or password: take it out, and use \"user\" with \"password\" or \"passwordEnv\"");
        if (url.Scheme is "mqtt" or "mqtts" && url.PathAndQuery.Length > 1) throw new StartRefusedException($"{file}: '{Url}' has a path, which only ws:// and wss:// know: take it out, or use one of those");
        return url;
    }

    private Secret Password(string file, Func<string, string?> environment, Func<string, Secret?> secrets)
    {
        if (PasswordEnv is { } variable) return BrokerConfiguration.Password(file, variable, environment);
        if (PasswordSecret is not { } name) return Secret.None;
        return secrets(name) ?? throw new StartRefusedException($"{file}: no secret '{name}' is kept for the broker: run 'automation secret set {name}'");
    }

    private X509Certificate2? ClientCertificate(string file, Func<string, string?> environment)
    {
        if (CertificateFile is not { } certificate) return null;
        X509Certificate2 loaded = BrokerConfiguration.LoadCertificate(file, certificate, CertificateKeyFile, CertificatePasswordEnv is { } name ? BrokerConfiguration.Password(file, name, environment) : null);
        return loaded.HasPrivateKey ? loaded : throw new StartRefusedException($"{file}: {certificate} holds a certificate without its key: name the key with \"keyFile\", or give a PKCS#12 file that holds both");
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
}
