using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Automation.Simulator.Devices.Panel;

namespace Automation.Simulator;

/// <summary>Reads a devices file and finds every problem in it at once.</summary>
internal sealed class SimulatorFileReader
{
    private static readonly string[] Common =
    [
        "id", "kind", "port", "name", "user", "passwordEnv", "prefix", "digest", "qop", "nonceSeconds", "lockAfter", "lockSeconds", "contentLength", "utcOffset", "documents",
        "count", "auth", "sessionVersion", "sessionIrreversible", "sessionCookie", "sessionSeconds", "maxSessions", "tls", "maxStreams", "pushForm",
    ];

    private static readonly Dictionary<SimulatedKind, string[]> OfKind = new()
    {
        [SimulatedKind.Panel] = ["areas", "zones", "zoneAreas", "zoneTypes", "exitDelaySeconds", "entryDelaySeconds", "relays", "sirens", "en50131", "operateCode", .. PeripheralKind.All.Select(k => k.Name)],
        [SimulatedKind.Recorder] = ["channels", "analog", "emptyChannels", "ptz", "presets", "alarmInputs", "alarmOutputs", "proxiedInputs", "proxiedOutputs", "hdds"],
        [SimulatedKind.Camera] = ["channels", "ptz", "presets", "alarmInputs", "alarmOutputs", "hdds"],
        [SimulatedKind.Gateway] = ["behind"],
        [SimulatedKind.Access] = ["doors"],
        [SimulatedKind.Thermal] = ["channels"],
        [SimulatedKind.Counting] = [],
        [SimulatedKind.DoorStation] = ["doors", "silentRing"],
        [SimulatedKind.Doorbell] = ["silentRing"],
        [SimulatedKind.FaceTerminal] = ["doors"],
        [SimulatedKind.Screening] = ["channels"],
        [SimulatedKind.Switch] = ["ports"],
        [SimulatedKind.Radar] = [],
        [SimulatedKind.Speaker] = [],
        [SimulatedKind.TrailCamera] = ["mqttPort", "mqttTopic"],
        [SimulatedKind.Scope] = ["mqttPort", "mqttTopic"],
        [SimulatedKind.PhoneThermal] = ["mqttPort", "mqttTopic"],
    };

    private static readonly string[] Algorithms = ["MD5", "MD5-sess", "SHA-256", "SHA-256-sess"];
    private static readonly string[] Qops = ["auth", "auth-int"];
    private static readonly string[] Auths = ["digest", "basic", "session"];
    private static readonly string[] SessionVersions = ["2.1", "2"];
    private static readonly string[] PushForms = ["bare", "multipart", "noType", "psialliance"];
    private static readonly string Kinds = string.Join(", ", Enum.GetNames<SimulatedKind>().Select(JsonNamingPolicy.CamelCase.ConvertName));

    private static readonly string[] ZoneTypeNames =
        ["Instant", "Delay", "Follow", "Perimeter", "24hNoSound", "24hSound", "Emergency", "Fire", "Gas", "Medical"];

    private readonly List<SimulatorProblem> _problems = [];

    public SimulatorFileResult Read(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length > SimulatorFile.MaxBytes) return Fail(new("", 0, 0, $"The devices file is larger than {SimulatorFile.MaxBytes} bytes; split it."));
        if (!Utf8.IsValid(utf8.Span)) return Fail(new("", 0, 0, "The devices file is not UTF-8; save it as UTF-8."));
        JsonNode? root;
        try
        {
            ReadOnlySpan<byte> text = utf8.Span;
            if (text.StartsWith("\uFEFF"u8)) text = text[3..];
            root = JsonNode.Parse(text, documentOptions: new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 16, AllowDuplicateProperties = false });
        }
        catch (JsonException e)
        {
            return Fail(new(e.Path ?? "", (int)(e.LineNumber ?? -1) + 1, (int)(e.BytePositionInLine ?? -1) + 1, "This is not JSON that can be read: " + FirstSentence(e.Message)));
        }

        if (root is not JsonObject file || file["devices"] is not JsonArray devices)
            return Fail(new("", 0, 0, "The file must be an object with an array \"devices\"."));
        foreach ((string key, _) in file)
        {
            if (key is not ("devices" or "$schema")) Add("/" + key, $"Unknown property \"{key}\"; remove it (known: devices).");
        }

        if (devices.Count is 0 or > SimulatorFile.MaxDevices) Add("/devices", $"There must be 1 to {SimulatorFile.MaxDevices} devices, not {devices.Count}.");
        var list = ImmutableArray.CreateBuilder<SimulatedDevice>();
        for (int i = 0; i < Math.Min(devices.Count, SimulatorFile.MaxDevices); i++)
        {
            string at = "/devices/" + i.ToString(CultureInfo.InvariantCulture);
            if (ReadDevice(devices[i], at, out int count) is { } device) Add(list, device, count, at);
        }

        foreach (SimulatedDevice gateway in list)
        {
            foreach (string id in gateway.Behind.Where(id => !list.Any((gateway with { Behind = [id] }).IsBehind)))
                Add("/devices", $"\"behind\" of {gateway.Id} names {id}, which is no device of this file; name devices that are no gateways.");
        }

        FindTwice(list, d => d.Id, "id", "ids must differ");
        FindTwice(list.Where(d => d.Port != 0), d => d.Port.ToString(CultureInfo.InvariantCulture), "port", "each device needs its own port (0 takes any free one)");
        return _problems.Count > 0 ? new(null, [.. _problems]) : new(new([.. list]), []);
    }

    /// <summary>One device, or <c>count</c> of them alike: <c>id-1</c>, <c>id-2</c>, on ports in a row.</summary>
    private void Add(ImmutableArray<SimulatedDevice>.Builder list, SimulatedDevice device, int count, string at)
    {
        if (list.Count + count > SimulatorFile.MaxDevices || device.Port + count > 65536)
        {
            Add(at + "/count", $"\"count\" is {count}; together there may be {SimulatorFile.MaxDevices} devices, on ports up to 65535.");
            return;
        }

        if (count == 1) list.Add(device);
        else
        {
            for (int n = 1; n <= count; n++)
                list.Add(device with { Id = string.Create(CultureInfo.InvariantCulture, $"{device.Id}-{n}"), Name = string.Create(CultureInfo.InvariantCulture, $"{device.Name} {n}"), Port = device.Port == 0 ? 0 : device.Port + n - 1 });
        }
    }

    private SimulatedDevice? ReadDevice(JsonNode? node, string at, out int count)
    {
        count = 1;
        if (node is not JsonObject json)
        {
            Add(at, "A device must be an object.");
            return null;
        }

        int before = _problems.Count;
        var part = new Part(this, json, at);
        string id = part.Text("id", "") is { Length: > 0 } given ? given : "device";
        if (json["id"] is null) Add(at, "The device has no \"id\"; add one, e.g. \"panel\".");
        else if (!IsSlug(id)) Add(at + "/id", $"\"{id}\" is not a slug; use lower-case letters, digits and hyphens.");
        string word = part.Text("kind", "");
        if (!Enum.TryParse(word, ignoreCase: true, out SimulatedKind kind) || !string.Equals(kind.ToString(), word, StringComparison.OrdinalIgnoreCase))
        {
            Add(at + "/kind", $"Kind \"{word}\" is unknown; use one of {Kinds}.");
            return null;
        }

        foreach ((string key, _) in json)
        {
            if (!Common.Contains(key) && !OfKind[kind].Contains(key))
                Add($"{at}/{key}", $"Unknown property \"{key}\" for a {word}; remove it (known: {string.Join(", ", Common.Concat(OfKind[kind]))}).");
        }

        count = part.Number("count", 1, 1, SimulatorFile.MaxDevices);
        SimulatedDevice device = Counts(kind, part, json, new()
        {
            Id = id,
            Kind = kind,
            Port = part.Number("port", 0, 0, 65535),
            Name = part.Text("name", id),
            User = part.Text("user", "admin"),
            PasswordEnv = part.Text("passwordEnv", "AUTOMATION_DEMO_PASSWORD"),
            Prefix = part.Text("prefix", "isapi") switch { "isapi" => PathPrefix.Isapi, "none" => PathPrefix.None, "both" => PathPrefix.Both, string other => part.Wrong("prefix", other, "isapi, none or both", PathPrefix.Isapi) },
            Digest = part.Words("digest", ["MD5"], Algorithms),
            Qop = part.Words("qop", ["auth"], Qops),
            NonceSeconds = part.Number("nonceSeconds", 300, 1, 86_400),
            LockAfter = part.Number("lockAfter", 5, 1, 100),
            LockSeconds = part.Number("lockSeconds", 1800, 1, 86_400),
            ContentLength = part.Flag("contentLength", true),
            UtcOffset = part.Offset("utcOffset"),
            Auth = part.Words("auth", ["digest"], Auths),
            SessionVersion = part.OneOf("sessionVersion", "2.1", SessionVersions),
            SessionIrreversible = part.Flag("sessionIrreversible", true),
            SessionCookie = part.Flag("sessionCookie", true),
            SessionSeconds = part.Number("sessionSeconds", 600, 1, 86_400),
            MaxSessions = part.Number("maxSessions", 8, 1, 100),
            Tls = part.Flag("tls", false),
            MaxStreams = part.Number("maxStreams", 16, 1, 64),
            PushForm = json["pushForm"] is null ? null : part.OneOf("pushForm", "bare", PushForms),
            Documents = json["documents"] is null ? null : part.Text("documents", ""),
        });
        return _problems.Count == before ? device : null;
    }

    private static SimulatedDevice Counts(SimulatedKind kind, Part part, JsonObject json, SimulatedDevice device)
    {
        switch (kind)
        {
            case SimulatedKind.Panel:
                int areas = part.Number("areas", 1, 1, 32), zones = part.Number("zones", 0, 0, 256);
                return device with
                {
                    Areas = areas,
                    Zones = zones,
                    ZoneAreas = part.Numbers("zoneAreas", 1, areas, zones),
                    ZoneTypes = part.Words("zoneTypes", [], ZoneTypeNames, zones),
                    ExitDelaySeconds = part.Number("exitDelaySeconds", 0, 0, 600),
                    EntryDelaySeconds = part.Number("entryDelaySeconds", 0, 0, 600),
                    Relays = part.Number("relays", 0, 0, 64),
                    Sirens = part.Number("sirens", 0, 0, 16),
                    En50131 = part.Flag("en50131", false),
                    OperateCode = part.Text("operateCode", "1234"),
                    Peripherals = PeripheralKind.All.ToImmutableDictionary(k => k.Name, k => part.Number(k.Name, 0, 0, 64)),
                };
            case SimulatedKind.Recorder:
                int channels = part.Number("channels", 1, 1, 256);
                return device with
                {
                    Channels = channels,
                    AnalogChannels = part.Number("analog", 0, 0, channels),
                    EmptyChannels = part.Numbers("emptyChannels", 1, channels),
                    ProxiedInputs = part.Numbers("proxiedInputs", 101, 25_699),
                    ProxiedOutputs = part.Numbers("proxiedOutputs", 101, 25_699),
                    Ptz = part.Numbers("ptz", 1, channels),
                    Presets = part.Numbers("presets", 1, 300),
                    AlarmInputs = part.Number("alarmInputs", 0, 0, 64),
                    AlarmOutputs = part.Number("alarmOutputs", 0, 0, 64),
                    Hdds = part.Number("hdds", 1, 0, 32),
                };
            case SimulatedKind.Camera:
                int eyes = part.Number("channels", 1, 1, 8);
                return device with
                {
                    Channels = eyes,
                    Ptz = part.Numbers("ptz", 1, eyes),
                    Presets = part.Numbers("presets", 1, 300),
                    AlarmInputs = part.Number("alarmInputs", 0, 0, 16),
                    AlarmOutputs = part.Number("alarmOutputs", 0, 0, 16),
                    Hdds = part.Number("hdds", 0, 0, 1),
                };
            case SimulatedKind.Gateway:
                return device with { Behind = part.Names("behind") };
            case SimulatedKind.Access:
                return device with { Doors = part.Number("doors", 1, 1, 64) };
            case SimulatedKind.DoorStation or SimulatedKind.FaceTerminal:
                return device with { Doors = part.Number("doors", 1, 1, 8), SilentRing = part.Flag("silentRing", false) };
            case SimulatedKind.Doorbell:
                return device with { SilentRing = part.Flag("silentRing", false) };
            case SimulatedKind.Switch:
                return device with { Ports = part.Number("ports", 8, 1, 64) };
            case SimulatedKind.Radar or SimulatedKind.Speaker:
                return device;
            case SimulatedKind.TrailCamera or SimulatedKind.Scope or SimulatedKind.PhoneThermal:
                return device with { MqttPort = part.Number("mqttPort", 0, 0, 65535), MqttTopic = json["mqttTopic"] is null ? null : part.Text("mqttTopic", "") };
            case SimulatedKind.Screening or SimulatedKind.Thermal:
                return device with { Channels = part.Number("channels", 2, 1, 4) };
            default:
                return device with { Channels = 1 };
        }
    }

    private void FindTwice(IEnumerable<SimulatedDevice> devices, Func<SimulatedDevice, string> key, string property, string change)
    {
        foreach (IGrouping<string, SimulatedDevice> group in devices.GroupBy(key).Where(g => g.Count() > 1))
            Add("/devices", $"The {property} {group.Key} is used {group.Count()} times; {change}.");
    }

    private void Add(string pointer, string message) => _problems.Add(new(pointer, 0, 0, message));

    private static SimulatorFileResult Fail(SimulatorProblem problem) => new(null, [problem]);

    private static bool IsSlug(string text) => text.Length <= 64 && text[0] != '-' && text.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-');

    private static string FirstSentence(string message) => message.Split(" Path:", 2)[0].Split(" LineNumber:", 2)[0];

    /// <summary>The properties of one device, each with its own message when it is wrong.</summary>
    private sealed class Part(SimulatorFileReader owner, JsonObject json, string at)
    {
        public string Text(string key, string otherwise) => json[key] switch
        {
            null => otherwise,
            JsonValue value when value.TryGetValue(out string? text) && text.Length is > 0 and <= 256 => text,
            JsonNode node => Wrong(key, node.ToJsonString(), "a text of 1 to 256 characters", otherwise),
        };

        public int Number(string key, int otherwise, int least, int most) => json[key] switch
        {
            null => otherwise,
            JsonValue value when value.TryGetValue(out int number) && number >= least && number <= most => number,
            JsonNode node => Wrong(key, node.ToJsonString(), $"a whole number from {least} to {most}", otherwise),
        };

        public bool Flag(string key, bool otherwise) => json[key] switch
        {
            null => otherwise,
            JsonValue value when value.TryGetValue(out bool flag) => flag,
            JsonNode node => Wrong(key, node.ToJsonString(), "true or false", otherwise),
        };

        public TimeSpan Offset(string key)
        {
            string text = Text(key, "+00:00");
            bool fits = text.Length == 6 && text[0] is '+' or '-' && TimeSpan.TryParseExact(text[1..], @"hh\:mm", CultureInfo.InvariantCulture, out _);
            if (!fits) return Wrong(key, text, "an offset such as +01:00", TimeSpan.Zero);
            TimeSpan offset = TimeSpan.ParseExact(text[1..], @"hh\:mm", CultureInfo.InvariantCulture);
            if (offset > TimeSpan.FromHours(14)) return Wrong(key, text, "an offset of at most 14 hours", TimeSpan.Zero);
            return text[0] == '-' ? -offset : offset;
        }

        public ImmutableArray<int> Numbers(string key, int least, int most, int? exactly = null)
        {
            if (json[key] is null) return [];
            if (json[key] is JsonArray list && list.Count <= 300 && (exactly is null || list.Count == exactly))
            {
                var numbers = list.Select(n => n is JsonValue v && v.TryGetValue(out int number) ? number : int.MinValue).ToImmutableArray();
                if (numbers.All(n => n >= least && n <= most)) return numbers;
            }

            return Wrong(key, json[key]!.ToJsonString(), $"an array of {(exactly is null ? "" : exactly + " ")}whole numbers from {least} to {most}", ImmutableArray<int>.Empty);
        }

        public ImmutableArray<string> Words(string key, ImmutableArray<string> otherwise, string[] known, int? exactly = null)
        {
            if (json[key] is null) return otherwise;
            if (json[key] is JsonArray list && (exactly is null ? list.Count is > 0 and <= 8 : list.Count == exactly))
            {
                var words = list.Select(n => n is JsonValue v && v.TryGetValue(out string? word) ? word : "").ToImmutableArray();
                if (words.All(w => known.Contains(w))) return words;
            }

            return Wrong(key, json[key]!.ToJsonString(), $"an array of {(exactly is null ? "" : exactly + " of ")}{string.Join(", ", known)}", otherwise);
        }

        public string OneOf(string key, string otherwise, string[] known) => Text(key, otherwise) is var word && known.Contains(word) ? word : Wrong(key, word, "one of " + string.Join(", ", known), otherwise);

        public ImmutableArray<string> Names(string key)
        {
            if (json[key] is null) return [];
            if (json[key] is JsonArray list && list.Count <= SimulatorFile.MaxDevices)
            {
                var names = list.Select(n => n is JsonValue v && v.TryGetValue(out string? word) ? word : "").ToImmutableArray();
                if (names.All(n => n.Length > 0)) return names;
            }

            return Wrong(key, json[key]!.ToJsonString(), "an array of device ids", ImmutableArray<string>.Empty);
        }

        public T Wrong<T>(string key, string found, string wanted, T otherwise)
        {
            owner.Add($"{at}/{key}", $"\"{key}\" is {(found.Length > 60 ? found[..60] + "…" : found)}; it must be {wanted}.");
            return otherwise;
        }
    }
}
