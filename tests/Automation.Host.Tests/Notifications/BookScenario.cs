using System.Globalization;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Notifications;
using Automation.Notify;

namespace Automation.Host.Tests.Notifications;

/// <summary>The book in virtual time: things happen at times of day, and the lines say what left and when.</summary>
internal sealed class BookScenario
{
    /// <summary>Monday 16 November 2026, 00:00 in Berlin.</summary>
    public static readonly DateTimeOffset Monday = new(2026, 11, 16, 0, 0, 0, TimeSpan.FromHours(1));

    private readonly Dictionary<string, Notice> _notices = new(StringComparer.Ordinal);
    private readonly Dictionary<long, Dictionary<int, Delivery>> _kept = [];
    private readonly List<string> _lines = [];
    private readonly NotificationSettings _settings;
    private DeliveryBook _book;
    private DateTimeOffset _now = Monday;

    public BookScenario(NotificationSettings settings)
    {
        _settings = settings;
        _book = NewBook();
    }

    public static Person Anna { get; } = new() { Id = "anna", Roles = ["siteManager"], Email = "anna@example.com" };

    public static Person Ivo { get; } = new() { Id = "ivo", Roles = ["installerAdmin"], Email = "ivo@example.com" };

    public static NotificationSettings Settings { get; } = new()
    {
        People = [Anna, Ivo],
        Smtp = new Automation.Notify.Smtp.SmtpSettings { Host = "h", From = "a@b.c" },
    };

    /// <summary>The schedule of every exception rule.</summary>
    public WeeklyWindows? RuleWindows { get; set; }

    /// <summary>What becomes of a message; null: it stays under way.</summary>
    public Func<OutgoingMessage, DeliveryOutcome?> Outcome { get; set; } = static _ => DeliveryOutcome.Done();

    public List<OutgoingMessage> UnderWay { get; } = [];

    public List<OutgoingMessage> Sent { get; } = [];

    public static WeeklyWindows Windows(string json) => WindowsReader.Read(json)!;

    public static DateTimeOffset At(string dayAndTime)
    {
        string[] parts = dayAndTime.Split(' ');
        int day = parts.Length == 1 ? 0 : Array.IndexOf(["mon", "tue", "wed", "thu", "fri", "sat", "sun"], parts[0]);
        return Monday.AddDays(day) + TimeSpan.ParseExact(parts[^1], ["hh\\:mm", "hh\\:mm\\:ss"], CultureInfo.InvariantCulture);
    }

    public void Begin(string at, string id, string[]? by = null, string[]? to = null, string exception = "videoLoss")
    {
        RunTo(At(at));
        Put(new Notice
        {
            Position = _notices.Count + 1, Id = id, Site = "store", Cause = "store-1", At = _now, Rule = "r", Source = ResourceAddress.Parse("store/nvr/channel/1"), Exception = exception,
            Message = exception.Length == 0 ? "hello" : "", ReceivedBy = [.. by ?? ["portal", "email"]], Recipients = [.. to ?? ["siteManager"]],
        });
    }

    public void End(string at, string id)
    {
        RunTo(At(at));
        Put(_notices[id] with { EndedAt = _now, Version = _notices[id].Version + 1 });
    }

    public void Acknowledge(string at, string id)
    {
        RunTo(At(at));
        Put(_notices[id] with { AcknowledgedAt = _now, AcknowledgedBy = "hub", Version = _notices[id].Version + 1 });
    }

    public bool Retry(string at, string id)
    {
        RunTo(At(at));
        Notice notice = _notices[id];
        _book.Put(notice, DeliveriesOf(notice.Position));
        bool any = _book.Retry(notice.Position, _now);
        Step();
        return any;
    }

    public void Finish(OutgoingMessage message, DeliveryOutcome outcome)
    {
        UnderWay.Remove(message);
        Keep(_book.Finish(message, outcome, _now));
        Step();
    }

    /// <summary>The process dies and starts again with what was kept.</summary>
    public void Restart()
    {
        UnderWay.Clear();
        _book = NewBook();
        foreach (Notice notice in _notices.Values.Where(n => !n.Closed)) _book.Put(notice, DeliveriesOf(notice.Position));
        Step();
    }

    public void RunTo(string at) => RunTo(At(at));

    /// <summary>What left so far: <c>mon 18:00 anna email a,b</c>, with <c>!</c> for an escalation and <c>~</c> for an end.</summary>
    public string[] Take()
    {
        string[] lines = [.. _lines];
        _lines.Clear();
        return lines;
    }

    /// <summary>The deliveries of a notice: <c>anna email sent</c>.</summary>
    public string[] States(string id) => [.. DeliveriesOf(_notices[id].Position).Select(d => $"{d.Person} {d.Way} {d.State}".ToLowerInvariant())];

    public bool IsOpen(string id) => !_notices[id].Closed;

    public Delivery[] DeliveriesOf(string id) => [.. DeliveriesOf(_notices[id].Position)];

    public void RunTo(DateTimeOffset to)
    {
        for (int i = 0; i < 10_000 && _book.NextDue is { } next && next <= to; i++)
        {
            if (next > _now) _now = next;
            Step();
        }

        if (to > _now) _now = to;
        Step();
    }

    private void Put(Notice notice)
    {
        _notices[notice.Id] = notice;
        _book.Put(notice, DeliveriesOf(notice.Position));
        Step();
    }

    private void Step()
    {
        // As often as messages come back at once.
        while (true)
        {
            BookStep step = _book.Step(_now);
            Keep(step);
            var back = new List<(OutgoingMessage, DeliveryOutcome)>();
            foreach (OutgoingMessage message in step.Messages)
            {
                string ids = string.Join(',', message.Items.Select(i => i.Notice.Id + (i.Delivery.Step > 0 ? "!" : "") + (i.Delivery.End ? "~" : "")));
                DeliveryOutcome? outcome = Outcome(message);
                string no = outcome is null or { Succeeded: true } ? "" : " " + outcome.Reason.ToString().ToLowerInvariant();
                string day = _now.ToOffset(TimeSpan.FromHours(1)).ToString("ddd HH:mm:ss", CultureInfo.InvariantCulture).ToLowerInvariant();
                _lines.Add($"{(day.EndsWith(":00", StringComparison.Ordinal) ? day[..^3] : day)} {message.Person.Id} {message.Way.ToString().ToLowerInvariant()} {ids}{no}");
                if (outcome is null) UnderWay.Add(message);
                else back.Add((message, outcome));
                if (outcome is { Succeeded: true }) Sent.Add(message);
            }

            if (back.Count == 0) return;
            foreach ((OutgoingMessage message, DeliveryOutcome outcome) in back) Keep(_book.Finish(message, outcome, _now));
        }
    }

    private void Keep(BookStep step)
    {
        foreach (Notice notice in step.Notices)
        {
            Notice kept = _notices[notice.Id];
            _notices[notice.Id] = kept with { ToldAt = notice.ToldAt, Escalated = notice.Escalated, Planned = notice.Planned, Closed = notice.Closed };
        }

        foreach (Delivery delivery in step.Deliveries)
        {
            if (!_kept.TryGetValue(delivery.Notice, out Dictionary<int, Delivery>? of)) _kept[delivery.Notice] = of = [];
            of[delivery.Number] = delivery;
        }
    }

    private Delivery[] DeliveriesOf(long notice) => _kept.TryGetValue(notice, out Dictionary<int, Delivery>? of) ? [.. of.Values.OrderBy(d => d.Number)] : [];

    private DeliveryBook NewBook()
    {
        var people = new NotificationPeople(_settings);
        TimeZoneInfo berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        return new DeliveryBook(_settings, people, new DeliveryPlanner(_settings, people, p => Browsers(p)), new DeliveryGates(_ => RuleWindows, _ => berlin), new Random(1));
    }

    public Func<string, IReadOnlyList<string>> Browsers { get; set; } = static _ => [];
}
