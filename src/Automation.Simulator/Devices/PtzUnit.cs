using System.Globalization;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Automation.Simulator.Documents;
using Automation.Simulator.Http;

namespace Automation.Simulator.Devices;

/// <summary>The channels of a device that move: presets, patrols, patterns, home, positions. 003 §8.13. Call under the device's lock.</summary>
internal sealed class PtzUnit
{
    private const int MaxPatrols = 8;
    private const int MaxPatterns = 4;

    private readonly SimulatedDevice _device;
    private readonly string _namespace;
    private readonly Dictionary<int, Head> _heads;

    public PtzUnit(SimulatedDevice device, RouteTable routes, DocumentStore documents, string xmlNamespace)
    {
        _device = device;
        _namespace = xmlNamespace;
        _heads = device.Ptz.Distinct().ToDictionary(ch => ch, _ => new Head());
        routes.Get("PTZCtrl/channels", (_, _) => Reply.Xml($"<PTZChannelList version=\"2.0\" xmlns=\"{_namespace}\">\n{string.Concat(_heads.Keys.Select(ch => $"<PTZChannel>\n<id>{ch}</id>\n<enabled>true</enabled>\n<videoInputID>{ch}</videoInputID>\n</PTZChannel>\n"))}</PTZChannelList>\n"));
        routes.Get("PTZCtrl/channels/*/presets", (r, a) => With(r, a, _ => Reply.Xml($"<PTZPresetList version=\"2.0\" xmlns=\"{_namespace}\">\n{string.Concat(_device.Presets.Select(p => $"<PTZPreset>\n<enabled>true</enabled>\n<id>{p}</id>\n<presetName>Preset {p}</presetName>\n</PTZPreset>\n"))}</PTZPresetList>\n")));
        routes.Put("PTZCtrl/channels/*/presets/*/goto", (r, a) => With(r, a, head => Go(r, head, a[1])));
        routes.Put("PTZCtrl/channels/*/patrols/*/start", (r, a) => With(r, a, head => Tour(r, head, "patrol", a[1], MaxPatrols, "running")));
        routes.Put("PTZCtrl/channels/*/patrols/*/stop", (r, a) => With(r, a, head => Tour(r, head, "patrol", a[1], MaxPatrols, "stopped")));
        routes.Put("PTZCtrl/channels/*/patrols/*/pause", (r, a) => With(r, a, head => Tour(r, head, "patrol", a[1], MaxPatrols, "paused")));
        routes.Get("PTZCtrl/channels/*/patrols/*/status", (r, a) => With(r, a, head => Reply.Xml($"<PTZPatrolStatus version=\"2.0\" xmlns=\"{_namespace}\">\n<patrolID>{Xml.Escape(a[1])}</patrolID>\n<patrolStatus>{(head.Tour == "patrol " + a[1] ? head.TourState : "stopped")}</patrolStatus>\n</PTZPatrolStatus>\n")));
        routes.Put("PTZCtrl/channels/*/patterns/*/run", (r, a) => With(r, a, head => Tour(r, head, "pattern", a[1], MaxPatterns, "running")));
        routes.Put("PTZCtrl/channels/*/patterns/*/start", (r, a) => With(r, a, head => Tour(r, head, "pattern", a[1], MaxPatterns, "running")));
        routes.Put("PTZCtrl/channels/*/patterns/*/stop", (r, a) => With(r, a, head => Tour(r, head, "pattern", a[1], MaxPatterns, "stopped")));
        routes.Put("PTZCtrl/channels/*/homeposition", (r, a) => With(r, a, _ => Reply.Ok(r)));
        routes.Put("PTZCtrl/channels/*/homeposition/goto", (r, a) => With(r, a, head => Position(r, head, 0, 0, 10)));
        routes.Put("PTZCtrl/channels/*/continuous", (r, a) => With(r, a, head => Move(r, head)));
        routes.Put("PTZCtrl/channels/*/momentary", (r, a) => With(r, a, head => Move(r, head)));
        routes.Put("PTZCtrl/channels/*/relative", (r, a) => With(r, a, head => Move(r, head)));
        routes.Put("PTZCtrl/channels/*/absolute", (r, a) => With(r, a, head => Absolute(r, head, 1)));
        routes.Put("PTZCtrl/channels/*/absoluteEx", (r, a) => With(r, a, head => Absolute(r, head, 10)));
        routes.Get("PTZCtrl/channels/*/status", (r, a) => With(r, a, head => Reply.Xml($"<PTZStatus version=\"2.0\" xmlns=\"{_namespace}\">\n<AbsoluteHigh>\n<elevation>{head.Elevation}</elevation>\n<azimuth>{head.Azimuth}</azimuth>\n<absoluteZoom>{head.Zoom}</absoluteZoom>\n</AbsoluteHigh>\n</PTZStatus>\n")));
        routes.Get("PTZCtrl/channels/*/absoluteEx", (r, a) => With(r, a, head => Reply.Xml($"<PTZAbsoluteEx version=\"2.0\" xmlns=\"{_namespace}\">\n<elevation>{Tenths(head.Elevation)}</elevation>\n<azimuth>{Tenths(head.Azimuth)}</azimuth>\n<absoluteZoom>{Tenths(head.Zoom)}</absoluteZoom>\n</PTZAbsoluteEx>\n")));
        routes.Put("PTZCtrl/channels/*/auxcontrols/*", (r, a) => With(r, a, head => Auxiliary(r, head, a[1])));
        // 003 §8.13.37: the command, e.g. WIPER_PWRON, stands in the query.
        routes.Put("PTZCtrl/channels/*/auxcontrol", (r, a) => With(r, a, head => Auxiliary(r, head, r.Query["command"].ToString())));
        foreach (int ch in _heads.Keys)
            documents.Add($"PTZCtrl/channels/{ch}/parkaction", $"<ParkAction version=\"2.0\" xmlns=\"{_namespace}\">\n<enabled>false</enabled>\n<Parktime>30</Parktime>\n<Action>\n<ActionType>preset</ActionType>\n<ActionNum>1</ActionNum>\n</Action>\n</ParkAction>\n");
    }

    public JsonArray ReadState() => new([.. _heads.Select(h => (JsonNode)new JsonObject
    {
        ["channel"] = h.Key, ["preset"] = h.Value.Preset, ["tour"] = h.Value.Tour, ["tourState"] = h.Value.TourState,
        ["azimuth"] = h.Value.Azimuth, ["elevation"] = h.Value.Elevation, ["zoom"] = h.Value.Zoom,
        ["auxiliaries"] = new JsonArray([.. h.Value.Auxiliaries.Select(x => (JsonNode)x)]),
    })]);

    private Reply With(DeviceRequest request, string[] arguments, Func<Head, Reply> then) =>
        int.TryParse(arguments[0], NumberStyles.None, CultureInfo.InvariantCulture, out int ch) && _heads.TryGetValue(ch, out Head? head) ? then(head) : Reply.NotSupported(request);

    private Reply Go(DeviceRequest request, Head head, string preset)
    {
        if (!int.TryParse(preset, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || !_device.Presets.Contains(number)) return Reply.BadParameters(request);
        head.Preset = number;
        head.TourState = "stopped";
        head.Azimuth = number * 300 % 3600;
        head.Elevation = number * 50 % 900;
        return Reply.Ok(request);
    }

    private static Reply Tour(DeviceRequest request, Head head, string kind, string text, int most, string state)
    {
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < 1 || number > most) return Reply.BadParameters(request);
        head.Tour = $"{kind} {number}";
        head.TourState = state;
        head.Preset = null;
        return Reply.Ok(request);
    }

    private static Reply Position(DeviceRequest request, Head head, int azimuth, int elevation, int zoom)
    {
        head.Preset = null;
        (head.Azimuth, head.Elevation, head.Zoom) = (azimuth, elevation, zoom);
        return Reply.Ok(request);
    }

    private static Reply Move(DeviceRequest request, Head head)
    {
        if (Xml.TryRead(request.Body) is not { } data) return Reply.BadXml(request);
        int?[] speeds = [Number(data, "pan"), Number(data, "tilt"), Number(data, "zoom")];
        if (speeds.Any(s => s is < -100 or > 100)) return Reply.BadParameters(request);
        return Position(request, head, Math.Clamp(head.Azimuth + (speeds[0] ?? 0), 0, 3600), Math.Clamp(head.Elevation + (speeds[1] ?? 0), -900, 2700), Math.Clamp(head.Zoom + (speeds[2] ?? 0), 0, 1000));
    }

    /// <param name="perUnit">Tenths of a degree in the numbers' unit: the newer form speaks in degrees.</param>
    private static Reply Absolute(DeviceRequest request, Head head, int perUnit)
    {
        if (Xml.TryRead(request.Body) is not { } data) return Reply.BadXml(request);
        int? azimuth = Scaled(data, "azimuth", perUnit), elevation = Scaled(data, "elevation", perUnit);
        if (azimuth is not (>= 0 and <= 3600) || elevation is not (>= -900 and <= 2700)) return Reply.BadParameters(request);
        return Position(request, head, azimuth.Value, elevation.Value, Scaled(data, "absoluteZoom", perUnit) is >= 0 and <= 1000 and var zoom ? zoom : head.Zoom);
    }

    private static Reply Auxiliary(DeviceRequest request, Head head, string name)
    {
        if (name.Length is 0 or > 32) return Reply.BadParameters(request);
        bool off = Xml.TryRead(request.Body) is { } data && (Xml.Value(data, "enabled") is "false" or "0" || Xml.Value(data, "status") == "off");
        if (off) head.Auxiliaries.Remove(name);
        else if (head.Auxiliaries.Count < 16) head.Auxiliaries.Add(name);
        return Reply.Ok(request);
    }

    private static int? Scaled(XElement data, string name, int perUnit) =>
        double.TryParse(Xml.Value(data, name), NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && Math.Abs(number) < 10_000 ? (int)Math.Round(number * perUnit) : null;

    private static string Tenths(int value) => (value / 10.0).ToString("0.0", CultureInfo.InvariantCulture);

    private static int? Number(XElement data, string name) => int.TryParse(Xml.Value(data, name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : null;

    private sealed class Head
    {
        public int? Preset { get; set; }

        public string? Tour { get; set; }

        public string TourState { get; set; } = "stopped";

        public int Azimuth { get; set; }

        public int Elevation { get; set; }

        public int Zoom { get; set; } = 10;

        public SortedSet<string> Auxiliaries { get; } = new(StringComparer.Ordinal);
    }
}
