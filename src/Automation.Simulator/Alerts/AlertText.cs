using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Automation.Simulator.Documents;

namespace Automation.Simulator.Alerts;

/// <summary>Who tells: stands in every alert.</summary>
internal sealed record Teller(string Mac, string Serial, string Namespace)
{
    /// <summary>The port that was had in the end.</summary>
    public int Port { get; set; }

    /// <summary>isapi.md 1.6 quirk 3: recorders name channels <c>dynChannelID</c>, and the heartbeat's channel is empty.</summary>
    public bool DynamicChannels { get; init; }
}

/// <summary>Alerts as text. 003 §8.11.10, 004 §7 and §8, 002 A.3, isapi.md 1.6.</summary>
internal static class AlertText
{
    public const string Psialliance = "urn:psialliance-org";

    public static byte[] Xml(Alert alert, Teller teller)
    {
        var text = new StringBuilder(1024);
        text.Append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<EventNotificationAlert version=\"2.0\" xmlns=\"").Append(teller.Namespace).Append("\">\n");
        Element(text, "ipAddress", "127.0.0.1");
        Element(text, "portNo", teller.Port.ToString(CultureInfo.InvariantCulture));
        Element(text, "protocol", "HTTP");
        Element(text, "macAddress", teller.Mac);
        Channel(text, alert, teller);
        Common(text, alert);
        if (alert.Again) Element(text, "isDataRetransmission", "true");
        text.Append("</EventNotificationAlert>\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>As recorders push: an old namespace, no MAC address, IP channels from 33, the serial number in an extension (isapi.md 1.6 quirks 8 and 11).</summary>
    public static byte[] PsiallianceXml(Alert alert, Teller teller)
    {
        var text = new StringBuilder(1024);
        text.Append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<EventNotificationAlert version=\"1.0\" xmlns=\"").Append(Psialliance).Append("\">\n");
        Element(text, "ipAddress", "127.0.0.1");
        Element(text, "portNo", teller.Port.ToString(CultureInfo.InvariantCulture));
        Element(text, "protocolType", "HTTP");
        if (alert.Channel is { } channel) Element(text, "channelID", (32 + channel).ToString(CultureInfo.InvariantCulture));
        Common(text, alert);
        text.Append("<Extensions>\n");
        Element(text, "serialNumber", teller.Serial);
        text.Append("</Extensions>\n</EventNotificationAlert>\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    public static byte[] Json(Alert alert, Teller teller)
    {
        var json = new JsonObject
        {
            ["ipAddress"] = "127.0.0.1",
            ["portNo"] = teller.Port,
            ["protocolType"] = "HTTP",
            ["macAddress"] = teller.Mac,
            ["channelID"] = alert.Channel ?? 1,
            ["dateTime"] = alert.At,
            ["activePostCount"] = alert.Count,
            ["eventType"] = alert.Type,
            ["eventState"] = alert.Active ? "active" : "inactive",
            ["eventDescription"] = alert.Description,
        };
        foreach ((string key, JsonNode? value) in alert.Details) json[key] = value?.DeepClone();
        if (alert.ChannelName is { } name) json["channelName"] = name;
        if (alert.Again)
        {
            // isapi.md 1.3: an access controller marks what it replays this way.
            if (json["AccessControllerEvent"] is JsonObject access) access["currentEvent"] = false;
            else json["isDataRetransmission"] = true;
        }

        return JsonBody.ToUtf8(json);
    }

    /// <summary>The alert of a device behind a receiver. 002 A.3: the channel is a string, and everything is inside <c>EventNotificationAlert</c>.</summary>
    public static JsonObject Receiver(Alert alert, string devIndex, string deviceName, string? pictureUrl)
    {
        var json = new JsonObject
        {
            ["channelID"] = (alert.Channel ?? 0).ToString(CultureInfo.InvariantCulture),
            ["dateTime"] = alert.At,
            ["activePostCount"] = alert.Count,
            ["eventType"] = alert.Receiver?.Type ?? alert.Type,
            ["eventState"] = alert.Active ? "active" : "inactive",
            ["eventDescription"] = alert.Receiver?.Description ?? alert.Description,
            ["devIndex"] = devIndex,
            ["channelName"] = alert.ChannelName ?? deviceName,
        };
        foreach ((string key, JsonNode? value) in alert.Receiver?.Details ?? alert.Details) json[key] = value?.DeepClone();
        if (pictureUrl is not null) json["VideoReview"] = new JsonObject { ["protocolType"] = "HikCIDProtocol", ["HikCIDParams"] = new JsonObject { ["subSys"] = 0, ["ZoneNo"] = 0, ["videoURL"] = pictureUrl } };
        return new() { ["EventNotificationAlert"] = json };
    }

    private static void Channel(StringBuilder text, Alert alert, Teller teller)
    {
        if (alert.Channel is { } channel) Element(text, teller.DynamicChannels ? "dynChannelID" : "channelID", channel.ToString(CultureInfo.InvariantCulture));
        else if (alert is { Type: "videoloss", Active: false, Count: 0 }) text.Append(teller.DynamicChannels ? "<dynChannelID/>\n" : "<channelID>0</channelID>\n");
    }

    private static void Common(StringBuilder text, Alert alert)
    {
        Element(text, "dateTime", alert.At);
        Element(text, "activePostCount", alert.Count.ToString(CultureInfo.InvariantCulture));
        Element(text, "eventType", alert.Type);
        Element(text, "eventState", alert.Active ? "active" : "inactive");
        Element(text, "eventDescription", alert.Description);
        foreach ((string key, JsonNode? value) in alert.Details) Documents.Xml.Write(text, key, value);
        if (alert.ChannelName is { } name) Element(text, "channelName", name);
    }

    private static void Element(StringBuilder text, string name, string value) =>
        text.Append('<').Append(name).Append('>').Append(Documents.Xml.Escape(value)).Append("</").Append(name).Append(">\n");
}
