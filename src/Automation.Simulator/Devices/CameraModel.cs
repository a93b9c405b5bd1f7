using System.Globalization;
using System.Text.Json.Nodes;
using Automation.Simulator.Alerts;
using Automation.Simulator.Control;
using Automation.Simulator.Documents;
using Automation.Simulator.Http;

namespace Automation.Simulator.Devices;

/// <summary>What cameras and recorders share: channels with their events, pictures and settings documents. XML.</summary>
internal abstract class CameraModel : DeviceModel
{
    private static readonly string[] Names = [.. ChannelEvents.Wire.Keys.Concat(ChannelEvents.DeviceWire.Keys).Append("personDensity").Order(StringComparer.Ordinal)];

    private long _pictures;

    protected CameraModel(SimulatedDevice device, DeviceContext context)
        : base(device, context, "boundary")
    {
        Routes.Get("Streaming/channels", (_, _) => Reply.Xml($"<StreamingChannelList version=\"2.0\" xmlns=\"{Namespace}\">\n{string.Concat(ChannelNumbers.Select(Stream))}</StreamingChannelList>\n"));
        Routes.Get("Streaming/channels/*", (r, a) => ChannelOfTrack(a[0]) is { } ch && a[0].EndsWith('1') ? Reply.Xml(Stream(ch)) : Reply.NotSupported(r));
        Routes.Get("Streaming/channels/*/picture", Picture);
        Routes.Put("Streaming/channels/*/requestKeyFrame", (r, a) => ChannelOfTrack(a[0]) is null ? Reply.NotSupported(r) : Reply.Ok(r));
        foreach (int ch in ChannelNumbers) AddChannelDocuments(ch);
        Routes.Get("Event/triggers", (_, _) => Reply.Xml($"<EventNotification version=\"2.0\" xmlns=\"{Namespace}\">\n<EventTriggerList version=\"2.0\">\n{string.Concat(Documents.Under("Event/triggers/"))}\n</EventTriggerList>\n</EventNotification>\n"));
    }

    public override IReadOnlyList<string> EventNames => Names;

    protected IEnumerable<int> ChannelNumbers => Enumerable.Range(1, Device.Channels);

    /// <summary>Where the settings of a channel's video stand: direct or proxied (isapi.md 1.1).</summary>
    protected virtual string VideoPath(int channel) => $"System/Video/inputs/channels/{channel.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>The element that names a channel in an alert.</summary>
    protected virtual string ChannelElement(int channel) => $"<channelID>{channel}</channelID>\n";

    protected override void Emit(string name, Order order)
    {
        if (ChannelEvents.DeviceWire.TryGetValue(name, out string? deviceWire))
        {
            EmitLasting(name, order, (count, active) => Alerts.Publish(AlertPart.Xml(AlertXml(deviceWire, active, count, "", name))));
            return;
        }

        int channel = order.Int("channel", 1, 1, Device.Channels);
        if (name == "personDensity")
        {
            PersonDensity(channel, order);
            return;
        }

        string wire = ChannelEvents.Wire[name];
        string more = $"<channelName>Camera {channel.ToString("D2", CultureInfo.InvariantCulture)}</channelName>\n";
        if (ChannelEvents.HasTarget(name))
        {
            string target = order.OneOf("target", "human", "human", "vehicle");
            int region = order.Int("region", 1, 1, 64);
            more = $"<DetectionRegionList>\n<DetectionRegionEntry>\n<regionID>{region}</regionID>\n<sensitivityLevel>50</sensitivityLevel>\n<detectionTarget>{target}</detectionTarget>\n</DetectionRegionEntry>\n</DetectionRegionList>\n" + more;
        }

        bool picture = order.Flag("picture", false);
        EmitLasting($"{name}/{channel}", order, (count, active) =>
        {
            Alerts.Publish(AlertPart.Xml(AlertXml(wire, active, count, ChannelElement(channel), wire + " alarm", more)));
            if (picture && count == 1) Alerts.Publish(new("image/pjpeg", TinyJpeg.Make($"{Device.Id} {channel}")));
        });
    }

    protected override JsonObject ReadState() => new() { ["active"] = new JsonArray([.. Lasting.Active.Select(a => (JsonNode)a)]) };

    protected override void WriteState(JsonObject state) => throw new OrderException($"Device {Device.Id} has no state that can be set.");

    /// <summary>The channel of a track such as 101 or 1201; null when there is none.</summary>
    protected int? ChannelOfTrack(string track) =>
        int.TryParse(track, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number / 100 is var ch && ch >= 1 && ch <= Device.Channels && number % 100 is >= 1 and <= 4 ? ch : null;

    protected int? Channel(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int ch) && ch >= 1 && ch <= Device.Channels ? ch : null;

    protected Reply Picture(DeviceRequest request, string[] arguments) =>
        ChannelOfTrack(arguments[0]) is { } ch ? Reply.Jpeg(TinyJpeg.Make($"{Device.Id} channel {ch} picture {++_pictures} {Clock.NowText}")) : Reply.NotSupported(request);

    /// <summary>The list of video inputs of a camera; a recorder refuses it (isapi.md 1.1).</summary>
    protected void MapInputs() => Routes.Get("System/Video/inputs/channels", (_, _) => Reply.Xml(
        $"<VideoInputChannelList version=\"2.0\" xmlns=\"{Namespace}\">\n{string.Concat(ChannelNumbers.Select(ch => $"<VideoInputChannel>\n<id>{ch}</id>\n<inputPort>{ch}</inputPort>\n<videoInputEnabled>true</videoInputEnabled>\n<name>Camera {ch.ToString("D2", CultureInfo.InvariantCulture)}</name>\n</VideoInputChannel>\n"))}</VideoInputChannelList>\n"));

    private void PersonDensity(int channel, Order order)
    {
        int level = order.Int("level", 1, 0, 10), people = order.Int("people", 0, 0, 10_000);
        order.Done();
        JsonObject alert = AlertJson("PERSON_DENSITY_DETECTION", true, 1, "Person Density Detection");
        alert["channelID"] = channel;
        alert["personDensityResult"] = new JsonArray(new JsonObject
        {
            ["Target"] = new JsonArray(new JsonObject
            {
                ["recognitionType"] = "human",
                ["TargetInfo"] = new JsonObject { ["recognition"] = "personDensityDetection", ["dataSource"] = "trigger", ["densityLevel"] = level, ["personCnt"] = people, ["framesPeopleCounting_number"] = people },
            }),
        });
        Alerts.Publish(AlertPart.Json(alert));
    }

    private string Stream(int channel) =>
        $"<StreamingChannel version=\"2.0\" xmlns=\"{Namespace}\">\n<id>{channel}01</id>\n<channelName>Camera {channel.ToString("D2", CultureInfo.InvariantCulture)}</channelName>\n<enabled>true</enabled>\n" +
        "<Video>\n<enabled>true</enabled>\n<videoCodecType>H.264</videoCodecType>\n<videoResolutionWidth>1920</videoResolutionWidth>\n<videoResolutionHeight>1080</videoResolutionHeight>\n</Video>\n</StreamingChannel>\n";

    private void AddChannelDocuments(int channel)
    {
        string video = VideoPath(channel), ns = $"version=\"2.0\" xmlns=\"{Namespace}\"";
        string direct = $"System/Video/inputs/channels/{channel.ToString(CultureInfo.InvariantCulture)}";
        string mask = $"<PrivacyMask {ns}>\n<enabled>false</enabled>\n<PrivacyMaskRegionList>\n<PrivacyMaskRegion>\n<id>1</id>\n<enabled>true</enabled>\n</PrivacyMaskRegion>\n</PrivacyMaskRegionList>\n</PrivacyMask>\n";
        Documents.Add(direct + "/privacyMask", mask);
        Documents.Add(direct + "/overlays/text/1", $"<TextOverlay {ns}>\n<id>1</id>\n<enabled>false</enabled>\n<positionX>0</positionX>\n<positionY>0</positionY>\n<displayText></displayText>\n</TextOverlay>\n");
        if (video != direct) Documents.Add((video.EndsWith("/video", StringComparison.Ordinal) ? video : video + "/video") + "/privacyMask", mask);
        Documents.Add(video + "/motionDetection", $"<MotionDetection {ns}>\n<enabled>true</enabled>\n<enableHighlight>false</enableHighlight>\n<regionType>grid</regionType>\n</MotionDetection>\n");
        Documents.Add(video + "/tamperDetection", $"<TamperDetection {ns}>\n<enabled>true</enabled>\n</TamperDetection>\n");
        Documents.Add(video + "/videoLoss", $"<VideoLoss {ns}>\n<enabled>true</enabled>\n</VideoLoss>\n");
        foreach ((string path, string root) in new[] { ("FieldDetection", "FieldDetection"), ("LineDetection", "LineDetection"), ("SceneChangeDetection", "SceneChangeDetection"), ("regionEntrance", "RegionEntrance"), ("regionExiting", "RegionExiting") })
            Documents.Add($"Smart/{path}/{channel}", $"<{root} {ns}>\n<id>{channel}</id>\n<enabled>true</enabled>\n</{root}>\n");
        Documents.Add($"Image/channels/{channel}/ircutFilter", $"<IrcutFilter {ns}>\n<IrcutFilterType>auto</IrcutFilterType>\n</IrcutFilter>\n");
        Documents.Add($"Image/channels/{channel}/IrcutFilter", $"<IrcutFilter {ns}>\n<IrcutFilterType>auto</IrcutFilterType>\n</IrcutFilter>\n");
        foreach (string type in new[] { "VMD", "videoloss", "shelteralarm", "fielddetection", "linedetection" })
        {
            Documents.Add($"Event/triggers/{type}-{channel}", $"<EventTrigger {ns}>\n<id>{type}-{channel}</id>\n<eventType>{type}</eventType>\n<dynVideoInputChannelID>{channel}</dynVideoInputChannelID>\n<EventTriggerNotificationList>\n" +
                "<EventTriggerNotification>\n<id>center</id>\n<notificationMethod>center</notificationMethod>\n</EventTriggerNotification>\n</EventTriggerNotificationList>\n</EventTrigger>\n");
        }
    }
}
