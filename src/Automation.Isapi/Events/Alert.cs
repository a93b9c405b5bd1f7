using Automation.Isapi.Documents;

namespace Automation.Isapi.Events;

/// <summary>One alert as the device sent it: its own words, nothing interpreted beyond the envelope.</summary>
internal sealed record Alert
{
    /// <summary>The event's word, e.g. <c>VMD</c>; for an unfolded duration event the one of its relation.</summary>
    public required string WireType { get; init; }

    /// <summary>The device says the event is over.</summary>
    public required bool Inactive { get; init; }

    /// <summary>How often this same alert was posted; null when it is not said.</summary>
    public int? PostCount { get; init; }

    /// <summary>The channel by its own number; null when missing, empty or 0.</summary>
    public int? Channel { get; init; }

    /// <summary>The device's clock as written; never used for order, since device clocks are wrong (isapi.md, quirk 12).</summary>
    public string? DeviceTime { get; init; }

    public string? Description { get; init; }

    /// <summary>The device says this is history sent again.</summary>
    public bool Retransmitted { get; init; }

    /// <summary>The whole alert.</summary>
    public required DeviceElement Body { get; init; }

    /// <summary>Every alert of a document: one, several in a list, or a duration event unfolded (isapi.md, quirks 6 and 9).</summary>
    public static IEnumerable<Alert> Read(DeviceElement document)
    {
        foreach (DeviceElement body in Bodies(document))
        {
            string? type = body.TextOf("eventType");
            if (type is null) continue;
            if (!type.Equals("duration", StringComparison.OrdinalIgnoreCase))
            {
                yield return From(body, type);
                continue;
            }

            foreach (DeviceElement duration in body.All("Duration"))
            {
                if (duration.TextOf("relationEvent") is { } relation) yield return From(body, relation);
            }
        }
    }

    private static IEnumerable<DeviceElement> Bodies(DeviceElement document)
    {
        if (document.Child("eventType") is not null) return [document];
        if (document.Child("EventNotificationAlert") is not null) return document.All("EventNotificationAlert");
        return document.Children.SelectMany(c => c.Child("eventType") is not null ? [c] : c.All("EventNotificationAlert"));
    }

    private static Alert From(DeviceElement body, string type)
    {
        // The stream names the channel of a recorder in dynChannelID; channelID then counts something else (isapi.md, quirk 8).
        int? dynamic = body.IntOf("dynChannelID");
        int? channel = dynamic > 0 ? dynamic : body.IntOf("channelID");
        DeviceElement? access = body.Child("AccessControllerEvent");
        return new Alert
        {
            WireType = type,
            Inactive = string.Equals(body.TextOf("eventState"), "inactive", StringComparison.OrdinalIgnoreCase),
            PostCount = body.IntOf("activePostCount"),
            Channel = channel > 0 ? channel : null,
            DeviceTime = body.TextOf("dateTime"),
            Description = body.TextOf("eventDescription"),
            Retransmitted = body.BoolOf("isDataRetransmission") == true || (access ?? body).BoolOf("currentEvent") == false,
            Body = body,
        };
    }
}
