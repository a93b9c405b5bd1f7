using System.Globalization;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Automation.Simulator.Alerts;
using Automation.Simulator.Documents;
using Automation.Simulator.Http;

namespace Automation.Simulator.Devices;

/// <summary>The channels of a device that move: presets, patrols, patterns, home, park action, positions. 003 §8.13. Call under the device's lock.</summary>
internal sealed class PtzUnit
{
    private const int MaxPresets = 300;
    private const int MaxPatrols = 8;
    private const int MaxPatterns = 4;

    /// <summary>003 §8.13.37.</summary>
    private static readonly string[] AuxiliaryCommands = ["LIGHT_PWRON", "WIPER_PWRON", "FAN_PWRON", "HEATER_PWRON"];

    private static readonly string[] Coordinates = ["azimuth", "elevation", "absoluteZoom"];

    private readonly SimulatedDevice _device;
    private readonly DocumentStore _documents;
    private readonly DeviceClock _clock;
    private readonly string _ns;
    private readonly Dictionary<int, Channel> _channels;

    public PtzUnit(SimulatedDevice device, RouteTable routes, DocumentStore documents, DeviceClock clock, string xmlNamespace)
    {
        (_device, _documents, _clock, _ns) = (device, documents, clock, $"version=\"2.0\" xmlns=\"{xmlNamespace}\"");
        _channels = device.Ptz.Distinct().ToDictionary(ch => ch, ch => new Channel(ch, new(clock), device.Presets));
        if (_channels.Count == 0) return;
        routes.Get("PTZCtrl/channels", (_, _) => Reply.Xml($"<PTZChannelList {_ns}>\n{string.Concat(_channels.Keys.Select(PtzChannel))}</PTZChannelList>\n"));
        routes.Get("PTZCtrl/channels/*", (r, a) => With(r, a, c => Reply.Xml(PtzChannel(c.Number))));
        routes.Get("PTZCtrl/channels/*/capabilities", (r, a) => With(r, a, _ => Reply.Xml($"<PTZChanelCap {_ns}>\n<maxPresetNum>{MaxPresets}</maxPresetNum>\n<maxPatrolNum>{MaxPatrols}</maxPatrolNum>\n<maxPatternNum>{MaxPatterns}</maxPatternNum>\n<isSupportPTZHomePosition>true</isSupportPTZHomePosition>\n<isSupportPosition3D>false</isSupportPosition3D>\n</PTZChanelCap>\n")));
        MapPresets(routes);
        MapTours(routes);
        MapMoves(routes);
        foreach (int ch in _channels.Keys) AddDocuments(ch, xmlNamespace);
    }

    public JsonArray ReadState() => new([.. _channels.Values.Select(c => (JsonNode)new JsonObject
    {
        ["channel"] = c.Number, ["preset"] = c.Head.Preset, ["tour"] = c.Head.Tour, ["tourState"] = c.Head.TourState, ["moving"] = c.Head.Moving,
        ["azimuth"] = c.Head.Azimuth, ["elevation"] = c.Head.Elevation, ["zoom"] = c.Head.Zoom,
        ["pan"] = c.Head.Asked.Pan, ["tilt"] = c.Head.Asked.Tilt, ["zooming"] = c.Head.Asked.Zoom,
        ["auxiliaries"] = new JsonArray([.. c.Head.Auxiliaries.Select(x => (JsonNode)x)]),
    })]);

    private void MapPresets(RouteTable routes)
    {
        routes.Get("PTZCtrl/channels/*/presets", (r, a) => With(r, a, c => Reply.Xml($"<PTZPresetList {_ns}>\n{string.Concat(c.Presets.Select(p => Preset(p.Key, p.Value.Name)))}</PTZPresetList>\n")));
        routes.Get("PTZCtrl/channels/*/presets/*", (r, a) => With(r, a, c => c.PresetOf(a[1]) is { } p ? Reply.Xml(Preset(p, c.Presets[p].Name)) : Reply.BadParameters(r)));
        routes.Put("PTZCtrl/channels/*/presets/*", (r, a) => With(r, a, c => SetPreset(r, c, a[1])));
        routes.Map("DELETE", "PTZCtrl/channels/*/presets/*", (r, a) => With(r, a, c => c.PresetOf(a[1]) is { } p && c.Presets.Remove(p) ? Reply.Ok(r) : Reply.BadParameters(r)));
        routes.Put("PTZCtrl/channels/*/presets/*/goto", (r, a) => With(r, a, c => Go(r, c, a[1])));
    }

    private void MapTours(RouteTable routes)
    {
        routes.Get("PTZCtrl/channels/*/patrols", (r, a) => With(r, a, c => Reply.Xml($"<PTZPatrolList {_ns}>\n{string.Join('\n', _documents.Under($"PTZCtrl/channels/{c.Number}/patrols/"))}\n</PTZPatrolList>\n")));
        routes.Put("PTZCtrl/channels/*/patrols/*/start", (r, a) => With(r, a, c => StartPatrol(r, c, a[1])));
        routes.Put("PTZCtrl/channels/*/patrols/*/stop", (r, a) => With(r, a, c => Tour(r, c, "patrol", a[1], MaxPatrols, (head, tour) => head.Stop(tour))));
        routes.Put("PTZCtrl/channels/*/patrols/*/pause", (r, a) => With(r, a, c => Tour(r, c, "patrol", a[1], MaxPatrols, (head, tour) =>
        {
            if (head.Tour == tour && head.TourState == "running") head.Pause();
        })));
        routes.Get("PTZCtrl/channels/*/patrols/*/status", (r, a) => With(r, a, c => Reply.Xml(
            $"<PTZPatrol {_ns}>\n<PTZPatrolStatus>\n<patrolID>{Xml.Escape(a[1])}</patrolID>\n<patrolStatus>{(c.Head.Tour == "patrol " + a[1] ? c.Head.TourState : "stopped")}</patrolStatus>\n</PTZPatrolStatus>\n</PTZPatrol>\n")));
        routes.Get("PTZCtrl/channels/*/patterns", (r, a) => With(r, a, c => Reply.Xml($"<PTZPatternList {_ns}>\n{string.Concat(Enumerable.Range(1, MaxPatterns).Select(n => Pattern(c, n)))}</PTZPatternList>\n")));
        routes.Get("PTZCtrl/channels/*/patterns/*", (r, a) => With(r, a, c => Number(a[1], MaxPatterns) is { } n ? Reply.Xml(Pattern(c, n)) : Reply.BadParameters(r)));
        routes.Put("PTZCtrl/channels/*/patterns/*/recordstart", (r, a) => With(r, a, c => Number(a[1], MaxPatterns) is null ? Reply.BadParameters(r) : Reply.Ok(r)));
        routes.Put("PTZCtrl/channels/*/patterns/*/recordstop", (r, a) => With(r, a, c =>
        {
            if (Number(a[1], MaxPatterns) is not { } n) return Reply.BadParameters(r);
            c.Patterns.Add(n);
            return Reply.Ok(r);
        }));
        foreach (string run in (string[])["run", "start"]) routes.Put("PTZCtrl/channels/*/patterns/*/" + run, (r, a) => With(r, a, c => RunPattern(r, c, a[1])));
        routes.Put("PTZCtrl/channels/*/patterns/*/stop", (r, a) => With(r, a, c => Tour(r, c, "pattern", a[1], MaxPatterns, (head, tour) => head.Stop(tour))));
    }

    private void MapMoves(RouteTable routes)
    {
        routes.Put("PTZCtrl/channels/*/homeposition", (r, a) => With(r, a, _ => Reply.Ok(r)));
        routes.Map("DELETE", "PTZCtrl/channels/*/homeposition", (r, a) => With(r, a, _ => Reply.Ok(r)));
        routes.Put("PTZCtrl/channels/*/homeposition/goto", (r, a) => With(r, a, c => Moved(r, c, head => head.GoTo(0, 0, 10))));
        routes.Put("PTZCtrl/channels/*/continuous", (r, a) => With(r, a, c => Turn(r, c, momentary: false)));
        routes.Put("PTZCtrl/channels/*/momentary", (r, a) => With(r, a, c => Turn(r, c, momentary: true)));
        routes.Put("PTZCtrl/channels/*/relative", (r, a) => With(r, a, c => Relative(r, c)));
        routes.Put("PTZCtrl/channels/*/absolute", (r, a) => With(r, a, c => Absolute(r, c, 1)));
        routes.Put("PTZCtrl/channels/*/absoluteEx", (r, a) => With(r, a, c => Absolute(r, c, 10)));
        routes.Get("PTZCtrl/channels/*/status", (r, a) => With(r, a, c => Reply.Xml($"<PTZStatus {_ns}>\n<AbsoluteHigh>\n<elevation>{c.Head.Elevation}</elevation>\n<azimuth>{c.Head.Azimuth}</azimuth>\n<absoluteZoom>{c.Head.Zoom}</absoluteZoom>\n</AbsoluteHigh>\n</PTZStatus>\n")));
        routes.Get("PTZCtrl/channels/*/absoluteEx", (r, a) => With(r, a, c => Reply.Xml($"<PTZAbsoluteEx {_ns}>\n<elevation>{Tenths(c.Head.Elevation)}</elevation>\n<azimuth>{Tenths(c.Head.Azimuth)}</azimuth>\n<absoluteZoom>{Tenths(c.Head.Zoom)}</absoluteZoom>\n</PTZAbsoluteEx>\n")));
        routes.Put("PTZCtrl/channels/*/auxcontrols/*", (r, a) => With(r, a, c => Auxiliary(r, c, a[1])));
        routes.Put("PTZCtrl/channels/*/auxcontrol", (r, a) => With(r, a, c => AuxiliaryCommands.Contains(r.Query["command"].ToString()) ? Auxiliary(r, c, r.Query["command"].ToString()) : Reply.BadParameters(r)));
        routes.Get("PTZCtrl/channels/*/auxcontrol", (r, a) => With(r, a, c => AuxiliaryCommands.Contains(r.Query["command"].ToString())
            ? Reply.Xml($"<PTZAuxStatus {_ns}>\n<enabled>{(c.Head.Auxiliaries.Contains(r.Query["command"].ToString()) ? "true" : "false")}</enabled>\n</PTZAuxStatus>\n") : Reply.BadParameters(r)));
    }

    private void AddDocuments(int ch, string xmlNamespace)
    {
        string at = $"PTZCtrl/channels/{ch.ToString(CultureInfo.InvariantCulture)}";
        _documents.Add(at + "/parkaction", $"<ParkAction {_ns}>\n<enabled>false</enabled>\n<Parktime>30</Parktime>\n<Action>\n<ActionType>preset</ActionType>\n<ActionNum>1</ActionNum>\n</Action>\n</ParkAction>\n");
        _documents.Add(at + "/timetasks", $"<TimeTaskList {_ns}>\n<enabled>false</enabled>\n<Parktime>30</Parktime>\n</TimeTaskList>\n");
        for (int day = 1; day <= 7; day++) _documents.Add($"{at}/timetasks/{day}", $"<TimeTaskBlock {_ns}>\n<dayOfWeek>{day}</dayOfWeek>\n</TimeTaskBlock>\n");
        string stops = string.Concat(_device.Presets.Select((p, i) => $"<PatrolSequence>\n<id>{i + 1}</id>\n<presetID>{p}</presetID>\n<seqSpeed>30</seqSpeed>\n<delay>10</delay>\n</PatrolSequence>\n"));
        for (int patrol = 1; patrol <= MaxPatrols; patrol++)
        {
            bool set = patrol <= 2 && stops.Length > 0;
            _documents.Add($"{at}/patrols/{patrol}", $"<PTZPatrol {_ns}>\n<enabled>{(set ? "true" : "false")}</enabled>\n<id>{patrol}</id>\n<patrolName>Patrol {patrol}</patrolName>\n<PatrolSequenceList>\n{(set ? stops : "")}</PatrolSequenceList>\n</PTZPatrol>\n");
        }
    }

    private Reply With(DeviceRequest request, string[] arguments, Func<Channel, Reply> then) =>
        int.TryParse(arguments[0], NumberStyles.None, CultureInfo.InvariantCulture, out int ch) && _channels.TryGetValue(ch, out Channel? channel) ? then(channel) : Reply.NotSupported(request);

    /// <summary>Any command counts as use: the park action waits from the last one.</summary>
    private Reply Moved(DeviceRequest request, Channel channel, Action<PtzHead> move)
    {
        move(channel.Head);
        channel.Park?.Dispose();
        channel.Park = null;
        if (_documents.Find($"PTZCtrl/channels/{channel.Number}/parkaction") is { } park && Xml.Value(park, "enabled") is "true" or "1" && int.TryParse(Xml.Value(_documents.Find($"PTZCtrl/channels/{channel.Number}/parkaction")!, "Parktime"), out int seconds))
            channel.Park = _clock.After(TimeSpan.FromSeconds(Math.Clamp(seconds, 1, 3600)), () => Park(channel));
        return Reply.Ok(request);
    }

    private void Park(Channel channel)
    {
        if (_documents.Find($"PTZCtrl/channels/{channel.Number}/parkaction") is not { } park || Xml.Value(park, "enabled") is not ("true" or "1")) return;
        string number = Xml.Value(park, "ActionNum") ?? "";
        switch (Xml.Value(park, "ActionType"))
        {
            case "preset" when channel.PresetOf(number) is { } preset: channel.Head.GoTo(preset, channel.Presets[preset].Where); break;
            case "patrol" when Number(number, MaxPatrols) is { } n && Stops(channel, n) is { Count: > 0 } stops: channel.Head.Run($"patrol {n}", stops); break;
            case "pattern" when Number(number, MaxPatterns) is { } n && channel.Patterns.Contains(n): channel.Head.Run($"pattern {n}", PatternStops(n)); break;
            default: break;
        }
    }

    private Reply Go(DeviceRequest request, Channel channel, string preset) =>
        channel.PresetOf(preset) is { } number ? Moved(request, channel, head => head.GoTo(number, channel.Presets[number].Where)) : Reply.BadParameters(request);

    /// <summary>003 §8.13.12: PUT sets the preset where the head is now.</summary>
    private static Reply SetPreset(DeviceRequest request, Channel channel, string text)
    {
        if (Xml.TryRead(request.Body) is not { } root || root.Name.LocalName != "PTZPreset") return Reply.BadXml(request);
        if (Number(text, MaxPresets) is not { } number || Xml.Value(root, "presetName") is not { } name || Xml.Value(root, "enabled") is not ("true" or "1")) return Reply.BadParameters(request);
        channel.Presets[number] = (name, (channel.Head.Azimuth, channel.Head.Elevation, channel.Head.Zoom));
        return Reply.Ok(request);
    }

    private Reply StartPatrol(DeviceRequest request, Channel channel, string text) =>
        Number(text, MaxPatrols) is { } n && Stops(channel, n) is { Count: > 0 } stops ? Moved(request, channel, head => head.Run($"patrol {n}", stops)) : Reply.BadParameters(request);

    private Reply RunPattern(DeviceRequest request, Channel channel, string text) =>
        Number(text, MaxPatterns) is { } n && channel.Patterns.Contains(n) ? Moved(request, channel, head => head.Run($"pattern {n}", PatternStops(n))) : Reply.BadParameters(request);

    private Reply Tour(DeviceRequest request, Channel channel, string kind, string text, int most, Action<PtzHead, string> then) =>
        Number(text, most) is { } n ? Moved(request, channel, head => then(head, $"{kind} {n}")) : Reply.BadParameters(request);

    private List<(int? Preset, (int Azimuth, int Elevation, int Zoom) Where, TimeSpan Stay)> Stops(Channel channel, int patrol)
    {
        var stops = new List<(int?, (int, int, int), TimeSpan)>();
        foreach (XElement stop in _documents.Find($"PTZCtrl/channels/{channel.Number}/patrols/{patrol}")?.Descendants().Where(e => e.Name.LocalName == "PatrolSequence").Take(32) ?? [])
        {
            // 003 §8.13.15 calls the delay seconds in its note and milliseconds in its block; devices count seconds.
            if (channel.PresetOf(Xml.Value(stop, "presetID") ?? "") is { } preset)
                stops.Add((preset, channel.Presets[preset].Where, TimeSpan.FromSeconds(int.TryParse(Xml.Value(stop, "delay"), out int delay) ? Math.Clamp(delay, 1, 120) : 10)));
        }

        return stops;
    }

    private static (int? Preset, (int Azimuth, int Elevation, int Zoom) Where, TimeSpan Stay)[] PatternStops(int number) =>
        [(null, (number * 400, 100, 10), TimeSpan.FromSeconds(1)), (null, ((number * 400) + 900, 300, 10), TimeSpan.FromSeconds(1))];

    private Reply Turn(DeviceRequest request, Channel channel, bool momentary)
    {
        if (Xml.TryRead(request.Body) is not { } data || data.Name.LocalName != "PTZData") return Reply.BadXml(request);
        int?[] speeds = [Whole(data, "pan"), Whole(data, "tilt"), Whole(data, "zoom")];
        if (speeds.All(s => s is null) || speeds.Any(s => s is < -100 or > 100)) return Reply.BadParameters(request);
        int milliseconds = Whole(data, "duration") ?? 500;
        if (momentary && milliseconds is < 1 or > 600_000) return Reply.BadParameters(request);
        return Moved(request, channel, head => head.Turn(speeds[0] ?? 0, speeds[1] ?? 0, speeds[2] ?? 0, momentary ? TimeSpan.FromMilliseconds(milliseconds) : null));
    }

    /// <summary>003 §8.13.7: a point of the picture, 0 to 255 each way, moves to its middle.</summary>
    private Reply Relative(DeviceRequest request, Channel channel)
    {
        if (Xml.TryRead(request.Body) is not { } data || data.Name.LocalName != "PTZData") return Reply.BadXml(request);
        if (!data.Elements().Any(e => e.Name.LocalName == "Relative")) return Reply.BadXml(request);
        int x = Whole(data, "positionX") ?? 128, y = Whole(data, "positionY") ?? 128, zoom = Whole(data, "relativeZoom") ?? 0;
        if (zoom is < -100 or > 100 || Math.Abs(x) > 1000 || Math.Abs(y) > 1000) return Reply.BadParameters(request);
        PtzHead head = channel.Head;
        return Moved(request, channel, h => h.GoTo((head.Azimuth + ((x - 128) * 2) + 3600) % 3600, Math.Clamp(head.Elevation + ((128 - y) * 2), -900, 2700), Math.Clamp(head.Zoom + zoom, 0, 1000)));
    }

    /// <param name="perUnit">Tenths of a degree in the numbers' unit: the newer form speaks in degrees.</param>
    private Reply Absolute(DeviceRequest request, Channel channel, int perUnit)
    {
        if (Xml.TryRead(request.Body) is not { } data || data.Name.LocalName is not ("PTZData" or "PTZAbsoluteEx")) return Reply.BadXml(request);
        int azimuth = Scaled(data, "azimuth", perUnit) ?? channel.Head.Azimuth, elevation = Scaled(data, "elevation", perUnit) ?? channel.Head.Elevation, zoom = Scaled(data, "absoluteZoom", perUnit) ?? channel.Head.Zoom;
        bool any = Coordinates.Any(n => Xml.Value(data, n) is not null);
        if (!any || azimuth is < 0 or > 3600 || elevation is < -900 or > 2700 || zoom is < 0 or > 1000) return Reply.BadParameters(request);
        return Moved(request, channel, head => head.GoTo(azimuth, elevation, zoom));
    }

    private static Reply Auxiliary(DeviceRequest request, Channel channel, string name)
    {
        if (name.Length is 0 or > 32) return Reply.BadParameters(request);
        if (Xml.TryRead(request.Body) is not { } data) return Reply.BadXml(request);
        string? wanted = Xml.Value(data, "enabled") ?? Xml.Value(data, "status");
        if (wanted is not ("true" or "false" or "1" or "0" or "on" or "off")) return Reply.BadParameters(request);
        if (wanted is "false" or "0" or "off") channel.Head.Auxiliaries.Remove(name);
        else if (channel.Head.Auxiliaries.Count < 16) channel.Head.Auxiliaries.Add(name);
        return Reply.Ok(request);
    }

    private string PtzChannel(int ch) => $"<PTZChannel {_ns}>\n<id>{ch}</id>\n<enabled>true</enabled>\n<videoInputID>{ch}</videoInputID>\n</PTZChannel>\n";

    private string Preset(int number, string name) => $"<PTZPreset {_ns}>\n<enabled>true</enabled>\n<id>{number}</id>\n<presetName>{Xml.Escape(name)}</presetName>\n</PTZPreset>\n";

    private string Pattern(Channel channel, int number) => $"<PTZPattern {_ns}>\n<enabled>{(channel.Patterns.Contains(number) ? "true" : "false")}</enabled>\n<id>{number}</id>\n<space>{(channel.Patterns.Contains(number) ? 60 : 100)}</space>\n</PTZPattern>\n";

    private static int? Scaled(XElement data, string name, int perUnit) =>
        double.TryParse(Xml.Value(data, name), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && Math.Abs(number) < 10_000 ? (int)Math.Round(number * perUnit) : null;

    private static string Tenths(int value) => (value / 10.0).ToString("0.0", CultureInfo.InvariantCulture);

    private static int? Whole(XElement data, string name) => int.TryParse(Xml.Value(data, name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : null;

    private static int? Number(string text, int most) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= most ? number : null;

    private sealed class Channel(int number, PtzHead head, IEnumerable<int> presets)
    {
        public int Number => number;

        public PtzHead Head => head;

        public SortedDictionary<int, (string Name, (int Azimuth, int Elevation, int Zoom) Where)> Presets { get; } =
            new(presets.Distinct().ToDictionary(p => p, p => ($"Preset {p.ToString(CultureInfo.InvariantCulture)}", (p * 300 % 3600, p * 50 % 900, 10))));

        /// <summary>The patterns somebody has recorded.</summary>
        public SortedSet<int> Patterns { get; } = [1, 2];

        public IDisposable? Park { get; set; }

        public int? PresetOf(string text) => PtzUnit.Number(text, MaxPresets) is { } n && Presets.ContainsKey(n) ? n : null;
    }
}
