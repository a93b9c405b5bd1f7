using System.Security.Cryptography;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Composition;
using Automation.Host.Hub;
using Automation.Host.Journal;
using Automation.Host.Storage.Sql;
using Automation.Mqtt;
using Automation.Notify.Smtp;
using Automation.Notify.WebPush;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Notifications;

/// <summary>Telling people, put together: what the rest of the host sees of it.</summary>
internal sealed class NotificationCentre : ISiteCommitPart, IAsyncDisposable
{
    private readonly NotificationSettings _settings;
    private readonly IDatabase _database;
    private readonly WebPushSender? _push;

    public NotificationCentre(
        NotificationSettings settings, string dataFolder, IDatabase database, IMqttBus bus, TopicNames topics, INoticeWorld world, TimeProvider time, Random random, ILogger logger)
    {
        _settings = settings;
        _database = database;
        Subscriptions = new PushSubscriptions(database, settings.Limits, time);
        var ways = new List<IDeliveryWay> { new MobileWay(bus, topics, world) };
        if (settings.Smtp is { } smtp) ways.Add(new EmailWay(new SmtpSender(smtp, time), time));
        if (settings.WebPush is { } push)
        {
            VapidKeys keys = VapidKeyFile.Open(Path.Combine(dataFolder, VapidKeyFile.Name));
            PublicKey = keys.PublicKey;
            _push = new WebPushSender(keys, push.Subject, time);
            ways.Add(new WebPushWay(_push, Subscriptions, world));
        }

        Service = new NotificationService(settings, database, Subscriptions, world, ways, time, random, logger);
    }

    public NotificationService Service { get; }

    public PushSubscriptions Subscriptions { get; }

    /// <summary>What browsers subscribe for; null when web push is not configured.</summary>
    public string? PublicKey { get; }

    public NotificationSettings Settings => _settings;

    public IDatabase Database => _database;

    /// <summary>Keeps what a batch of a site tells people; adding the same again adds nothing.</summary>
    public void Write(SqlSession session, SiteCommit commit) => NotificationTables.Add(session, commit.Outputs, _settings.Limits);

    public void Committed(SiteCommit commit)
    {
        if (commit.Outputs.Any(o => o is SiteOutput.Notified or SiteOutput.Exceptional)) Service.Look();
    }

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        _push?.Dispose();
    }
}

/// <summary>The key pair of this program as a sender of web pushes. Lost, every browser has to subscribe again; so it is made once and kept.</summary>
internal static class VapidKeyFile
{
    public const string Name = "webpush.key";

    /// <summary>Reads the file, or makes it, readable for its owner alone.</summary>
    /// <exception cref="StartRefusedException">It cannot be read, or is no key.</exception>
    public static VapidKeys Open(string path)
    {
        try
        {
            if (File.Exists(path)) return VapidKeys.FromPrivateKey(new Secret(File.ReadAllText(path).Trim()));
            VapidKeys made = VapidKeys.Create();
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var writer = new StreamWriter(path, options);
            writer.WriteLine(made.PrivateKey.Reveal());
            return made;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or CryptographicException)
        {
            throw new StartRefusedException($"{path}: the key for web push cannot be used: {e.Message}; put the right file back, or remove it and let every browser subscribe anew");
        }
    }
}

/// <summary>The sites that run.</summary>
internal sealed class RunningSites(IReadOnlyList<SiteRuntime> sites) : INoticeWorld
{
    public Site? SiteOf(string site) => sites.FirstOrDefault(s => s.Site.Id == site)?.Site;

    public RuleDefinition? RuleOf(string rule) => sites.Select(s => s.Projection.Definition(rule)).FirstOrDefault(d => d is not null);
}
