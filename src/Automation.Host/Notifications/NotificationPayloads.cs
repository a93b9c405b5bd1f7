using System.Text;
using System.Text.Json;
using Automation.Host.Hub;
using Automation.Notify;
using Automation.Notify.WebPush;

namespace Automation.Host.Notifications;

/// <summary>Notices and messages as JSON.</summary>
internal static class NotificationPayloads
{
    /// <summary>Ids a message names; a digest of more says how many there are in its text.</summary>
    private const int MaximumIds = 50;

    /// <summary>What a mobile client is told; <c>schemas/topics/mobile-notification.schema.json</c>.</summary>
    public static byte[] Mobile(OutgoingMessage message, MessageText text, IReadOnlyList<Notice> notices, TimeZoneInfo zone) => Payloads.Write(w =>
    {
        w.WriteString("id", message.Id);
        w.WriteString("person", message.Person.Id);
        w.WriteString("title", text.Subject);
        w.WriteString("body", text.Short);
        w.WriteString("language", text.Language);
        w.WriteString("state", message.IsEnd ? "end" : "begin");
        Payloads.WriteTime(w, "at", notices[0].At, zone);
        w.WriteStartArray("notices");
        foreach (Notice notice in notices.Take(MaximumIds)) w.WriteStringValue(notice.Id);
        w.WriteEndArray();
        if (notices.Count != 1) return;
        w.WriteString("rule", notices[0].Rule);
        if (!notices[0].Source.IsEmpty) w.WriteString("source", notices[0].Source.Value);
    });

    /// <summary>What a page's service worker gets: title and body to show, and a tag by which a later message takes an earlier one's place.</summary>
    public static string Push(OutgoingMessage message, MessageText text, INoticeWorld world)
    {
        Notice first = message.Items[0].Notice;
        for (int length = 1_000; ; length /= 2)
        {
            byte[] payload = Payloads.Write(w =>
            {
                w.WriteString("id", message.Id);
                w.WriteString("tag", message.BelongsTo.Length > 0 ? message.BelongsTo : message.Id);
                w.WriteString("title", DeliveryOutcome.OneLine(text.Subject, 150));
                w.WriteString("body", text.Short.Length <= length ? text.Short : text.Short[..(length - 1)] + "…");
                w.WriteString("language", text.Language);
                w.WriteString("state", message.IsEnd ? "end" : "begin");
                Payloads.WriteTime(w, "at", first.At, world.ZoneOf(first.Site));
                w.WriteString("notice", first.Id);
            });
            if (payload.Length <= WebPushSender.MaximumBytes || length <= 2) return Encoding.UTF8.GetString(payload);
        }
    }

    /// <summary>One entry of the portal's list.</summary>
    public static void Notice(Utf8JsonWriter w, Notice notice, IReadOnlyList<Delivery> deliveries, TimeZoneInfo zone)
    {
        w.WriteStartObject();
        w.WriteString("id", notice.Id);
        w.WriteString("site", notice.Site);
        w.WriteString("rule", notice.Rule);
        if (!notice.Source.IsEmpty) w.WriteString("source", notice.Source.Value);
        if (notice.IsException) w.WriteString("exception", notice.Exception);
        if (notice.Message.Length > 0) w.WriteString("message", notice.Message);
        if (notice.Trigger.Length > 0) w.WriteString("trigger", notice.Trigger);
        Payloads.WriteTime(w, "at", notice.At, zone);
        Optional(w, "endedAt", notice.EndedAt, zone);
        Optional(w, "acknowledgedAt", notice.AcknowledgedAt, zone);
        if (notice.AcknowledgedAt is not null) w.WriteString("acknowledgedBy", notice.AcknowledgedBy);
        w.WriteString("cause", notice.Cause);
        w.WriteStartArray("deliveries");
        foreach (Delivery delivery in deliveries) Delivery(w, delivery, zone);
        w.WriteEndArray();
        w.WriteEndObject();
    }

    private static void Delivery(Utf8JsonWriter w, Delivery delivery, TimeZoneInfo zone)
    {
        w.WriteStartObject();
        w.WriteString("person", delivery.Person);
        w.WriteString("way", Payloads.Camel(delivery.Way.ToString()));
        w.WriteString("state", Payloads.Camel(delivery.State.ToString()));
        if (delivery.Step > 0) w.WriteNumber("escalation", delivery.Step);
        if (delivery.End) w.WriteBoolean("end", true);
        if (delivery.Attempts > 0) w.WriteNumber("attempts", delivery.Attempts);
        if (delivery.Reason != DeliveryReason.None) w.WriteString("reason", Payloads.Camel(delivery.Reason.ToString()));
        if (delivery.Detail.Length > 0) w.WriteString("detail", delivery.Detail);
        Optional(w, "nextAt", delivery.NextAt, zone);
        Optional(w, "finishedAt", delivery.FinishedAt, zone);
        w.WriteEndObject();
    }

    private static void Optional(Utf8JsonWriter w, string name, DateTimeOffset? at, TimeZoneInfo zone)
    {
        if (at is { } instant) Payloads.WriteTime(w, name, instant, zone);
    }
}
