using System.Globalization;
using System.Text.Json.Nodes;
using Automation.Simulator.Alerts;
using Automation.Simulator.Control;
using Automation.Simulator.Documents;
using Automation.Simulator.Http;

namespace Automation.Simulator.Devices;

/// <summary>What cameras and recorders share: channels with their events, pictures and settings documents, alarm ports, disks. XML. 003 §8, isapi.md 1.1.</summary>
internal abstract class CameraModel : DeviceModel
{
    private static readonly string[] Names = [.. ChannelEvents.Channel.Keys.Concat(ChannelEvents.Device.Keys).Append("personDensity").Order(StringComparer.Ordinal)];

    private readonly EventSettings _settings;
    private readonly SortedSet<int> _recording = [];
    private IDisposable? _playing;
    private long _pictures;

    protected CameraModel(SimulatedDevice device, DeviceContext context)
        : base(device, context, "boundary")
    {
        Ptz = new(device, Routes, Documents, Clock, Namespace);
        Ports = new(device, Routes, Documents, Namespace);
        Disks = new(device.Hdds, Routes, Namespace);
        _settings = new(Documents, Routes, Clock, Namespace, DynamicChannels, WrapsTriggers);
        // A recording without the list is of a device that has none (isapi.md 1.1), and its single streams say more than a simulated list.
        Routes.Get("Streaming/channels", (r, _) => Documents.Find("Streaming/channels/101") is not null ? Reply.NotSupported(r) : Reply.Xml($"<StreamingChannelList version=\"2.0\" xmlns=\"{Namespace}\">\n{string.Concat(ChannelNumbers.Select(Stream))}</StreamingChannelList>\n"));
        Routes.Get("Streaming/channels/*", (r, a) => ChannelOfTrack(a[0]) is { } ch && a[0].EndsWith('1') ? Reply.Xml(Stream(ch)) : Reply.NotSupported(r));
        Routes.Get("Streaming/channels/*/picture", Picture);
        Routes.Put("Streaming/channels/*/requestKeyFrame", (r, a) => ChannelOfTrack(a[0]) is null ? Reply.NotSupported(r) : Reply.Ok(r));
        Routes.Put("ContentMgmt/record/control/manual/start/tracks/*", (r, a) => Record(r, a[0], true));
        Routes.Put("ContentMgmt/record/control/manual/stop/tracks/*", (r, a) => Record(r, a[0], false));
        Routes.Put("Event/triggers/notifications/AudioAlarm/*/test", PlayAudio);
        foreach (int ch in ChannelNumbers) AddChannelDocuments(ch);
        foreach (ChannelEvent kind in ChannelEvents.Device.Values) _settings.Add(kind, 0, "");
        foreach (int input in Ports.Inputs) _settings.Add(ChannelEvents.Input, input, "");
    }

    public override IReadOnlyList<string> EventNames => Ports.Inputs.Count > 0 ? [.. Names, "alarmInput"] : Names;

    protected PtzUnit Ptz { get; }

    protected IoPorts Ports { get; }

    protected Disks Disks { get; }

    protected IEnumerable<int> ChannelNumbers => Enumerable.Range(1, Device.Channels);

    /// <summary>Whether the trigger list stands inside <c>EventNotification</c> (isapi.md 1.1: both occur).</summary>
    protected virtual bool WrapsTriggers => false;

    /// <summary>Where the settings of a channel's video stand: direct or proxied (isapi.md 1.1).</summary>
    protected virtual string VideoPath(int channel) => $"System/Video/inputs/channels/{channel.ToString(CultureInfo.InvariantCulture)}";

    protected override void Emit(string name, Order order)
    {
        if (name == "alarmInput")
        {
            Input(order);
            return;
        }

        if (ChannelEvents.Device.TryGetValue(name, out ChannelEvent? whole))
        {
            EmitLasting(name, order, (count, active) =>
            {
                if (name.StartsWith("hdd", StringComparison.Ordinal)) Disks.Became(name, active);
                TellUnless(_settings.Silenced(whole, 0, ""), new(whole.Wire, active, count, whole.Wire + " alarm"));
            });
            return;
        }

        int channel = order.Int("channel", 1, 1, Device.Channels);
        if (name == "personDensity") PersonDensity(channel, order);
        else OfChannel(ChannelEvents.Channel[name], channel, order);
    }

    protected override JsonObject ReadState() => new()
    {
        ["active"] = new JsonArray([.. Lasting.Active.Select(a => (JsonNode)a)]),
        ["recording"] = new JsonArray([.. _recording.Select(ch => (JsonNode)ch)]),
        ["outputs"] = Ports.OutputState(),
        ["inputs"] = Ports.InputState(),
        ["hdds"] = Disks.ReadState(),
        ["ptz"] = Ptz.ReadState(),
        ["playing"] = _playing is not null,
    };

    protected override void WriteState(JsonObject state)
    {
        foreach ((string key, JsonNode? value) in state)
        {
            if (key == "hdds") Disks.WriteState(Device.Id, value);
            else throw new OrderException($"Of {Device.Id} only \"hdds\" can be set, as an array of words such as ok, error, full.");
        }
    }

    /// <summary>The channel of a track such as 101 or 1201; null when there is none.</summary>
    protected int? ChannelOfTrack(string track) =>
        int.TryParse(track, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number / 100 is var ch && ch >= 1 && ch <= Device.Channels && number % 100 is >= 1 and <= 4 ? ch : null;

    protected int? Channel(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int ch) && ch >= 1 && ch <= Device.Channels ? ch : null;

    protected Reply Picture(DeviceRequest request, string[] arguments) =>
        ChannelOfTrack(arguments[0]) is { } ch ? Reply.Jpeg(TinyJpeg.Make($"{Device.Id} channel {ch} picture {++_pictures} {Clock.NowText}")) : Reply.NotSupported(request);

    /// <summary>The list of video inputs of a camera; a recorder refuses it (isapi.md 1.1).</summary>
    protected void MapInputs() => Routes.Get("System/Video/inputs/channels", (_, _) => Reply.Xml(
        $"<VideoInputChannelList version=\"2.0\" xmlns=\"{Namespace}\">\n{string.Concat(ChannelNumbers.Select(ch => VideoInput(ch, "")))}</VideoInputChannelList>\n"));

    protected static string VideoInput(int channel, string more) =>
        $"<VideoInputChannel>\n<id>{channel}</id>\n<inputPort>{channel}</inputPort>\n<videoInputEnabled>true</videoInputEnabled>\n<name>{CameraName(channel)}</name>\n{more}</VideoInputChannel>\n";

    protected static string CameraName(int channel) => "Camera " + channel.ToString("D2", CultureInfo.InvariantCulture);

    /// <summary>Tells it, or keeps why it is not told for who ordered it.</summary>
    protected void TellUnless(string? silenced, Alert alert)
    {
        if (silenced is null) Tell(alert);
        else NotTold = silenced;
    }

    /// <summary>Somebody enters and leaves: a begin and an end in turn.</summary>
    protected override IEnumerable<Alert> LoadAlerts() => [Intruder(true), Intruder(false)];

    private static Alert Intruder(bool active) => new("fielddetection", active, active ? 1 : 2, "fielddetection alarm")
    {
        Channel = 1, ChannelName = CameraName(1),
        Details = new() { ["DetectionRegionList"] = new JsonArray(new JsonObject { ["DetectionRegionEntry"] = new JsonObject { ["regionID"] = "1", ["sensitivityLevel"] = 50, ["RegionCoordinatesList"] = Square(), ["detectionTarget"] = "human" } }) },
    };

    private void OfChannel(ChannelEvent kind, int channel, Order order)
    {
        var details = new JsonObject();
        if (kind.Target)
        {
            string target = order.OneOf("target", "human", "human", "vehicle", "others");
            int region = order.Int("region", 1, 1, 64);
            details["DetectionRegionList"] = new JsonArray(new JsonObject
            {
                ["DetectionRegionEntry"] = new JsonObject { ["regionID"] = region.ToString(CultureInfo.InvariantCulture), ["sensitivityLevel"] = 50, ["RegionCoordinatesList"] = Square(), ["detectionTarget"] = target },
            });
        }

        bool picture = order.Flag("picture", false);
        if (picture)
        {
            details["detectionPictureTransType"] = "binary";
            details["detectionPicturesNumber"] = 1;
        }

        EmitLasting($"{kind.Name}/{channel}", order, (count, active) => TellUnless(_settings.Silenced(kind, channel, VideoPath(channel)) ?? Disturbed(channel), new(kind.Wire, active, count, kind.Wire + " alarm")
        {
            Channel = channel, ChannelName = CameraName(channel), Details = details,
            Picture = picture && active && count == 1 ? TinyJpeg.Make($"{Device.Id} {channel}") : null,
        }));
    }

    private void Input(Order order)
    {
        if (Ports.Inputs.Count == 0) throw new OrderException($"Device {Device.Id} has no alarm inputs.");
        int input = order.Int("input", null, 1, 10_000);
        if (!Ports.HasInput(input)) throw new OrderException($"Device {Device.Id} has no alarm input {input}; it has {string.Join(", ", Ports.Inputs)}.");
        EmitLasting($"alarmInput/{input}", order, (count, active) =>
        {
            Ports.Input(input, active);
            string? silenced = Ports.IsEnabled(input) ? _settings.Silenced(ChannelEvents.Input, input, "") : "disabled";
            TellUnless(silenced, new("IO", active, count, "IO alarm") { Details = new() { [input > 100 ? "dynInputIOPortID" : "inputIOPortID"] = input }, Receiver = new("IO", "IO alarm", new() { ["inputIOPortID"] = input }) });
        });
    }

    private void PersonDensity(int channel, Order order)
    {
        int level = order.Int("level", 1, 0, 10), people = order.Int("people", 0, 0, 10_000);
        order.Done();
        Tell(new("PERSON_DENSITY_DETECTION", true, 1, "Person Density Detection")
        {
            Channel = channel, JsonOnly = true,
            Details = new()
            {
                ["personDensityResult"] = new JsonArray(new JsonObject
                {
                    ["Target"] = new JsonArray(new JsonObject
                    {
                        ["recognitionType"] = "human",
                        ["TargetInfo"] = new JsonObject { ["recognition"] = "personDensityDetection", ["dataSource"] = "trigger", ["densityLevel"] = level, ["personCnt"] = people, ["framesPeopleCounting_number"] = people },
                    }),
                }),
            },
        });
    }

    /// <summary>isapi.md 1.1: a recorder's one-key disarming of a channel.</summary>
    private string? Disturbed(int channel)
    {
        if (Documents.FindJson("System/status/disturbParams") is not { } json) return null;
        foreach (JsonNode entry in JsonBody.Items(JsonBody.Member(JsonBody.TryRead(json), "disturbChannelList")))
        {
            if (JsonBody.Int(JsonBody.Member(entry, "channelID")) == channel && JsonBody.Flag(JsonBody.Member(entry, "disturbEnabled")) == true
                && JsonBody.Items(JsonBody.Member(entry, "disturbNotificationList")).Any(n => JsonBody.Text(JsonBody.Member(n, "notificationMethod")) == "center")) return "disturbed";
        }

        return null;
    }

    private Reply Record(DeviceRequest request, string track, bool on)
    {
        if (ChannelOfTrack(track) is not { } channel) return Reply.BadParameters(request);
        if (on && !Disks.CanRecord) return Reply.Of(request, 403, 6, "diskError", 0x60001009);
        if (on) _recording.Add(channel);
        else _recording.Remove(channel);
        return Reply.Ok(request);
    }

    /// <summary>isapi.md 1.1: a second sound while one plays is refused, and there is no way to stop it.</summary>
    private Reply PlayAudio(DeviceRequest request, string[] arguments)
    {
        if (!int.TryParse(arguments[0], NumberStyles.None, CultureInfo.InvariantCulture, out int audio) || audio is < 1 or > 10) return Reply.BadParameters(request);
        if (_playing is not null) return Reply.Of(request, 403, 4, "audioIsPlayingPleaseWait", 0x40008010);
        _playing = Clock.After(TimeSpan.FromSeconds(3), () => _playing = null);
        return Reply.Ok(request);
    }

    private string Stream(int channel) =>
        $"<StreamingChannel version=\"2.0\" xmlns=\"{Namespace}\">\n<id>{channel}01</id>\n<channelName>{CameraName(channel)}</channelName>\n<enabled>true</enabled>\n" +
        "<Video>\n<enabled>true</enabled>\n<videoCodecType>H.264</videoCodecType>\n<videoResolutionWidth>1920</videoResolutionWidth>\n<videoResolutionHeight>1080</videoResolutionHeight>\n</Video>\n</StreamingChannel>\n";

    private void AddChannelDocuments(int channel)
    {
        string video = VideoPath(channel), ns = $"version=\"2.0\" xmlns=\"{Namespace}\"";
        string direct = $"System/Video/inputs/channels/{channel.ToString(CultureInfo.InvariantCulture)}";
        string mask = $"<PrivacyMask {ns}>\n<enabled>false</enabled>\n<PrivacyMaskRegionList>\n<PrivacyMaskRegion>\n<id>1</id>\n<enabled>true</enabled>\n</PrivacyMaskRegion>\n</PrivacyMaskRegionList>\n</PrivacyMask>\n";
        Documents.Add(direct + "/privacyMask", mask);
        Documents.Add(direct + "/overlays/text/1", $"<TextOverlay {ns}>\n<id>1</id>\n<enabled>false</enabled>\n<positionX>0</positionX>\n<positionY>0</positionY>\n<displayText></displayText>\n</TextOverlay>\n");
        if (video != direct) Documents.Add(video + "/privacyMask", mask);
        Documents.Add($"Image/channels/{channel}/ircutFilter", $"<IrcutFilter {ns}>\n<IrcutFilterType>auto</IrcutFilterType>\n</IrcutFilter>\n");
        Documents.Add($"Image/channels/{channel}/IrcutFilter", $"<IrcutFilter {ns}>\n<IrcutFilterType>auto</IrcutFilterType>\n</IrcutFilter>\n");
        foreach (ChannelEvent kind in ChannelEvents.Channel.Values) _settings.Add(kind, channel, video);
    }

    private static JsonArray Square() => new(
        new JsonObject { ["RegionCoordinates"] = new JsonObject { ["positionX"] = 100, ["positionY"] = 100 } },
        new JsonObject { ["RegionCoordinates"] = new JsonObject { ["positionX"] = 100, ["positionY"] = 900 } },
        new JsonObject { ["RegionCoordinates"] = new JsonObject { ["positionX"] = 900, ["positionY"] = 900 } },
        new JsonObject { ["RegionCoordinates"] = new JsonObject { ["positionX"] = 900, ["positionY"] = 100 } });
}
