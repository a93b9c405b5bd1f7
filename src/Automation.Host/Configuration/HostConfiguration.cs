using System.Collections.Immutable;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Cli;
using Automation.Host.Composition;
using Automation.Host.Devices;
using Automation.Host.Hub.Discovery;
using Automation.Host.Secrets;
using Automation.Host.Storage;
using Automation.Host.Storage.Postgres;
using Automation.Host.Storage.Sqlite;
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

    /// <summary>Where and how Home Assistant is told of devices.</summary>
    public DiscoveryOptions Discovery { get; init; } = new();

    public SqliteOptions Sqlite { get; init; } = new() { Path = "" };

    public RetentionLimits Retention { get; init; } = new();

    /// <summary>Null: SQLite in the data folder.</summary>
    public PostgresConfiguration? Postgres { get; init; }

    /// <summary>Where devices may push their events; null: nowhere.</summary>
    public PushConfiguration? Push { get; init; }

    /// <summary>The code people type to disarm; null: none is asked for.</summary>
    public AlarmCodeConfiguration? AlarmCode { get; init; }

    public NotificationConfiguration Notifications { get; init; } = new();

    public ExternalBrokerConfiguration? External { get; init; }

    public BrokerConfiguration Broker { get; init; } = new();

    /// <summary>Reads what the configuration points to: sites, certificates, passwords.</summary>
    /// <exception cref="StartRefusedException">Something of it is missing or wrong.</exception>
    public HostSettings ToSettings(RunOverrides overrides, Func<string, string?> environment)
    {
        string dataFolder = overrides.DataFolder ?? DataFolder;
        var kept = new Lazy<SecretStore>(() => SecretStore.Open(dataFolder, environment));
        var sites = Sites.Select(s => ReadSite(s.SiteFile, s.Rules, environment, name => kept.Value.Find(name))).ToImmutableArray();
        if (sites.GroupBy(s => s.Site.Id, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new StartRefusedException($"{File}: two sites have the id '{twice.Key}': rename one in its site file");
        }

        var settings = new HostSettings
        {
            DataFolder = dataFolder,
            Postgres = Postgres?.ToOptions(File, environment),
            Sqlite = Sqlite,
            Retention = Retention,
            BaseTopic = BaseTopic,
            Discovery = Discovery,
            Notifications = Notifications.ToSettings(File, [.. sites.Select(s => s.Site.Id)], environment),
            Sites = sites,
            Secrets = name => SecretStore.Open(dataFolder, environment).Find(name),
            HttpPort = overrides.HttpPort ?? HttpPort,
            AlarmCode = AlarmCode?.ToSettings(File, environment, name => Kept(() => kept.Value.Find(name))),
            Push = Push?.ToSettings(File, environment, name => Kept(() => kept.Value.Find(name))),
        };
        if (External is { } external && overrides.MqttPort is null) return settings with { ExternalBroker = external.ToOptions(File, environment, name => Kept(() => kept.Value.Find(name))), Outlet = external.Queue };
        BrokerConfiguration broker = overrides.MqttPort is { } port ? Broker with { Listeners = [Broker.Listeners[0] with { Port = port }, .. Broker.Listeners.Skip(1)] } : Broker;
        return settings with { Broker = broker.ToBroker(File, BaseTopic, environment) };
    }

    /// <exception cref="StartRefusedException">The kept secrets cannot be read.</exception>
    private static T Kept<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (SecretStoreException e)
        {
            throw new StartRefusedException(e.Message, e);
        }
    }

    private static SiteSource ReadSite(string path, ImmutableArray<string> rules, Func<string, string?> environment, Func<string, Secret?> secrets)
    {
        SourceFile file;
        SiteReading reading;
        try
        {
            SourceFile read = file = RuleDirectory.ReadFile(path);
            reading = Kept(() => SiteReader.Read(read, name => environment(name) is { Length: > 0 } value ? new Secret(value) : null, secrets));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"{path}: cannot be read: {e.Message}");
        }

        // A password that is not set is only a warning to who checks files; a run would waste a login attempt on each device.
        Finding[] refused = [.. reading.Findings.Where(f => f.Severity == FindingSeverity.Error || f.Code is "AUT1305" or "AUT1314")];
        return reading.Site is { } site && refused.Length == 0 ? new SiteSource(site, file, rules) : throw new StartRefusedException(string.Join(Environment.NewLine, refused.Select(f => f.ToString())));
    }
}

internal sealed record PostgresConfiguration
{
    public required string Connection { get; init; }

    public string? PasswordEnv { get; init; }

    public string Schema { get; init; } = "automation";

    /// <exception cref="StartRefusedException">The connection string is wrong, or the password's variable is not set.</exception>
    public PostgresOptions ToOptions(string file, Func<string, string?> environment)
    {
        var options = new PostgresOptions { Connection = Connection, Schema = Schema, Password = PasswordEnv is { } name ? BrokerConfiguration.Password(file, name, environment) : Core.Model.Secret.None };
        try
        {
            options.Parse();
            return options;
        }
        catch (StorageException e)
        {
            throw new StartRefusedException($"{file}: {e.Message}", e);
        }
    }
}
