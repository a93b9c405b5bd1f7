using System.Text;
using Automation.Core.Model;
using Automation.Host.Composition;
using Automation.Host.Configuration;
using Automation.Host.Hub;
using Automation.Host.Notifications;
using Automation.Host.Storage;
using Automation.Host.Storage.Postgres;
using Automation.Mqtt.Broker;
using Automation.Mqtt.Client;
using Automation.Mqtt.Protocol;
using Automation.Notify.Smtp;
using Automation.TestKit;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Tests.Configuration;

public sealed class ConfigurationReaderTests
{
    [Fact]
    public void Parse_WholeFile_GivesEveryValue()
    {
        HostConfiguration configuration = Parse("""
            // what an installer writes
            { "sites": [ { "site": "site.json", "rules": ["rules", "/elsewhere/more.json"] } ], "dataFolder": "d", "baseTopic": "home/automation", "httpPort": null, "logLevel": "warning",
              "mqtt": { "broker": { "listeners": [ { "port": 8883, "certificate": { "file": "a.pem", "keyFile": "b.pem" } }, { "port": 9001, "transport": "webSocket", "address": "::1" } ],
                                    "anonymousOnLoopback": false, "users": [ { "name": "u", "passwordHash": "pbkdf2-sha256$x", "roles": ["operator"] } ],
                                    "access": [ { "allow": false, "access": "publish", "filter": "a/%u/#", "role": "r" } ], "reasonStrings": false, "redirect": { "server": "other:1883", "permanent": true },
                                    "limits": { "messagesPerSecond": 50, "receiveMaximum": 20, "inFlight": 3, "topicAliases": 0, "keepAliveSeconds": 60, "sessionExpirySeconds": 4294967294 } } }, }
            """);
        Assert.Equal(Path.GetFullPath("/etc/automation/site.json"), configuration.Sites[0].SiteFile);
        Assert.Equal([Path.GetFullPath("/etc/automation/rules"), Path.GetFullPath("/elsewhere/more.json")], configuration.Sites[0].Rules);
        Assert.Equal(Path.GetFullPath("/etc/automation/d"), configuration.DataFolder);
        Assert.Equal("home/automation", configuration.BaseTopic);
        Assert.Null(configuration.HttpPort);
        Assert.Equal(LogLevel.Warning, configuration.LogLevel);
        Assert.Equal((8883, "127.0.0.1", false), (configuration.Broker.Listeners[0].Port, configuration.Broker.Listeners[0].Address, configuration.Broker.Listeners[0].WebSocket));
        Assert.Equal((9001, "::1", true), (configuration.Broker.Listeners[1].Port, configuration.Broker.Listeners[1].Address, configuration.Broker.Listeners[1].WebSocket));
        Assert.False(configuration.Broker.AnonymousOnLoopback);
        Assert.Equal(("u", "operator"), (configuration.Broker.Users[0].Name, configuration.Broker.Users[0].Roles[0]));
        Assert.Equal((false, MqttAccess.Publish, "a/%u/#", "r"), (configuration.Broker.Access[0].Allow, configuration.Broker.Access[0].Access, configuration.Broker.Access[0].Filter, configuration.Broker.Access[0].Role));
        MqttBrokerLimits limits = configuration.Broker.Limits;
        Assert.Equal((50, 20, 3, 0), (limits.MessagesPerSecond, limits.ReceiveMaximum, limits.InFlight, limits.TopicAliases));
        Assert.Equal((60d, 4294967294d), (limits.KeepAlive!.Value.TotalSeconds, limits.SessionExpiry!.Value.TotalSeconds));
        Assert.Equal((false, new MqttRedirect("other:1883", true)), (configuration.Broker.ReasonStrings, configuration.Broker.Redirect));
    }

    [Fact, Trait("Req", "EXC-3")]
    public void Parse_Notifications_GiveTheirValues()
    {
        NotificationSettings settings = Notifications("""
            { "people": [ { "id": "anna", "name": "Anna", "roles": ["siteManager", "installerAdmin"], "sites": ["store"], "email": "Anna <anna@example.com>", "timeZone": "Europe/Lisbon", "language": "de",
                            "schedule": { "weekly": { "mon-fri": ["08:00-18:00"] } }, "digestMinutes": 15, "messagesPerHour": 5 }, { "id": "ivo", "roles": ["installerAdmin"], "schedule": "allDays" } ],
              "escalation": [ { "afterMinutes": 15, "recipients": ["installerAdmin"], "receivedBy": ["email"] } ], "tellEnd": false, "healthReports": { "cron": "0 7 * * 1", "recipients": ["siteManager"] },
              "smtp": { "host": "mail", "from": "a@b.c", "security": "implicitTls", "user": "u", "passwordEnv": "P", "timeoutSeconds": 10 },
              "webPush": { "subject": "mailto:a@b.c", "services": ["*.push.apple.com", "http://127.0.0.1:8099"] } }
            """);
        Person anna = settings.People[0];
        Assert.Equal(("anna", "Anna", "Anna <anna@example.com>", "Europe/Lisbon", "de", TimeSpan.FromMinutes(15), 5), (anna.Id, anna.Name, anna.Email, anna.TimeZone!.Id, anna.Language, anna.Digest, anna.LimitMessages));
        Assert.Equal(["siteManager", "installerAdmin"], anna.Roles);
        Assert.Equal(8 * 60, anna.Schedule!.Days[(int)DayOfWeek.Monday][0].StartMinute);
        Assert.Null(settings.People[1].Schedule);
        Assert.Equal(TimeSpan.FromMinutes(15), Assert.Single(settings.Escalation).After);
        Assert.False(settings.TellEnd);
        Assert.Equal("0 7 * * 1", settings.HealthReports!.Cron);
        Assert.Equal(("mail", 465, SmtpSecurity.ImplicitTls, "u", "hidden", TimeSpan.FromSeconds(10)), (settings.Smtp!.Host, settings.Smtp.Port, settings.Smtp.Security, settings.Smtp.User, settings.Smtp.Password.Reveal(), settings.Smtp.Timeout));
        Assert.Equal(["*.push.apple.com", "http://127.0.0.1:8099"], settings.WebPush!.Services);
        Assert.Contains("fcm.googleapis.com", Notifications("""{ "webPush": { "subject": "mailto:a@b.c" } }""").WebPush!.Services);
        Assert.Empty(Notifications("{}").People);
    }

    [Theory, Trait("Req", "EXC-3")]
    [InlineData("""{ "people": [ { "id": "a", "roles": ["siteManager"], "email": "nobody" } ] }""", "'nobody' of a is not one mail address such as anna@example.com")]
    [InlineData("""{ "people": [ { "id": "a", "roles": ["siteManager"], "timeZone": "Berlin" } ] }""", "there is no time zone 'Berlin' (a)")]
    [InlineData("""{ "people": [ { "id": "a", "roles": ["siteManager"], "sites": ["stoer"] } ] }""", "a answers for 'stoer', which is no site here: there are store")]
    [InlineData("""{ "people": [ { "id": "a", "roles": ["siteManager"], "schedule": { "weekly": { "monday": ["08:00-18:00"] } } } ] }""", "the schedule of a: 'monday' names no weekdays")]
    [InlineData("""{ "people": [ { "id": "a", "roles": ["siteManager"] }, { "id": "a", "roles": ["siteManager"] } ] }""", "two people have the id 'a'")]
    [InlineData("""{ "smtp": { "host": "mail", "from": "a@b.c", "security": "none", "user": "u", "passwordEnv": "P" } }""", "the password would go to mail in the clear")]
    [InlineData("""{ "smtp": { "host": "mail", "from": "a@b.c", "user": "u", "passwordEnv": "Q" } }""", "the environment variable Q is not set")]
    [InlineData("""{ "smtp": { "host": "mail", "from": "a@b.c", "user": "u" } }""", "passwordEnv")]
    [InlineData("""{ "smtp": { "host": "mail", "from": "a" } }""", "from")]
    [InlineData("""{ "escalation": [ { "afterMinutes": 15, "recipients": ["installerAdmin"], "receivedBy": ["email"] }, { "afterMinutes": 15, "recipients": ["installerAdmin"], "receivedBy": ["email"] } ] }""", "step 2 of the escalation does not come after step 1")]
    [InlineData("""{ "people": [ { "id": "a", "roles": ["boss"] } ] }""", "roles")]
    [InlineData("""{ "healthReports": { "cron": "0 7 * * 1", "recipients": ["siteManager"] } }""", "health reports are sent by mail")]
    [InlineData("""{ "healthReports": { "cron": "0 25 * * 1", "recipients": ["siteManager"] } }""", "is no cron expression")]
    public void ToSettings_NotificationsThatAreWrong_SayWhatToChange(string json, string said) =>
        Assert.Contains(said, Assert.Throws<StartRefusedException>(() => Notifications(json)).Message, StringComparison.Ordinal);

    private static NotificationSettings Notifications(string json) =>
        Parse($$"""{ "sites": [ { "site": "s.json", "rules": ["r"] } ], "notifications": {{json}} }""").Notifications.ToSettings("automation.json", ["store"], name => name == "P" ? "hidden" : null);

    [Fact]
    public void Parse_ExternalBroker_GivesItsValues()
    {
        using var folder = new TempFolder();
        using var authority = new TestAuthority();
        File.WriteAllText(folder.File("ca.pem"), authority.Certificate.ExportCertificatePem() + "\n" + authority.Certificate.ExportCertificatePem());
        authority.Issue("automation", folder.File("client.pem"), folder.File("client.key"));
        ExternalBrokerConfiguration external = External($$"""
            { "url": "mqtts://broker", "version": "3.1.1", "clientId": "store-1", "user": "u", "password": { "secret": "broker" }, "certificateAuthority": "{{folder.File("ca.pem")}}",
              "clientCertificate": { "file": "{{folder.File("client.pem")}}", "keyFile": "{{folder.File("client.key")}}" }, "keepAliveSeconds": 60, "queue": { "messages": 50, "whenFull": "dropNewest" } }
            """);
        MqttClientOptions options = external.ToOptions("automation.json", static _ => null, name => name == "broker" ? new Secret("hidden") : null);
        Assert.Equal(("broker", 8883, ProtocolVersion.V311, "store-1", "u", "hidden"), (options.Host, options.Port, options.Version, options.ClientId, options.UserName!, options.Password.Reveal()));
        Assert.Equal((2, true, TimeSpan.FromSeconds(60)), (options.Tls!.TrustedRoots.Length, options.Tls.ClientCertificate!.HasPrivateKey, options.KeepAlive));
        Assert.Equal((50, OutletFull.DropNewest), (external.Queue.Waiting, external.Queue.WhenFull));
        Assert.DoesNotContain("hidden", options.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mqtt://h", "h", 1883, false, null)]
    [InlineData("mqtt://h:1", "h", 1, false, null)]
    [InlineData("mqtts://[::1]:2", "::1", 2, true, null)]
    [InlineData("ws://h/mqtt", "h", 80, false, "ws://h/mqtt")]
    [InlineData("wss://h:9/x?y=z", "h", 9, true, "wss://h:9/x?y=z")]
    public void ToOptions_TheAddress_SaysHowToConnect(string url, string host, int port, bool tls, string? webSocket)
    {
        MqttClientOptions options = External($$"""{ "url": "{{url}}" }""").ToOptions("automation.json", static _ => null, static _ => null);
        Assert.Equal((host, port, tls, webSocket), (options.Host, options.Port, options.Tls is not null, options.WebSocket?.ToString()));
        Assert.Equal((ProtocolVersion.V5, "automation", (string?)null), (options.Version, options.ClientId, options.UserName));
    }

    [Theory]
    [InlineData("""{ "url": "http://h" }""", "/mqtt/external/url")]
    [InlineData("""{ "url": "mqtt://" }""", "is no address of a broker")]
    [InlineData("""{ "url": "mqtt://u:secret@h" }""", "take it out, and use \"user\"")]
    [InlineData("""{ "url": "mqtt://h/path" }""", "has a path")]
    [InlineData("""{ "url": "mqtt://h", "certificateAuthority": "ca.pem" }""", "write mqtts:// or wss://")]
    [InlineData("""{ "url": "mqtts://h", "certificateAuthority": "missing.pem" }""", "missing.pem cannot be used")]
    [InlineData("""{ "url": "mqtts://h", "clientCertificate": { "file": "missing.pem", "keyFile": "missing.key" } }""", "missing.pem cannot be used")]
    [InlineData("""{ "url": "mqtt://h", "user": "u", "password": { "secret": "s" } }""", "automation secret set s")]
    [InlineData("""{ "url": "mqtt://h", "user": "u", "passwordEnv": "Q" }""", "the environment variable Q is not set")]
    [InlineData("""{ "url": "mqtt://h", "passwordEnv": "Q" }""", "user")]
    [InlineData("""{ "url": "mqtt://h", "version": "4" }""", "/mqtt/external/version")]
    public void ToOptions_AnExternalBrokerThatIsWrong_SaysWhatToChange(string json, string said)
    {
        StartRefusedException refused = Assert.Throws<StartRefusedException>(() => External(json).ToOptions("automation.json", static _ => null, static _ => null));
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret@", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ToOptions_ACertificateWithoutItsKey_IsRefused()
    {
        using var folder = new TempFolder();
        using var authority = new TestAuthority();
        authority.Issue("automation", folder.File("client.pem"), folder.File("client.key"));
        ExternalBrokerConfiguration external = External($$"""{ "url": "mqtts://h", "clientCertificate": { "file": "{{folder.File("client.pem")}}" } }""");
        Assert.Contains("without its key", Assert.Throws<StartRefusedException>(() => external.ToOptions("a.json", static _ => null, static _ => null)).Message, StringComparison.Ordinal);
    }

    private static ExternalBrokerConfiguration External(string json) => Parse($$"""{ "sites": [ { "site": "s.json", "rules": ["r"] } ], "mqtt": { "external": {{json}} } }""").External!;

    [Fact]
    public void Parse_Storage_GivesItsValues_AndAFileIsTheDefault()
    {
        const string Sites = """ "sites": [ { "site": "s.json", "rules": ["r"] } ], """;
        Assert.Null(Parse($$"""{ {{Sites}} "storage": { "sqlite": {} } }""").Postgres);
        HostConfiguration configuration = Parse($$"""{ {{Sites}} "storage": { "postgres": { "connection": "Host=db;Database=a;Username=u", "passwordEnv": "DB", "schema": "house" } } }""");
        PostgresOptions options = configuration.Postgres!.ToOptions("automation.json", name => name == "DB" ? "hidden" : null);
        Assert.Equal(("Host=db;Database=a;Username=u", "hidden", "house"), (options.Connection, options.Password.Reveal(), options.Schema));
        Assert.DoesNotContain("hidden", options.ToString(), StringComparison.Ordinal);
        Assert.Throws<StartRefusedException>(() => Parse($$"""{ {{Sites}} "storage": { "postgres": { "connection": "Host=db" }, "sqlite": {} } }"""));
        HostConfiguration bounded = Parse($$"""
            { {{Sites}} "storage": { "sqlite": { "maximumMegabytes": 200, "reserveMegabytes": 8 }, "minimumFreeMegabytes": 100 },
              "retention": { "historyDays": 30, "historyMegabytes": 50, "samplesDays": 60, "exceptionsDays": 90, "operationsDays": 100, "unrecordedProperties": ["zoom"] } }
            """);
        Assert.Equal((200_000_000, 8_000_000), (bounded.Sqlite.MaximumBytes, bounded.Sqlite.ReserveBytes));
        RetentionLimits kept = bounded.Retention;
        Assert.Equal((100_000_000, 30, 50_000_000, 60, 90, 100), (kept.MinimumFreeBytes, kept.History.KeptFor.Days, kept.History.KeptBytes, kept.History.SamplesKeptFor.Days, kept.ExceptionsKeptFor.Days, kept.Operations.KeptFor.Days));
        Assert.Equal(["zoom"], kept.History.Unrecorded);
    }

    [Theory]
    [InlineData("Host=db;Database=a;Password=hidden", "passwordEnv")]
    [InlineData("Host=db", "Database")]
    [InlineData("Host=db;Database=a;Colour=hidden", "connection string")]
    [InlineData("Host=db;Database=a;Port=hidden", "connection string")]
    public void ToOptions_AConnectionThatIsWrong_IsToldWithoutRepeatingIt(string connection, string said)
    {
        StartRefusedException refused = Assert.Throws<StartRefusedException>(() => new PostgresConfiguration { Connection = connection }.ToOptions("automation.json", static _ => null));
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ToBroker_OpenToTheNetworkWithoutUsers_IsRefused()
    {
        var broker = new BrokerConfiguration { Listeners = [new ListenerConfiguration { Port = 1883, Address = "0.0.0.0" }] };
        StartRefusedException refused = Assert.Throws<StartRefusedException>(() => broker.ToBroker("x.json", "automation", static _ => null));
        Assert.Contains("add users", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_SmallestFile_HasTheDocumentedDefaults()
    {
        HostConfiguration configuration = Parse("""{ "sites": [ { "site": "s.json", "rules": ["r"] } ] }""");
        Assert.Equal(Path.GetFullPath("/etc/automation/data"), configuration.DataFolder);
        Assert.Equal(("automation", 8080, LogLevel.Information), (configuration.BaseTopic, configuration.HttpPort!.Value, configuration.LogLevel));
        Assert.Equal((1883, "127.0.0.1"), (configuration.Broker.Listeners[0].Port, configuration.Broker.Listeners[0].Address));
    }

    [Theory]
    [InlineData("{}", "1:1", "AUT3002")]
    [InlineData("{ \"sites\": [ { \"site\": \"s\", \"rules\": [\"r\"] } ],\n  \"httpPort\": \"x\" }", "2:15", "AUT3002")]
    [InlineData("{ \"sites\": [ { \"site\": \"s\", \"rules\": [\"r\"] } ],\n\n  \"mqtt\": { \"broker\": { \"listeners\": [ { \"port\": 1 }, { \"port\": -1 } ] } } }", "3:65", "AUT3002")]
    [InlineData("{ \"sites\": [ { \"site\": \"s\", \"rules\": [\"r\"], \"name\": \"ü\", \"x\": 1 } ] }", "1:", "AUT3002")]
    [InlineData("{ \"sites\": [\n  { \"site\" \"s\" } ] }", "2:12", "AUT3001")]
    public void Parse_WrongFile_NamesThePlace(string text, string place, string code)
    {
        StartRefusedException refused = Assert.Throws<StartRefusedException>(() => Parse(text));
        Assert.Contains($"/etc/automation/automation.json:{place}", refused.Message, StringComparison.Ordinal);
        Assert.Contains(code, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_SeveralMistakes_TellsThemAll()
    {
        StartRefusedException refused = Assert.Throws<StartRefusedException>(() => Parse("{ \"sites\": [], \"logLevel\": \"loud\", \"colour\": 1 }"));
        Assert.Equal(3, refused.Message.Split('\n').Length);
    }

    private static HostConfiguration Parse(string text) => ConfigurationReader.Parse("/etc/automation/automation.json", Encoding.UTF8.GetBytes(text));
}
