using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Automation.Core.Model;
using Automation.Host.Composition;
using Automation.Mqtt.Broker;

namespace Automation.Host.Configuration;

/// <summary>How the embedded broker is configured; <c>schemas/broker.schema.json</c> says what each value means. Paths are absolute.</summary>
internal sealed record BrokerConfiguration
{
    public ImmutableArray<ListenerConfiguration> Listeners { get; init; } = [new ListenerConfiguration { Port = 1883 }];

    public bool AnonymousOnLoopback { get; init; } = true;

    public ImmutableArray<MqttUser> Users { get; init; } = [];

    /// <summary>Empty: <see cref="MqttAccessRules.Default"/>.</summary>
    public ImmutableArray<MqttAccessRule> Access { get; init; } = [];

    public MqttBrokerLimits Limits { get; init; } = new();

    public bool ReasonStrings { get; init; } = true;

    public MqttRedirect? Redirect { get; init; }

    /// <param name="file">Where it was said, for messages.</param>
    /// <exception cref="StartRefusedException">A certificate or password is missing, a user or rule is wrong, or everybody would get in from everywhere.</exception>
    public EmbeddedBroker ToBroker(string file, string baseTopic, Func<string, string?> environment)
    {
        if (Users.IsEmpty && Listeners.FirstOrDefault(l => !IPAddress.IsLoopback(IPAddress.Parse(l.Address))) is { } open)
        {
            throw new StartRefusedException($"{file}: the broker would listen on {open.Address} and nobody could come in: add users, or listen on 127.0.0.1");
        }

        var options = new MqttBrokerOptions { Listeners = [.. Listeners.Select(l => Listener(file, l, environment))], Limits = Limits, ReasonStrings = ReasonStrings, Redirect = Redirect };
        try
        {
            return new EmbeddedBroker
            {
                Options = options,
                Authenticator = new MqttUsers(Users, AnonymousOnLoopback),
                Authorizer = Users.IsEmpty && Access.IsEmpty ? MqttAuthorizer.AllowAll : new MqttAccessRules(Access.IsEmpty ? MqttAccessRules.Default(baseTopic) : Access),
            };
        }
        catch (ArgumentException e)
        {
            throw new StartRefusedException($"{file}: {e.Message}");
        }
    }

    /// <exception cref="StartRefusedException">The file cannot be read as a certificate.</exception>
    public static X509Certificate2 LoadCertificate(string said, string file, string? keyFile, Secret? password)
    {
        try
        {
            if (keyFile is not null)
            {
                // Through PKCS#12: a key that came from PEM alone does not serve TLS on every system.
                using X509Certificate2 pem = X509Certificate2.CreateFromPemFile(file, keyFile);
                return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null);
            }

            return X509Certificate2.GetCertContentType(file) == X509ContentType.Pkcs12
                ? X509CertificateLoader.LoadPkcs12FromFile(file, password?.Reveal())
                : X509CertificateLoader.LoadCertificateFromFile(file);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"{said}: the certificate {file} cannot be used: {e.Message}");
        }
    }

    /// <summary>The certificates of a file: as many as it holds where it is PEM.</summary>
    /// <exception cref="StartRefusedException">The file cannot be read as certificates.</exception>
    public static ImmutableArray<X509Certificate2> LoadAuthorities(string said, string file)
    {
        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"{said}: the authority {file} cannot be used: {e.Message}");
        }

        return found.Count > 0 ? [.. found] : [LoadCertificate(said, file, null, null)];
    }

    /// <exception cref="StartRefusedException">The variable is not set.</exception>
    public static Secret Password(string said, string name, Func<string, string?> environment) => environment(name) is { Length: > 0 } value
        ? new Secret(value)
        : throw new StartRefusedException($"{said}: the environment variable {name} is not set: set it to the password");

    private static MqttListener Listener(string said, ListenerConfiguration listener, Func<string, string?> environment) => new()
    {
        Address = new IPEndPoint(IPAddress.Parse(listener.Address), listener.Port),
        Transport = listener.WebSocket ? MqttTransport.WebSocket : MqttTransport.Tcp,
        Path = listener.Path,
        ClientCertificates = listener.ClientCertificates,
        Certificate = listener.CertificateFile is { } file
            ? LoadCertificate(said, file, listener.CertificateKeyFile, listener.CertificatePasswordEnv is { } name ? Password(said, name, environment) : null)
            : null,
    };
}

internal sealed record ListenerConfiguration
{
    public required int Port { get; init; }

    public string Address { get; init; } = "127.0.0.1";

    public bool WebSocket { get; init; }

    public string Path { get; init; } = "/mqtt";

    public bool ClientCertificates { get; init; }

    public string? CertificateFile { get; init; }

    public string? CertificateKeyFile { get; init; }

    public string? CertificatePasswordEnv { get; init; }
}
