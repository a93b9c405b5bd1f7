using Automation.Core.Calendars;
using Automation.Notify;

namespace Automation.Host.Notifications;

/// <summary>
/// Decides what happens to the notices about which something is still to be done. A plain step like the engine: it is told what came and what the time is,
/// and hands out what is to be kept and what is to be sent; it waits for nothing. Used by one loop.
/// </summary>
internal sealed partial class DeliveryBook(NotificationSettings settings, NotificationPeople people, DeliveryPlanner planner, DeliveryGates gates, Random random)
{
    private readonly NotificationLimits _limits = settings.Limits;
    private readonly SortedDictionary<long, OpenNotice> _open = [];
    private readonly SendRates _rates = new();

    // Messages that were handed out and did not come back.
    private readonly HashSet<string> _inFlight = new(StringComparer.Ordinal);
    private int _mailFailures;
    private DateTimeOffset _mailPausedUntil;
    private DateTimeOffset? _next;

    public int Open => _open.Count;

    /// <summary>When something happens by itself; null: nothing will.</summary>
    public DateTimeOffset? NextDue => _next;

    /// <summary>A notice that is new, or changed, as it is stored. What is known of its deliveries here wins over what is stored, because it is younger.</summary>
    public void Put(Notice notice, IReadOnlyList<Delivery> deliveries)
    {
        if (_open.TryGetValue(notice.Position, out OpenNotice? known))
        {
            known.Notice = known.Notice with { EndedAt = notice.EndedAt, AcknowledgedAt = notice.AcknowledgedAt, AcknowledgedBy = notice.AcknowledgedBy, Version = notice.Version };
            return;
        }

        _open.Add(notice.Position, new OpenNotice(notice, [.. deliveries]));
    }

    /// <summary>Everything that is due now.</summary>
    public BookStep Step(DateTimeOffset now)
    {
        _next = null;
        var changes = new Changes();
        foreach (OpenNotice open in _open.Values) Advance(open, now, changes);
        Compose(now, changes);
        List<OutgoingMessage> messages = Take(now, changes);
        Close(changes);
        return new BookStep([.. changes.Notices.Select(o => o.Notice)], [.. changes.Deliveries], messages);
    }

    /// <summary>What became of a message that <see cref="Step"/> handed out.</summary>
    public BookStep Finish(OutgoingMessage message, DeliveryOutcome outcome, DateTimeOffset now)
    {
        _inFlight.Remove(message.Id);
        var changes = new Changes();
        if (message.Way == Way.Email) Notice(outcome, now);
        foreach ((OpenNotice open, int index) in PartsOf(message.Id))
        {
            Delivery delivery = open.Deliveries[index] with { Reason = outcome.Reason, Detail = outcome.Detail };
            if (outcome.Succeeded) delivery = delivery.Finish(DeliveryState.Sent, now);
            else if (!outcome.RetryHelps) delivery = delivery.Finish(DeliveryState.Failed, now);
            else delivery = delivery with { NextAt = now + RetryDelay(delivery.Attempts, outcome) };
            open.Set(index, delivery, changes);
        }

        return new BookStep([], [.. changes.Deliveries], []);
    }

    /// <summary>Tries again what failed or expired of a notice. False: there is nothing of that kind, or the notice is not open here (<see cref="Put"/> it first).</summary>
    public bool Retry(long notice, DateTimeOffset now)
    {
        if (!_open.TryGetValue(notice, out OpenNotice? open)) return false;
        bool any = false;
        for (int i = 0; i < open.Deliveries.Count; i++)
        {
            if (open.Deliveries[i].State is not (DeliveryState.Failed or DeliveryState.Expired) || open.Deliveries[i].Target.Length == 0 && open.Deliveries[i].Way != Way.Mobile) continue;
            open.Deliveries[i] = open.Deliveries[i] with { State = DeliveryState.Waiting, Message = "", Attempts = 0, FinishedAt = null, ExpiresAt = null, NextAt = null, CreatedAt = now };
            open.Retried = true;
            any = true;
        }

        return any;
    }

    private void Advance(OpenNotice open, DateTimeOffset now, Changes changes)
    {
        Notice notice = open.Notice;
        if (!notice.Planned)
        {
            bool full = _open.Count > _limits.OpenNotices;
            open.Set(notice with { Planned = true }, changes);
            if (!full) open.Add(planner.First(notice, now), changes);
            else open.Add(planner.First(notice, now).Select(d => d.IsOpen ? d.Finish(DeliveryState.Failed, now) with { Reason = DeliveryReason.Busy, Detail = "too many notices are open" } : d), changes);
        }

        if (open.Retried) open.TouchAll(changes);
        open.Retried = false;
        if (notice.EndedAt is not null)
        {
            Withdraw(open, static d => !d.End, now, changes);
            if (!open.Deliveries.Any(d => !d.End && d.IsOpen)) open.Add(planner.End(open.Deliveries, now), changes);
        }

        if (notice.AcknowledgedAt is not null) Withdraw(open, static d => d.Step > 0 && !d.End, now, changes);
        Expire(open, now, changes);
        Escalate(open, now, changes);
    }

    /// <summary>What has not left, and is not just leaving, does not leave any more.</summary>
    private void Withdraw(OpenNotice open, Func<Delivery, bool> which, DateTimeOffset now, Changes changes)
    {
        for (int i = 0; i < open.Deliveries.Count; i++)
        {
            Delivery delivery = open.Deliveries[i];
            if (delivery.IsOpen && which(delivery) && !_inFlight.Contains(delivery.Message)) open.Set(i, delivery.Finish(DeliveryState.Withdrawn, now), changes);
        }
    }

    private void Expire(OpenNotice open, DateTimeOffset now, Changes changes)
    {
        for (int i = 0; i < open.Deliveries.Count; i++)
        {
            Delivery delivery = open.Deliveries[i];
            if (delivery.State != DeliveryState.Sending || delivery.ExpiresAt is not { } end || _inFlight.Contains(delivery.Message)) continue;
            if (end <= now) open.Set(i, delivery.Finish(DeliveryState.Expired, now), changes);
            else Wake(end);
        }
    }

    private void Escalate(OpenNotice open, DateTimeOffset now, Changes changes)
    {
        Notice notice = open.Notice;
        while (open.Notice.ToldAt is { } told && notice.EndedAt is null && notice.AcknowledgedAt is null && open.Notice.Escalated < settings.Escalation.Length)
        {
            EscalationStep step = settings.Escalation[open.Notice.Escalated];
            if (told + step.After > now)
            {
                Wake(told + step.After);
                return;
            }

            open.Set(open.Notice with { Escalated = open.Notice.Escalated + 1 }, changes);
            Delivery[] escalated = [.. planner.Escalated(open.Notice, step, open.Notice.Escalated, open.Deliveries.Count, now)];

            // What is still held for the same person by the same way would say the same twice.
            Withdraw(open, d => d.State == DeliveryState.Waiting && escalated.Any(e => e.Group == d.Group), now, changes);
            open.Add(escalated, changes);
        }
    }

    private void Close(Changes changes)
    {
        foreach (OpenNotice open in _open.Values.Where(IsDone).ToArray())
        {
            open.Set(open.Notice with { Closed = true }, changes);
            _open.Remove(open.Notice.Position);
        }
    }

    private bool IsDone(OpenNotice open)
    {
        Notice notice = open.Notice;
        if (!notice.Planned || open.Deliveries.Any(d => d.IsOpen)) return false;
        bool quiet = notice.EndedAt is not null || notice.AcknowledgedAt is not null;
        if (!quiet && notice.ToldAt is not null && notice.Escalated < settings.Escalation.Length) return false;

        // Somebody was told that it began, so the end is waited for.
        return !notice.IsException || notice.EndedAt is not null || !settings.TellEnd || !open.Deliveries.Any(d => d.State == DeliveryState.Sent);
    }

    private void Wake(DateTimeOffset at)
    {
        if (_next is null || at < _next) _next = at;
    }

    /// <summary>A notice with something still to do; changes are noted so that they are kept.</summary>
    private sealed class OpenNotice(Notice notice, List<Delivery> deliveries)
    {
        public Notice Notice { get; set; } = notice;

        public List<Delivery> Deliveries { get; } = deliveries;

        /// <summary>Somebody asked for its dead letters to be tried again.</summary>
        public bool Retried { get; set; }

        public void Set(Notice changed, Changes changes)
        {
            Notice = changed;
            changes.Notices.Add(this);
        }

        public void Set(int index, Delivery changed, Changes changes)
        {
            Deliveries[index] = changed;
            changes.Deliveries.Add(changed);
        }

        public void Add(IEnumerable<Delivery> added, Changes changes)
        {
            foreach (Delivery delivery in added.ToArray())
            {
                Deliveries.Add(delivery);
                changes.Deliveries.Add(delivery);
            }
        }

        public void TouchAll(Changes changes) => changes.Deliveries.AddRange(Deliveries);
    }

    private sealed class Changes
    {
        public HashSet<OpenNotice> Notices { get; } = [];

        /// <summary>In order: the last of one delivery counts.</summary>
        public List<Delivery> Deliveries { get; } = [];
    }
}

/// <summary>What a step of the book asks for: first everything is kept, then the messages leave.</summary>
internal sealed record BookStep(IReadOnlyList<Notice> Notices, IReadOnlyList<Delivery> Deliveries, IReadOnlyList<OutgoingMessage> Messages)
{
    public bool ChangesNothing => Notices.Count == 0 && Deliveries.Count == 0;
}
