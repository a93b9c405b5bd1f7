using System.Text.Json;
using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Composition;
using Automation.Host.Hub;
using Automation.Host.Notifications;
using Automation.Host.Storage.Sql;
using Automation.Host.Tests.Hub;
using Automation.Host.Tests.Storage;
using Automation.Host.Tests.Validation;
using Automation.Notify;
using Automation.Notify.Smtp;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Host.Tests.Notifications;

/// <summary>The whole way from a batch of a site's outputs to a mail server, a browser and the mobile topic.</summary>
public sealed class NotificationServiceTests
{
    private static readonly TopicNames Topics = new("automation");

    [Fact, Trait("Req", "EXC-3")]
    public async Task Exception_IsMailedPushedAndOnTheMobileTopic_AndSoIsItsEnd()
    {
        await using SmtpPeer mail = await SmtpPeer.StartAsync("startTls", user: "automation");
        await using var house = new House(mail);
        using var browser = new PushPeer(house.Centre.PublicKey!, house.Time);
        await house.StartAsync();
        Assert.True(await house.Centre.Subscriptions.AddAsync("anna", new Automation.Notify.WebPush.PushTarget(browser.Endpoint, browser.P256dh, browser.Auth), default));
        await house.Centre.KeepAsync([House.Begins(1)]);
        await Until.True(() => mail.Mails.Count == 1 && browser.Messages.Count == 1 && house.Mobile.Count == 1, () => string.Join(' ', browser.Problems));
        await house.Centre.KeepAsync([House.Begins(1)]);
        await house.Centre.KeepAsync([House.Ends(2)]);
        await Until.True(() => mail.Mails.Count == 2 && browser.Messages.Count == 2 && house.Mobile.Count == 2);

        Assert.Equal("<store-1.watch.videoLoss.store-nvr-channel-1-2@example.com>", mail.Mails[0].Header("Message-ID"));
        Assert.Equal(mail.Mails[0].Header("Message-ID"), mail.Mails[1].Header("In-Reply-To"));
        Assert.Equal(["anna@example.com"], mail.Mails[0].To);
        Assert.True(mail.Mails[0].Tls);
        Assert.Equal("Fri, 20 Nov 2026 12:00:00 +0000", mail.Mails[0].Header("Date"));
        JsonElement pushed = JsonSerializer.Deserialize<JsonElement>(browser.Messages[0].Text);
        Assert.Equal("Store: Video loss – store/nvr/channel/1", pushed.GetProperty("title").GetString());
        Assert.Equal(browser.Messages[0].Topic, browser.Messages[1].Topic);
        Assert.All(house.Mobile, m => Assert.Empty(ShippedSchemas.Topic("mobile-notification").Validate(m)));
        Assert.Equal(["begin", "end"], house.Mobile.Select(m => m.GetProperty("state").GetString()));
    }

    [Fact, Trait("Req", "EXC-3")]
    public async Task ServerBusy_MailIsTriedAgain_UnderTheSameId()
    {
        await using SmtpPeer mail = await SmtpPeer.StartAsync(busyFirst: 2);
        await using var house = new House(mail);
        await house.StartAsync();
        await house.Centre.KeepAsync([House.Begins(1)]);
        for (int tries = 1; tries <= 2; tries++)
        {
            int expected = tries;
            await Until.True(() => mail.Told("refused").Count == expected);
            await house.UntilDeliveryAsync(d => d.Way == Way.Email && d.State == DeliveryState.Sending && d.NextAt > house.Time.GetUtcNow());
            house.Time.Advance(TimeSpan.FromMinutes(2));
        }

        await Until.True(() => mail.Mails.Count == 1);
        await house.UntilDeliveryAsync(d => d.Way == Way.Email && d.State == DeliveryState.Sent && d.Attempts == 3);
    }

    [Fact, Trait("Req", "EXC-3")]
    public async Task Killed_BeforeTheServerIsBack_TheNextProcessSendsIt()
    {
        await using SmtpPeer mail = await SmtpPeer.StartAsync();
        await using var house = new House(mail);
        house.Port = FreePort.Next();
        await house.StartAsync();
        await house.Centre.KeepAsync([House.Begins(1)]);
        await house.UntilDeliveryAsync(d => d.Way == Way.Email && d.Reason == DeliveryReason.Unreachable);
        house.Port = mail.Port;
        await house.KillAndStartAsync();
        house.Time.Advance(TimeSpan.FromMinutes(1));
        await Until.True(() => mail.Mails.Count == 1);
        Assert.Equal("<store-1.watch.videoLoss.store-nvr-channel-1-1@example.com>", mail.Mails[0].Header("Message-ID"));
        await house.UntilDeliveryAsync(d => d.Way == Way.Email && d.State == DeliveryState.Sent);

        // What was sent is not sent again by the process after that.
        await house.KillAndStartAsync();
        await house.Centre.KeepAsync([House.Begins(1), House.Begins(5)]);
        await Until.True(() => mail.Mails.Count == 2);
        Assert.Contains("store-5", mail.Mails[1].Header("Message-ID"), StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "EXC-3")]
    public async Task Refused_IsADeadLetter_ThatIsTold()
    {
        await using SmtpPeer mail = await SmtpPeer.StartAsync();
        await using var house = new House(mail, address: "nobody@example.com");
        await house.StartAsync();
        await house.Centre.KeepAsync([House.Begins(1)]);
        await Until.True(() => house.Failures.Count == 1);
        Assert.Equal("anna could not be told by email: recipientRefused 550 5.1.1 there is nobody of that name here", house.Failures[0]);
    }

    [Fact, Trait("Req", "EXC-3")]
    public async Task BrowserThatIsGone_IsForgotten()
    {
        await using SmtpPeer mail = await SmtpPeer.StartAsync();
        await using var house = new House(mail);
        using var browser = new PushPeer(house.Centre.PublicKey!, house.Time);
        browser.Refusals.Enqueue((410, 0));
        await house.StartAsync();
        await house.Centre.Subscriptions.AddAsync("anna", new Automation.Notify.WebPush.PushTarget(browser.Endpoint, browser.P256dh, browser.Auth), default);
        await house.Centre.KeepAsync([House.Begins(1)]);
        await Until.True(() => house.Centre.Subscriptions.Find(browser.Endpoint) is null);
        await house.UntilDeliveryAsync(d => d.Way == Way.WebPush && d.Reason == DeliveryReason.Gone);
    }

    [Fact, Trait("Req", "EXC-3")]
    public void KeyFile_IsMadeOnce_AndReadableForItsOwnerAlone()
    {
        using var folder = new TempFolder();
        string made = VapidKeyFile.Open(folder.File("k")).PublicKey;
        Assert.Equal(made, VapidKeyFile.Open(folder.File("k")).PublicKey);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File("k")));
        File.WriteAllText(folder.File("k"), "nonsense!");
        Assert.Contains(folder.File("k"), Assert.Throws<StartRefusedException>(() => VapidKeyFile.Open(folder.File("k"))).Message, StringComparison.Ordinal);
    }

    /// <summary>The centre over a real database, on a clock that stands still.</summary>
    private sealed class House : IAsyncDisposable, INoticeWorld
    {
        private readonly TempFolder _folder = new();
        private readonly StoreHouse _store = StoreHouse.Sqlite();
        private readonly FakeBus _bus = new();
        private readonly List<string> _failures = [];
        private readonly SmtpPeer _mail;
        private readonly string _address;
        private NotificationCentre? _centre;
        private SqlDatabase? _database;

        public House(SmtpPeer mail, string address = "anna@example.com")
        {
            _mail = mail;
            _address = address;
            Port = mail.Port;
        }

        public ManualTime Time => _store.Time;

        public int Port { get; set; }

        public NotificationCentre Centre => _centre ??= Make();

        public IReadOnlyList<string> Failures
        {
            get
            {
                lock (_failures) return [.. _failures];
            }
        }

        public IReadOnlyList<JsonElement> Mobile => [.. _bus.Published.Where(m => m.Topic == "automation/store/notifications/mobile").Select(m => JsonSerializer.Deserialize<JsonElement>(m.Payload.Span))];

        public static SiteOutput.Exceptional Begins(int minute) => Changed(minute, true);

        public static SiteOutput.Exceptional Ends(int minute) => Changed(minute, false);

        public async Task StartAsync() => await Centre.Service.StartAsync(CancellationToken.None);

        /// <summary>Another process on what the first one had committed; the first one counts for nothing any more.</summary>
        public async Task KillAndStartAsync()
        {
            NotificationCentre old = Centre;
            _database = await _store.OpenAfterCrashAsync();
            _centre = null;
            await StartAsync();
            await old.DisposeAsync();
        }

        public async Task UntilDeliveryAsync(Func<Delivery, bool> condition)
        {
            List<Delivery> all = [];
            await Until.True(
                () =>
                {
                    all = _database!.ReadAsync(s => NotificationTables.List(s, "", NoticeFilter.All, 0, 100).SelectMany(n => NotificationTables.Deliveries(s, n.Position)).ToList(), default).AsTask().GetAwaiter().GetResult();
                    return all.Any(condition);
                },
                () => string.Join('\n', all));
        }

        public Site? SiteOf(string site) => new() { Id = "store", Name = "Store", TimeZone = TimeZoneInfo.Utc };

        public RuleDefinition? RuleOf(string rule) => null;

        public async ValueTask DisposeAsync()
        {
            if (_centre is not null) await _centre.DisposeAsync();
            await _store.DisposeAsync();
            _folder.Dispose();
        }

        private NotificationCentre Make()
        {
            _database ??= _store.OpenAsync().GetAwaiter().GetResult();
            var settings = new NotificationSettings
            {
                People = [new Person { Id = "anna", Roles = ["siteManager"], Email = _address }],
                WebPush = new WebPushSettings { Subject = "mailto:alarm@example.com" },
                Smtp = new SmtpSettings
                {
                    Host = "localhost", Port = Port, From = "Automation <alarm@example.com>", Security = _mail.Authority is null ? SmtpSecurity.None : SmtpSecurity.StartTls,
                    TrustedRoots = _mail.Authority is { } authority ? [authority] : [], User = _mail.Authority is null ? "" : "automation", Password = new Secret("open sesame"),
                },
            };
            var centre = new NotificationCentre(settings, _folder.Path, _database, _bus, Topics, this, Time, new Random(1), NullLogger.Instance);
            centre.Service.Failed = (_, detail) =>
            {
                lock (_failures) _failures.Add(detail);
            };
            return centre;
        }

        private static SiteOutput.Exceptional Changed(int minute, bool active) => new(new ExceptionChange(
            new CauseId("store", minute), StoreHouse.Noon.AddMinutes(minute), "watch", ResourceAddress.Parse("store/nvr/channel/1"), "videoLoss", active, ["portal", "mobileClient", "email"], ["siteManager"]));
    }
}
