using System.Collections.Immutable;

namespace Automation.Simulator;

/// <summary>Which paths a device answers under.</summary>
public enum PathPrefix
{
    /// <summary>Only <c>/ISAPI/…</c>; anything else is 404. The default.</summary>
    Isapi,

    /// <summary>Only without prefix, as devices before 2012 (isapi.md 1.4).</summary>
    None,

    /// <summary>Both.</summary>
    Both,
}

/// <summary>One device of the devices file. Counts that do not belong to the kind are zero.</summary>
public sealed record SimulatedDevice
{
    public required string Id { get; init; }

    public required SimulatedKind Kind { get; init; }

    /// <summary>Port on loopback; 0 takes any free port.</summary>
    public int Port { get; init; }

    public string Name { get; init; } = "";

    public string User { get; init; } = "admin";

    /// <summary>Environment variable that holds the password.</summary>
    public string PasswordEnv { get; init; } = "AUTOMATION_DEMO_PASSWORD";

    public PathPrefix Prefix { get; init; }

    /// <summary>Ways to log in: digest, basic, session (AX PRO panels, isapi.md 1.5).</summary>
    public ImmutableArray<string> Auth { get; init; } = ["digest"];

    /// <summary><c>sessionIDVersion</c>: 2.1, or 2 without a second salt.</summary>
    public string SessionVersion { get; init; } = "2.1";

    /// <summary>Whether the session hash is made from salts; older firmware hashes the bare password.</summary>
    public bool SessionIrreversible { get; init; } = true;

    /// <summary>Whether a session comes as a cookie; without, the client makes it from the session's id.</summary>
    public bool SessionCookie { get; init; } = true;

    /// <summary>A session nobody uses ends after this; 1 to 86 400.</summary>
    public int SessionSeconds { get; init; } = 600;

    /// <summary>Sessions at once; 1 to 100.</summary>
    public int MaxSessions { get; init; } = 8;

    /// <summary>HTTPS with a certificate of its own making.</summary>
    public bool Tls { get; init; }

    /// <summary>Alert streams at once; a further one is refused. 1 to 64.</summary>
    public int MaxStreams { get; init; } = 16;

    /// <summary>Form of what it pushes to a listening host: bare, multipart, noType, psialliance; null: its kind's own.</summary>
    public string? PushForm { get; init; }

    /// <summary>Digest algorithms offered, in this order: MD5, MD5-sess, SHA-256, SHA-256-sess.</summary>
    public ImmutableArray<string> Digest { get; init; } = ["MD5"];

    /// <summary>Quality of protection offered: auth, auth-int.</summary>
    public ImmutableArray<string> Qop { get; init; } = ["auth"];

    /// <summary>Life of a nonce in seconds; a later use is answered with <c>stale=true</c>. 1 to 86 400.</summary>
    public int NonceSeconds { get; init; } = 300;

    /// <summary>Wrong passwords until the account is locked; 1 to 100. Source: isapi.md 1.5.</summary>
    public int LockAfter { get; init; } = 5;

    /// <summary>How long it stays locked, in seconds; 1 to 86 400.</summary>
    public int LockSeconds { get; init; } = 1800;

    /// <summary>Whether the parts of the alert stream carry Content-Length.</summary>
    public bool ContentLength { get; init; } = true;

    /// <summary>Offset of the device's clock from UTC in its times, e.g. <c>+01:00</c>.</summary>
    public TimeSpan UtcOffset { get; init; }

    /// <summary>Recording of a real device whose replies stand before the simulated ones; null when there is none.</summary>
    public string? Documents { get; init; }

    public int Areas { get; init; }

    public int Zones { get; init; }

    /// <summary>The area (from 1) of each zone. Default: shared out evenly.</summary>
    public ImmutableArray<int> ZoneAreas { get; init; } = [];

    /// <summary>The type of each zone: Instant, Delay, Follow, Perimeter, 24hNoSound, 24hSound, Emergency, Fire, Gas, Medical. Default: Instant.</summary>
    public ImmutableArray<string> ZoneTypes { get; init; } = [];

    /// <summary>Seconds from an arming command until the area is armed; 0 to 600. Default 0.</summary>
    public int ExitDelaySeconds { get; init; }

    /// <summary>Seconds from the opening of a delayed zone until the alarm; 0 to 600. Default 0.</summary>
    public int EntryDelaySeconds { get; init; }

    public int Relays { get; init; }

    public int Sirens { get; init; }

    /// <summary>How many of each other peripheral: outputModules, repeaters, cardReaders, extensionModules, keypads, keyfobs, transmitters.</summary>
    public ImmutableDictionary<string, int> Peripherals { get; init; } = ImmutableDictionary<string, int>.Empty;

    /// <summary>EN50131 compliant mode: commands need <see cref="OperateCode"/>.</summary>
    public bool En50131 { get; init; }

    /// <summary>The code of the operator, sent with each command in that mode.</summary>
    public string OperateCode { get; init; } = "1234";

    public int Channels { get; init; }

    /// <summary>How many of a recorder's channels are analog inputs; they come first.</summary>
    public int AnalogChannels { get; init; }

    /// <summary>Channels without a camera.</summary>
    public ImmutableArray<int> EmptyChannels { get; init; } = [];

    /// <summary>Alarm inputs of cameras behind a recorder: channel * 100 + port.</summary>
    public ImmutableArray<int> ProxiedInputs { get; init; } = [];

    public ImmutableArray<int> ProxiedOutputs { get; init; } = [];

    /// <summary>The channels that move.</summary>
    public ImmutableArray<int> Ptz { get; init; } = [];

    public ImmutableArray<int> Presets { get; init; } = [];

    public int AlarmInputs { get; init; }

    public int AlarmOutputs { get; init; }

    public int Hdds { get; init; }

    public int Doors { get; init; }

    /// <summary>A call is in <c>callStatus</c> only, not on the stream (isapi.md 1.3: firmware from 3.7).</summary>
    public bool SilentRing { get; init; }

    /// <summary>Ports of a switch; the last two of more than four are SFP.</summary>
    public int Ports { get; init; }

    /// <summary>Broker on loopback that a trail camera, scope or phone camera is fed to; 0: none.</summary>
    public int MqttPort { get; init; }

    /// <summary>Its topic; null: <c>outdoor/ID</c>.</summary>
    public string? MqttTopic { get; init; }

    /// <summary>Devices behind a gateway, by their ids; <c>cam-*</c> are all whose id starts with <c>cam-</c>.</summary>
    public ImmutableArray<string> Behind { get; init; } = [];

    internal bool IsBehind(SimulatedDevice other) =>
        other.Kind != SimulatedKind.Gateway && Behind.Any(name => name.EndsWith('*') ? other.Id.StartsWith(name[..^1], StringComparison.Ordinal) : other.Id == name);
}
