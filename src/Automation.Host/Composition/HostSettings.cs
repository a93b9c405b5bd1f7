using System.Collections.Immutable;
using System.Net;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Devices;
using Automation.Host.Hub;
using Automation.Host.Hub.Commands;
using Automation.Host.Hub.Discovery;
using Automation.Host.Journal;
using Automation.Host.Notifications;
using Automation.Host.Storage;
using Automation.Host.Storage.Postgres;
using Automation.Host.Storage.Sqlite;
using Automation.Mqtt.Broker;
using Automation.Mqtt.Client;

namespace Automation.Host.Composition;

/// <summary>Everything a host is started with; made from the configuration file, the demo or a test.</summary>
internal sealed record HostSettings
{
    /// <summary>Where the databases are kept; made when missing.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The database server that keeps what outlives a restart; null: a file in the data folder.</summary>
    public PostgresOptions? Postgres { get; init; }

    /// <summary>How that file is kept; its path is the data folder's.</summary>
    public SqliteOptions Sqlite { get; init; } = new() { Path = "" };

    /// <summary>How much of what grows is kept.</summary>
    public RetentionLimits Retention { get; init; } = new();

    /// <summary>First level or levels of every topic.</summary>
    public string BaseTopic { get; init; } = "automation";

    public required ImmutableArray<SiteSource> Sites { get; init; }

    public TemplateLibrary Templates { get; init; } = ShippedTemplates.Library;

    /// <summary>The embedded broker; null when an external one is used.</summary>
    public EmbeddedBroker? Broker { get; init; }

    /// <summary>An external broker; null when the embedded one is used.</summary>
    public MqttClientOptions? ExternalBroker { get; init; }

    /// <summary>How much of what is shown waits for a broker that is slow or away.</summary>
    public OutletLimits Outlet { get; init; } = new();

    /// <summary>Who is told, how and when.</summary>
    public NotificationSettings Notifications { get; init; } = NotificationSettings.None;

    /// <summary>Where and how Home Assistant is told of devices.</summary>
    public DiscoveryOptions Discovery { get; init; } = new();

    /// <summary>How often devices are asked whether the events that rules wait for can come.</summary>
    public DiagnosisWatchLimits Diagnosis { get; init; } = new();

    /// <summary>Where devices may push their events; null: nowhere (EVT-3).</summary>
    public PushSettings? Push { get; init; }

    /// <summary>The code people type to disarm; null: none is asked for.</summary>
    public AlarmCodeSettings? AlarmCode { get; init; }

    /// <summary>Finds a secret that is kept now by its name; null: there is none. Throws <see cref="Secrets.SecretStoreException"/> when they cannot be read.</summary>
    public Func<string, Secret?> Secrets { get; init; } = static _ => null;

    /// <summary>Port of the health page on loopback; 0 for any free one, null for none.</summary>
    public int? HttpPort { get; init; }
}

/// <param name="File">The site file it was read from.</param>
/// <param name="RulePaths">Folders and files of the site's rules.</param>
internal sealed record SiteSource(Site Site, SourceFile File, ImmutableArray<string> RulePaths)
{
    /// <summary>Reads the rule files as they are now.</summary>
    /// <exception cref="StartRefusedException">A path does not exist or cannot be read.</exception>
    public RuleSetFiles ReadFiles() => new(File, [.. ShippedTemplates.Files()], [.. RuleDirectory.ReadFiles(RulePaths)]);
}

/// <summary>How the embedded broker listens and whom it lets in.</summary>
internal sealed record EmbeddedBroker
{
    public MqttBrokerOptions Options { get; init; } = new() { Listeners = [new MqttListener { Address = new IPEndPoint(IPAddress.Loopback, 1883) }] };

    /// <summary>Users and their rules; none: anonymous clients on loopback only.</summary>
    public required IMqttAuthenticator Authenticator { get; init; }

    public required IMqttAuthorizer Authorizer { get; init; }
}
