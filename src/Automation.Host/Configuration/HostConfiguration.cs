using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Cli;
using Automation.Host.Composition;
using Automation.Mqtt.Broker;
using Automation.Mqtt.Client;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Configuration;

/// <summary>A configuration file as it was read; <c>schemas/configuration.schema.json</c> says what each value means. Paths are absolute.</summary>
internal sealed record HostConfiguration
{
    public required string File { get; init; }

    public required ImmutableArray<(string SiteFile, ImmutableArray<string> Rules)> Sites { get; init; }

    public required string DataFolder { get; init; }

    public string BaseTopic { get; init; } = "automation";

    public int? HttpPort { get; init; } = 8080;

    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    public ExternalBrokerConfiguration? External { get; init; }

    public ImmutableArray<ListenerConfiguration> Listeners { get; init; } = [new ListenerConfiguration { Port = 1883 }];

    /// <summary>Reads what the configuration points to: sites, certificates, passwords.</summary>
    /// <exception cref="StartRefusedException">Something of it is missing or wrong.</exception>
    public HostSettings ToSettings(RunOverrides overrides, Func<string, string?> environment)
    {
        var sites = Sites.Select(s => new SiteSource(ReadSite(s.SiteFile, environment), s.Rules)).ToImmutableArray();
        if (sites.GroupBy(s => s.Site.Id, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new StartRefusedException($"{File}: two sites have the id '{twice.Key}': rename one in its site file");
        }

        var settings = new HostSettings
        {
            DataFolder = overrides.DataFolder ?? DataFolder,
            BaseTopic = BaseTopic,
            Sites = sites,
            HttpPort = overrides.HttpPort ?? HttpPort,
        };
        if (External is { } external && overrides.MqttPort is null) return settings with { ExternalBroker = ExternalOptions(external, environment) };
        ImmutableArray<ListenerConfiguration> listeners = overrides.MqttPort is { } port ? [Listeners[0] with { Port = port }, .. Listeners.Skip(1)] : Listeners;
        foreach (ListenerConfiguration listener in listeners.Where(l => !IPAddress.IsLoopback(IPAddress.Parse(l.Address))))
        {
            throw new StartRefusedException($"{File}: the broker would listen on {listener.Address} for everybody: listen on 127.0.0.1, or use an external broker that has users");
        }

        return settings with
        {
            Broker = new EmbeddedBroker
            {
                Options = new MqttBrokerOptions { Listeners = [.. listeners.Select(l => Listener(l, environment))] },
                Authenticator = MqttAuthenticator.AllowAll,
                Authorizer = MqttAuthorizer.AllowAll,
            },
        };
    }

    private static Site ReadSite(string file, Func<string, string?> environment)
    {
        SiteReading reading;
        try
        {
            reading = SiteReader.Read(RuleDirectory.ReadFile(file), name => environment(name) is { Length: > 0 } value ? new Secret(value) : null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"{file}: cannot be read: {e.Message}");
        }

        return reading.Site ?? throw new StartRefusedException(string.Join(Environment.NewLine, reading.Findings));
    }

    private MqttClientOptions ExternalOptions(ExternalBrokerConfiguration external, Func<string, string?> environment) => new()
    {
        Host = external.Host,
        Port = external.Port,
        Tls = external.Tls ? new MqttTls { TrustedRoots = external.CertificateAuthority is { } file ? [LoadCertificate(file, null, null)] : [] } : null,
        ClientId = external.ClientId,
        UserName = external.User,
        Password = external.PasswordEnv is { } name ? Password(name, environment) : Secret.None,
    };

    private MqttListener Listener(ListenerConfiguration listener, Func<string, string?> environment) => new()
    {
        Address = new IPEndPoint(IPAddress.Parse(listener.Address), listener.Port),
        Transport = listener.WebSocket ? MqttTransport.WebSocket : MqttTransport.Tcp,
        Certificate = listener.CertificateFile is { } file
            ? LoadCertificate(file, listener.CertificateKeyFile, listener.CertificatePasswordEnv is { } name ? Password(name, environment) : null)
            : null,
    };

    private X509Certificate2 LoadCertificate(string file, string? keyFile, Secret? password)
    {
        try
        {
            if (keyFile is not null) return X509Certificate2.CreateFromPemFile(file, keyFile);
            return X509Certificate2.GetCertContentType(file) == X509ContentType.Pkcs12
                ? X509CertificateLoader.LoadPkcs12FromFile(file, password?.Reveal())
                : X509CertificateLoader.LoadCertificateFromFile(file);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"{File}: the certificate {file} cannot be used: {e.Message}");
        }
    }

    private Secret Password(string name, Func<string, string?> environment) => environment(name) is { Length: > 0 } value
        ? new Secret(value)
        : throw new StartRefusedException($"{File}: the environment variable {name} is not set: set it to the password");
}

internal sealed record ExternalBrokerConfiguration
{
    public required string Host { get; init; }

    public int Port { get; init; } = 1883;

    public bool Tls { get; init; }

    public string? CertificateAuthority { get; init; }

    public string ClientId { get; init; } = "automation";

    public string? User { get; init; }

    public string? PasswordEnv { get; init; }
}

internal sealed record ListenerConfiguration
{
    public required int Port { get; init; }

    public string Address { get; init; } = "127.0.0.1";

    public bool WebSocket { get; init; }

    public string? CertificateFile { get; init; }

    public string? CertificateKeyFile { get; init; }

    public string? CertificatePasswordEnv { get; init; }
}
