using System.Text.Json;
using Automation.Host.History;
using Automation.Host.Hub;
using Automation.Host.Hub.Requests;
using Automation.Host.Storage;
using Automation.Host.Storage.Sql;
using Automation.Mqtt;
using Automation.Mqtt.Client;
using Automation.Notify.WebPush;

namespace Automation.Host.Notifications;

/// <summary>What can be asked about what people were told: the portal's list, acknowledging, dead letters, browsers.</summary>
internal sealed class NotificationVerbs(NotificationCentre centre, IMqttBus bus, TopicNames topics, INoticeWorld world, TimeProvider time)
{
    /// <summary>Notices an answer has at most.</summary>
    private const int Page = 200;

    public IEnumerable<RequestVerb> All =>
    [
        Asking("notifications/list", ListAsync), Asking("notifications/acknowledge", AcknowledgeAsync), Asking("notifications/retry", RetryAsync),
        RequestVerb.Now("notifications/key", Key), Asking("notifications/subscribe", SubscribeAsync), Asking("notifications/unsubscribe", UnsubscribeAsync),
    ];

    /// <summary>A disk that refuses is told to who asked.</summary>
    private static RequestVerb Asking(string name, Func<RequestArguments, CancellationToken, Task<Answer>> answer) => RequestVerb.Asking(
        name,
        async (arguments, cancellationToken) =>
        {
            try
            {
                return await answer(arguments, cancellationToken);
            }
            catch (StorageException e)
            {
                return Answer.Wrong(e.Message);
            }
        });

    private async Task<Answer> ListAsync(RequestArguments arguments, CancellationToken cancellationToken)
    {
        string site = arguments.OptionalText("site") ?? "";
        string which = arguments.OptionalText("filter") ?? "all";
        int offset = arguments.Number("offset", 0, int.MaxValue, 0);
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        NoticeFilter? filter = which switch { "all" => NoticeFilter.All, "open" => NoticeFilter.Unacknowledged, "failed" => NoticeFilter.Failed, _ => null };
        if (filter is not { } known) return Answer.Wrong($"'{RequestArguments.Cut(which)}' is no filter: there are all, open (neither acknowledged nor over) and failed (with messages that could not be handed over)");
        List<(Notice Notice, List<Delivery> Deliveries)> found = await centre.Database.ReadAsync(
            s => NotificationTables.List(s, site, known, offset, Page).ConvertAll(n => (n, NotificationTables.Deliveries(s, n.Position))), cancellationToken);
        return Answer.Of(w =>
        {
            w.WriteStartArray("notifications");
            foreach ((Notice notice, List<Delivery> deliveries) in found) NotificationPayloads.Notice(w, notice, deliveries, world.ZoneOf(notice.Site));
            w.WriteEndArray();
        });
    }

    private async Task<Answer> AcknowledgeAsync(RequestArguments arguments, CancellationToken cancellationToken)
    {
        string id = arguments.Text("id", "store-184.0");
        string by = arguments.OptionalText("by") ?? "a client";
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        DateTimeOffset now = time.GetUtcNow();
        (bool changed, Notice? notice) = await centre.Database.RunAsync(
            s =>
            {
                bool first = NotificationTables.Acknowledge(s, id, now, by);
                if (first) ExceptionTable.AcknowledgeNotice(s, id, by, now);
                return (first, NotificationTables.Find(s, id));
            },
            cancellationToken);
        if (notice is null) return NoNotice(id);
        if (changed)
        {
            centre.Service.Look();
            await TellAsync(notice);
        }

        return new Answer(w => NotificationPayloads.Notice(w, notice, [], world.ZoneOf(notice.Site)), null);
    }

    private async Task<Answer> RetryAsync(RequestArguments arguments, CancellationToken cancellationToken)
    {
        string id = arguments.Text("id", "store-184.0");
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        if (!await centre.Service.RetryAsync(id, cancellationToken)) return Answer.Wrong($"'{RequestArguments.Cut(id)}' has no message that could not be handed over: notifications/list with \"filter\":\"failed\" names those");
        return Answer.Of(w => w.WriteString("id", id));
    }

    private Answer Key(RequestArguments arguments)
    {
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        return centre.PublicKey is { } key ? Answer.Of(w => w.WriteString("publicKey", key)) : NoPush;
    }

    private async Task<Answer> SubscribeAsync(RequestArguments arguments, CancellationToken cancellationToken)
    {
        string person = arguments.Text("person", "anna");
        string endpoint = arguments.LongText("endpoint", "https://fcm.googleapis.com/fcm/send/…");
        string? p256dh = null, auth = null;
        foreach (JsonProperty key in arguments.Members("keys"))
        {
            if (key.Name == "p256dh") p256dh = key.Value.ValueKind == JsonValueKind.String ? key.Value.GetString() : null;
            else if (key.Name == "auth") auth = key.Value.ValueKind == JsonValueKind.String ? key.Value.GetString() : null;
        }

        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        if (centre.Settings.WebPush is not { } push) return NoPush;
        if (centre.Settings.People.All(p => p.Id != person)) return Answer.Wrong($"there is no person '{RequestArguments.Cut(person)}': the configuration's \"notifications\".\"people\" names them");
        var target = new PushTarget(endpoint, p256dh ?? "", auth ?? "");
        if (target.Problem(push.Services) is { } problem) return Answer.Wrong(problem);
        if (!await centre.Subscriptions.AddAsync(person, target, cancellationToken)) return Answer.Wrong($"{centre.Settings.Limits.Subscriptions} browsers are subscribed already, more are not taken");
        return Answer.Of(w => w.WriteString("person", person));
    }

    private async Task<Answer> UnsubscribeAsync(RequestArguments arguments, CancellationToken cancellationToken)
    {
        string endpoint = arguments.LongText("endpoint", "https://fcm.googleapis.com/fcm/send/…");
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        bool removed = await centre.Subscriptions.RemoveAsync(endpoint, cancellationToken);
        return Answer.Of(w => w.WriteBoolean("removed", removed));
    }

    /// <summary>The other portals see that somebody has taken it.</summary>
    private async Task TellAsync(Notice notice)
    {
        byte[] payload = Payloads.Write(w =>
        {
            w.WriteString("id", notice.Id);
            w.WriteString("rule", notice.Rule);
            if (!notice.Source.IsEmpty) w.WriteString("source", notice.Source.Value);
            w.WriteString("message", notice.IsException ? notice.Exception : notice.Message);
            Payloads.WriteTime(w, "at", notice.At, world.ZoneOf(notice.Site));
            w.WriteString("cause", notice.Cause);
            w.WriteString("acknowledgedBy", notice.AcknowledgedBy);
        });
        try
        {
            await bus.PublishAsync(new MqttMessage { Topic = topics.Notifications(notice.Site), Payload = payload, QoS = QoS.AtLeastOnce, PayloadIsText = true }, CancellationToken.None);
        }
        catch (Exception e) when (e is MqttClientException or InvalidOperationException or IOException or TimeoutException)
        {
            // It is acknowledged and kept; whoever asks for the list sees it.
        }
    }

    private static Answer NoPush => Answer.Wrong("web push is not configured: \"notifications\".\"webPush\"");

    private static Answer NoNotice(string id) => Answer.Wrong($"there is no notification '{RequestArguments.Cut(id)}': notifications/list names them");
}
