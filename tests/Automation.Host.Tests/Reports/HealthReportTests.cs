using System.Text;
using Automation.Core.Model;
using Automation.Host.History;
using Automation.Host.Notifications;
using Automation.Host.Reports;
using Automation.Host.Storage.Sql;
using Automation.Host.Storage.Sqlite;
using Automation.Notify.Smtp;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Host.Tests.Reports;

public sealed class HealthReportTests
{
    private static readonly Site Store = new()
    {
        Id = "store", Name = "Store", TimeZone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"),
        Devices =
        [
            Device("store/cam-1", "Camera 1", "camera"), Device("store/cam-2", "Camera 2", "camera"), Device("store/new", "New one", "camera"),
            Device("store/panel", "Panel", "security-panel", "store/panel/zone/1", "store/panel/zone/2", "store/panel/zone/3"), Device("store/nvr", "Recorder", "nvr", "store/nvr/hdd/1"),
        ],
    };

    private static readonly Dictionary<string, string> Shown = new()
    {
        ["store/cam-1"] = "online", ["store/cam-2"] = "offline", ["store/panel"] = "online", ["store/nvr"] = "online",
    };

    private static readonly Dictionary<string, string> States = new()
    {
        ["store/panel"] = """{"online":true,"acPower":false,"battery":80}""",
        ["store/panel/zone/1"] = """{"alarm":false,"tampered":true,"battery":12,"signal":40,"temperature":21.54}""",
        ["store/panel/zone/2"] = """{"alarm":false,"fault":null}""",
        ["store/panel/zone/3"] = """{"alarm":false,"battery":90}""",
        ["store/nvr/hdd/1"] = """{"status":"ok","error":false,"freePercent":0}""",
        ["store/cam-2"] = """{"online":false}""",
    };

    // The recorder is online, but does not record; the camera's being offline is known already.
    private static readonly ExceptionRecord[] Lasting = [Exception(1, "store/nvr", "recordingException"), Exception(2, "store/cam-2", "offline")];

    [Fact, Trait("Req", "HLT-2")]
    public async Task Report_ListsWhatIsAbnormalFirst_ThenByKind()
    {
        string[] lines = await LinesAsync();
        Assert.Equal("Condition,Name,Address,Kind,Details", lines[0]);
        Assert.Equal(
            [
                "offline,Camera 2,store/cam-2,camera,",
                "disk full,Recorder,store/nvr/hdd/1,hdd,\"ok, 0 % free\"",
                "Recording exception,Recorder,store/nvr,nvr,",
                "no mains power,Panel,store/panel,security-panel,battery 80 %",
                "\"tampered, battery 12 %\",Panel,store/panel/zone/1,zone,\"battery 12 %, signal 40, 21.5 °C\"",
                "not known,New one,store/new,camera,",
                "OK,Camera 1,store/cam-1,camera,",
                "OK,Panel,store/panel/zone/3,zone,battery 90 %",
            ],
            lines[1..]);
        (Report report, int abnormal) = Report();
        Assert.Equal(5, abnormal);
        Assert.Contains("5 abnormal, listed first.", report.About);
        Assert.Contains("camera: 1 of 3 online", report.About);
    }

    [Fact, Trait("Req", "SCH-6")]
    public async Task Mailer_SendsThePdfAtItsTimes_AlsoInTheNightTheClockChanges()
    {
        Peer.Find("pdftotext", "poppler-utils");
        using var folder = new TempFolder();
        await using SmtpPeer mail = await SmtpPeer.StartAsync(busyFirst: 1);

        // Saturday evening; on Sunday, 25 October 2026, 03:00 summer time becomes 02:00. 02:30 occurs twice and runs once.
        var time = new ManualTime(new DateTimeOffset(2026, 10, 24, 20, 0, 0, TimeSpan.Zero));
        var settings = new NotificationSettings
        {
            People = [new Person { Id = "anna", Roles = ["siteManager"], Email = "anna@example.com" }, new Person { Id = "bo", Roles = ["installerAdmin"], Email = "bo@example.com" }, new Person { Id = "cy", Roles = ["siteManager"] }],
            Smtp = new SmtpSettings { Host = "127.0.0.1", Port = mail.Port, From = "alarm@example.com", Security = SmtpSecurity.None, Timeout = TimeSpan.FromDays(20) },
        };
        await using SqlDatabase database = await SqlDatabase.OpenAsync(new SqliteSource(new SqliteOptions { Path = folder.File("a.db") }, time), StorageParts.All, new SqlLimits(), default);
        var centre = new ExceptionCentre(database, time);
        foreach (ExceptionRecord e in Lasting) await centre.ReportAsync(e.Site, e.Source, e.Type, true, "", null, default);
        await using var mailer = new HealthMailer(new HealthSchedule("30 2 * * *", ["siteManager"]), settings, [Store], new HealthSource(a => Shown.GetValueOrDefault(a.Value), State, centre, static _ => null), time, new Random(1), NullLogger.Instance);
        mailer.Start();
        await AdvanceToAsync(new DateTimeOffset(2026, 10, 25, 0, 30, 0, TimeSpan.Zero));
        await Until.True(() => mail.Told("refused").Count == 1);
        await AdvanceUntilAsync(() => mail.Mails.Count == 1);
        TakenMail first = mail.Mails[0];
        Assert.Equal(["anna@example.com"], first.To);
        Assert.Equal("Store: health report of 2026-10-25, 5 abnormal", first.Header("Subject"));
        Assert.Equal("<health-store-202610250030-anna@example.com>", first.Header("Message-ID"));
        Assert.Contains("health-store-2026-10-25.pdf", first.Data, StringComparison.Ordinal);
        await AdvanceToAsync(new DateTimeOffset(2026, 10, 26, 1, 29, 0, TimeSpan.Zero));
        Assert.Single(mail.Mails);
        await AdvanceUntilAsync(() => mail.Mails.Count == 2);
        Assert.Equal("<health-store-202610260130-anna@example.com>", mail.Mails[1].Header("Message-ID"));

        // The mailer looks at the clock once a minute; it is moved only while something waits for it.
        async Task AdvanceToAsync(DateTimeOffset to)
        {
            while (time.GetUtcNow() < to)
            {
                await Until.True(() => time.WaitingTimers > 0);
                time.Advance(TimeSpan.FromMinutes(1));
            }
        }

        Task AdvanceUntilAsync(Func<bool> condition) => Until.True(() =>
        {
            if (condition()) return true;
            if (time.WaitingTimers > 0) time.Advance(TimeSpan.FromMinutes(1));
            return false;
        });
    }

    private static (Report Report, int Abnormal) Report() => HealthReport.Of(Store, a => Shown.GetValueOrDefault(a.Value), State, Lasting, new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));

    private static ExceptionRecord Exception(long id, string source, string type) => new() { Id = id, Site = "store", Source = ResourceAddress.Parse(source), Type = type, Began = new DateTimeOffset(2026, 11, 20, 11, 0, 0, TimeSpan.Zero) };

    private static byte[]? State(ResourceAddress address) => States.TryGetValue(address.Value, out string? state) ? Encoding.UTF8.GetBytes(state) : null;

    private static async Task<string[]> LinesAsync()
    {
        using var stream = new MemoryStream();
        await new CsvReportWriter(new ReportLimits()).WriteAsync(Report().Report, stream, default);
        return Encoding.UTF8.GetString(stream.ToArray()[3..]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
    }

    private static Device Device(string address, string name, string kind, params string[] resources) => new()
    {
        Address = ResourceAddress.Parse(address), Name = name, Kind = kind, Resources = [.. resources.Select(r => new Resource { Address = ResourceAddress.Parse(r) })],
    };
}
