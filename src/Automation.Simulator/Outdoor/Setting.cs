using System.Text.Json.Nodes;
using Automation.Simulator.Documents;

namespace Automation.Simulator.Outdoor;

/// <summary>One setting of a device of seed 001: words it may be, or a range of whole numbers, or yes and no.</summary>
internal sealed record Setting(string Name, JsonNode Default, string[]? Words = null, int Least = 0, int Most = 0)
{
    public bool Takes(JsonNode? value) => Words is not null
        ? JsonBody.Text(value) is { } word && Words.Contains(word)
        : Default is JsonValue text && text.TryGetValue(out bool _) ? JsonBody.Flag(value) is not null
        : Default is JsonValue range && range.TryGetValue(out string? _) ? JsonBody.Text(value) is { Length: <= 64 }
        : JsonBody.Int(value) is { } number && number >= Least && number <= Most;

    /// <summary>001 §10.2.</summary>
    public static readonly Setting[] Trail =
    [
        new("cameraMode", "photo", ["photo", "video", "photoAndVideo"]),
        new("imageResolution", "10MP", ["3MP", "10MP"]),
        new("uploadInterval", "realTime", ["off", "realTime", "0.5h", "1h", "2h", "4h", "6h", "12h", "24h"]),
        new("burst", 1, null, 1, 10),
        new("videoResolution", "1080p", ["480p", "720p", "1080p"]),
        new("videoSeconds", 10, null, 5, 60),
        new("watermark", true),
        new("pirSensitivity", "middle", ["off", "low", "middle", "high"]),
        new("flashOutput", "high", ["high", "low"]),
        new("scheduledShot", "off"),
        new("delayedShotSeconds", 0, null, 0, 3600),
        new("workingTime1", "off"),
        new("workingTime2", "off"),
        new("maxPicturesPerDay", 100, null, 0, 10_000),
        new("dateFormat", "YYYY-MM-DD", ["YYYY-MM-DD", "MM-DD-YYYY", "DD-MM-YYYY"]),
        new("gpsService", true),
        new("gpsAlert", false),
        new("sdOverwriting", true),
    ];

    /// <summary>001 §7: thermal scopes, monoculars, binoculars.</summary>
    public static readonly Setting[] Scope =
    [
        new("palette", "whiteHot", ["whiteHot", "blackHot", "fusion", "redHot", "visibleLight", "fusionBlackWhite"]),
        new("laser", false),
        new("laserRanging", "off", ["off", "once", "continuous"]),
        new("brightness", 5, null, 1, 10),
        new("contrast", 5, null, 1, 10),
        new("digitalZoom", 1, null, 1, 32),
        new("hotSpotTracking", false),
        new("clock24Hours", true),
        new("showDate", true),
        new("showTimestamp", false),
        new("audio", false),
    ];

    /// <summary>001 §7: thermal cameras for smartphones; brightness and contrast from 1 to 100, 50 at first.</summary>
    public static readonly Setting[] Phone =
    [
        new("palette", "whiteHot", ["whiteHot", "blackHot", "rainbow", "ironbow", "redHot", "birdwatching"]),
        new("brightness", 50, null, 1, 100),
        new("contrast", 50, null, 1, 100),
        new("digitalZoom", 1, null, 1, 2),
        new("mirror", false),
        new("hotSpotTracking", false),
        new("visibleWindow", false),
        new("orientationScale", false),
        new("reticle", false),
    ];
}
