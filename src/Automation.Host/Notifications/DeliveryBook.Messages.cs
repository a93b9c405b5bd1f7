using System.Globalization;
using Automation.Core.Calendars;
using Automation.Notify;

namespace Automation.Host.Notifications;

/// <summary>From what waits to messages, and their tries.</summary>
internal sealed partial class DeliveryBook
{
    /// <summary>Makes a message of everything that waits for one person and way and may be told now.</summary>
    private void Compose(DateTimeOffset now, Changes changes)
    {
        var groups = new Dictionary<DeliveryGroup, List<(OpenNotice Open, int Index)>>();
        foreach (OpenNotice open in _open.Values)
        {
            for (int i = 0; i < open.Deliveries.Count; i++)
            {
                if (open.Deliveries[i].State != DeliveryState.Waiting) continue;
                if (!groups.TryGetValue(open.Deliveries[i].Group, out List<(OpenNotice, int)>? group)) groups[open.Deliveries[i].Group] = group = [];
                group.Add((open, i));
            }
        }

        foreach ((DeliveryGroup group, List<(OpenNotice Open, int Index)> waiting) in groups) Compose(group, waiting, now, changes);
    }

    private void Compose(DeliveryGroup group, List<(OpenNotice Open, int Index)> waiting, DateTimeOffset now, Changes changes)
    {
        Person person = people.Find(group.Person);
        var ready = new List<(OpenNotice Open, int Index)>();
        DateTimeOffset digestAt = DateTimeOffset.MaxValue;
        foreach ((OpenNotice open, int index) in waiting)
        {
            WindowState gate = gates.StateOf(open.Notice, person, now);
            if (!gate.Open)
            {
                if (gate.NextChange is { } change) Wake(change);
                continue;
            }

            // What was not acknowledged has waited long enough.
            DateTimeOffset at = open.Deliveries[index].Step > 0 ? now : open.Deliveries[index].CreatedAt + person.Digest;
            if (at < digestAt) digestAt = at;
            ready.Add((open, index));
        }

        if (ready.Count == 0) return;
        DateTimeOffset from = Later(Later(digestAt, _rates.NextFree(person, group.Way, now)), PausedUntil(group.Way));
        if (from > now)
        {
            Wake(from);
            return;
        }

        if (ready.Count > _limits.NoticesInAMessage)
        {
            ready.RemoveRange(_limits.NoticesInAMessage, ready.Count - _limits.NoticesInAMessage);
            Wake(now);
        }

        _rates.Count(person, group.Way, now);
        string id = MessageId(ready[0].Open.Notice, ready[0].Open.Deliveries[ready[0].Index]);
        foreach ((OpenNotice open, int index) in ready)
        {
            if (open.Notice.ToldAt is null) open.Set(open.Notice with { ToldAt = now }, changes);
            open.Set(index, open.Deliveries[index] with { State = DeliveryState.Sending, Message = id, NextAt = now, ExpiresAt = now + _limits.Expiry }, changes);
        }

        // A first telling may begin an escalation.
        foreach ((OpenNotice open, _) in ready) Escalate(open, now, changes);
    }

    /// <summary>The messages whose time has come, as many as may be under way.</summary>
    private List<OutgoingMessage> Take(DateTimeOffset now, Changes changes)
    {
        var due = new SortedDictionary<string, List<(OpenNotice Open, int Index)>>(StringComparer.Ordinal);
        foreach (OpenNotice open in _open.Values)
        {
            for (int i = 0; i < open.Deliveries.Count; i++)
            {
                Delivery delivery = open.Deliveries[i];
                if (delivery.State != DeliveryState.Sending || _inFlight.Contains(delivery.Message)) continue;
                DateTimeOffset at = Later(delivery.NextAt ?? now, PausedUntil(delivery.Way));
                if (at > now)
                {
                    Wake(at);
                    continue;
                }

                if (!due.TryGetValue(delivery.Message, out List<(OpenNotice, int)>? parts)) due[delivery.Message] = parts = [];
                parts.Add((open, i));
            }
        }

        var messages = new List<OutgoingMessage>();
        foreach ((string id, List<(OpenNotice Open, int Index)> parts) in due)
        {
            // The others leave when one of these has come back.
            if (_inFlight.Count >= _limits.InFlight) break;
            _inFlight.Add(id);
            foreach ((OpenNotice open, int index) in parts) open.Set(index, open.Deliveries[index] with { Attempts = open.Deliveries[index].Attempts + 1 }, changes);
            Delivery first = parts[0].Open.Deliveries[parts[0].Index];
            string begin = parts.Count == 1 && first.End ? parts[0].Open.Deliveries.FirstOrDefault(d => !d.End && d.Group == first.Group && d.State == DeliveryState.Sent)?.Message ?? "" : "";
            messages.Add(new OutgoingMessage(id, people.Find(first.Person), first.Way, first.Target, [.. parts.Select(p => (p.Open.Notice, p.Open.Deliveries[p.Index]))], begin));
        }

        return messages;
    }

    /// <summary>A mail server that is away is away for every message: none is tried until it is time again, and what comes meanwhile is told together.</summary>
    private void Notice(DeliveryOutcome outcome, DateTimeOffset now)
    {
        bool server = outcome.Reason is DeliveryReason.Unreachable or DeliveryReason.TimedOut or DeliveryReason.TlsFailed or DeliveryReason.Unauthorized or DeliveryReason.BadAnswer;
        if (!server)
        {
            _mailFailures = 0;
            _mailPausedUntil = default;
            return;
        }

        _mailFailures++;
        _mailPausedUntil = now + RetryDelay(_mailFailures, outcome);
    }

    private TimeSpan RetryDelay(int attempts, DeliveryOutcome outcome)
    {
        if (outcome.Reason == DeliveryReason.Unauthorized) return _limits.AfterWrongPassword;
        TimeSpan own = _limits.RetryDelay(attempts, random);
        TimeSpan asked = outcome.RetryAfter is { } after && after > TimeSpan.Zero ? after : TimeSpan.Zero;
        return asked > own ? (asked < _limits.LongestRetryAfter ? asked : _limits.LongestRetryAfter) : own;
    }

    private DateTimeOffset PausedUntil(Way way) => way == Way.Email ? _mailPausedUntil : default;

    private List<(OpenNotice Open, int Index)> PartsOf(string message)
    {
        var parts = new List<(OpenNotice, int)>();
        foreach (OpenNotice open in _open.Values)
        {
            for (int i = 0; i < open.Deliveries.Count; i++)
            {
                if (open.Deliveries[i].State == DeliveryState.Sending && open.Deliveries[i].Message == message) parts.Add((open, i));
            }
        }

        return parts;
    }

    /// <summary>Made from the notice, so that a message that leaves again after a crash, or after somebody asked for it, is known to be the same.</summary>
    public static string MessageId(Notice notice, Delivery delivery) => string.Create(CultureInfo.InvariantCulture, $"{notice.Id}-{delivery.Number}");

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
