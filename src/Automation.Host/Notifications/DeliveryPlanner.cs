using System.Collections.Immutable;
using Automation.Notify;

namespace Automation.Host.Notifications;

/// <summary>Works out who is told of a notice and how. What cannot be is planned as failed, so that it is seen.</summary>
/// <param name="subscriptions">Endpoints of a person's browsers.</param>
internal sealed class DeliveryPlanner(NotificationSettings settings, NotificationPeople people, Func<string, IReadOnlyList<string>> subscriptions)
{
    public IEnumerable<Delivery> First(Notice notice, DateTimeOffset now) => Plan(notice, notice.Recipients, notice.ReceivedBy, 0, 0, now);

    public IEnumerable<Delivery> Escalated(Notice notice, EscalationStep step, int number, int taken, DateTimeOffset now) => Plan(notice, step.Roles, step.Ways, number, taken, now);

    /// <summary>Whoever was told of the begin is told of the end.</summary>
    public IEnumerable<Delivery> End(IReadOnlyList<Delivery> before, DateTimeOffset now)
    {
        if (!settings.TellEnd) yield break;
        int number = before.Count;
        foreach (DeliveryGroup group in before.Where(d => !d.End && d.State == DeliveryState.Sent).Select(d => d.Group).Distinct())
        {
            if (before.Any(d => d.End && d.Group == group)) continue;
            yield return new Delivery(before[0].Notice, number++, group.Person, group.Way, group.Target, 0, true, now);
        }
    }

    private IEnumerable<Delivery> Plan(Notice notice, ImmutableArray<string> roles, ImmutableArray<string> ways, int step, int number, DateTimeOffset now)
    {
        foreach (Person person in people.Of(notice.Site, roles))
        {
            if (ways.Contains("mobileClient"))
            {
                yield return Of(Way.Mobile, "");
                foreach (string endpoint in settings.WebPush is null ? [] : subscriptions(person.Id)) yield return Of(Way.WebPush, endpoint);
            }

            if (!ways.Contains("email")) continue;
            Delivery mail = Of(Way.Email, person.Email);
            string missing = person.Email.Length == 0 ? $"{person.Id} has no address: name one in \"notifications\".\"people\"" : settings.Smtp is null ? "no mail server is configured: \"notifications\".\"smtp\"" : "";
            yield return missing.Length == 0 ? mail : mail.Finish(DeliveryState.Failed, now) with { Reason = DeliveryReason.RecipientRefused, Detail = missing };

            Delivery Of(Way way, string target) => new(notice.Position, number++, person.Id, way, target, step, false, now);
        }
    }
}
