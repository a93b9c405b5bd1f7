using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Automation.Core.Model;

/// <summary>The devices of 001 and what they have, in one table (DEV-8).</summary>
/// <remarks>Where 001 says "subject to device capability", the table has the widest range; a device that has less refuses.</remarks>
public static class DeviceProfiles
{
    private static readonly ImmutableArray<string> UploadIntervals = ["off", "realTime", "0.5h", "1h", "2h", "4h", "6h", "12h", "24h"];

    public static FrozenDictionary<string, DeviceProfile> All { get; } = new[] { TrailCamera(), Thermal("thermal-scope", "Thermal scope or monocular"), Thermal("thermal-camera", "Thermal camera"), Phone() }
        .ToFrozenDictionary(p => p.Kind, StringComparer.Ordinal);

    /// <summary>Every setting of every profile, once by name: what <c>configure</c> can name.</summary>
    public static ImmutableArray<string> SettingNames { get; } = [.. All.Values.SelectMany(p => p.Settings).Select(s => s.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Null for a kind without one.</summary>
    public static DeviceProfile? Of(string kind) => All.GetValueOrDefault(kind);

    /// <summary>001 §3.3 and §10.2.</summary>
    private static DeviceProfile TrailCamera() => new()
    {
        Kind = "trail-camera",
        Title = "Trail camera",
        States =
        [
            new("battery", "Battery", "%", 0, 100), new("signal", "Signal in bars", "", 0, 5), new("temperature", "Temperature", "°C", -60, 90),
            new("sdTotalMegabytes", "SD card size", "MB", 0, null), new("sdFreeMegabytes", "SD card free", "MB", 0, null), new("pictures", "Pictures taken", "", 0, null),
            new("picturesLeft", "Pictures left of the data plan", "", 0, null),
            new("latitude", "Latitude", "°", -90, 90) { Path = "$.gps.latitude" }, new("longitude", "Longitude", "°", -180, 180) { Path = "$.gps.longitude" },
        ],
        Settings =
        [
            Choice("cameraMode", "Camera mode", "photo", "video", "photoAndVideo"),
            Choice("imageResolution", "Image resolution", "3MP", "10MP"),
            Choice("uploadInterval", "Upload interval (remote control)", [.. UploadIntervals]),
            Number("burst", "Burst shots", 1, 10),
            Choice("videoResolution", "Video resolution", "480p", "720p", "1080p"),
            Number("videoSeconds", "Video length in seconds", 5, 60),
            Flag("watermark", "Watermark"),
            Choice("pirSensitivity", "PIR sensitivity", "off", "low", "middle", "high"),
            Choice("flashOutput", "Flash output", "high", "low"),
            Time("scheduledShot", "Time of the scheduled shot"), Number("delayedShotSeconds", "Delay of the shot in seconds; 0: none", 0, 3600),
            Range("workingTime1", "Working time 1"), Range("workingTime2", "Working time 2"),
            Number("maxPicturesPerDay", "Pictures to upload a day at most", 0, 10_000),
            Choice("dateFormat", "Date format", "YYYY-MM-DD", "MM-DD-YYYY", "DD-MM-YYYY"),
            Flag("gpsService", "GPS service"), Flag("gpsAlert", "GPS alert"), Flag("sdOverwriting", "SD overwriting cycle"),
        ],
        Events = [new("pirDetection", "pirDetection"), new("capture", "pictureTaken"), new("gpsMoved", "gpsAlert"), new("lowBattery", "lowBattery"), new("sdFull", "hddFull")],
        Actions = ["configure", "restoreDefaults", "capture"],
    };

    /// <summary>001 §3.1, §7.1 and §10.1: scopes, monoculars, binoculars.</summary>
    private static DeviceProfile Thermal(string kind, string title) => new()
    {
        Kind = kind,
        Title = title,
        States =
        [
            new("battery", "Battery", "%", 0, 100), new("temperature", "Hottest temperature", "°C", -60, 2000), new("distance", "Measured distance", "m", 0, null),
            new("freeMegabytes", "Storage free", "MB", 0, null),
        ],
        Settings =
        [
            Choice("palette", "Palette", "whiteHot", "blackHot", "fusion", "redHot", "visibleLight", "fusionBlackWhite"),
            Flag("laser", "Laser"), Choice("laserRanging", "Laser ranging", "off", "once", "continuous"),
            Number("brightness", "Brightness", 1, 10), Number("contrast", "Contrast", 1, 10), Number("digitalZoom", "Digital zoom", 1, 32, 0.1, 1),
            Flag("hotSpotTracking", "Hot-spot tracking"),
            Flag("clock24Hours", "24-hour clock"), Flag("showDate", "Display date"), Flag("showTimestamp", "Overlay timestamp"), Flag("audio", "Audio"),
        ],
        Events = [new("capture", "pictureTaken"), new("hotSpot", "temperatureAlarm"), new("lowBattery", "lowBattery")],
        Actions = ["configure", "calibrate", "restoreDefaults", "capture", "record"],
        MinRecordSeconds = 2,
        MaxRecordSeconds = 7200,
    };

    /// <summary>001 §3.2 and §7.2.</summary>
    private static DeviceProfile Phone() => new()
    {
        Kind = "phone-thermal-camera",
        Title = "Thermal camera for smartphones",
        States = [new("temperature", "Hottest temperature", "°C", -60, 2000), new("orientation", "Direction it faces", "°", 0, 359)],
        Settings =
        [
            Choice("palette", "Palette", "whiteHot", "blackHot", "rainbow", "ironbow", "redHot", "birdwatching"),
            Number("brightness", "Brightness", 1, 100, 1, 50), Number("contrast", "Contrast", 1, 100, 1, 50), Number("digitalZoom", "Digital zoom", 1, 2, 1, 1),
            Flag("mirror", "Mirrored picture"), Flag("hotSpotTracking", "Hot-spot tracking"), Flag("visibleWindow", "Visible light in a window"), Flag("orientationScale", "Orientation scale"),
            Flag("reticle", "Reticle"),
        ],
        Events = [new("capture", "pictureTaken"), new("hotSpot", "temperatureAlarm")],
        Actions = ["configure", "calibrate", "capture", "record"],
        MinRecordSeconds = 2,
        MaxRecordSeconds = 7200,
    };

    private static ProfileSetting Choice(string name, string title, params string[] choices) => new(name, title, SettingKind.Choice) { Choices = [.. choices] };

    private static ProfileSetting Number(string name, string title, double min, double max, double step = 1, double? at = null) =>
        new(name, title, SettingKind.Number) { Min = min, Max = max, Step = step, Default = at is { } value ? DataValue.FromNumber(value) : null };

    private static ProfileSetting Flag(string name, string title) => new(name, title, SettingKind.Flag);

    private static ProfileSetting Time(string name, string title) => new(name, title, SettingKind.Time);

    private static ProfileSetting Range(string name, string title) => new(name, title, SettingKind.TimeRange);
}
