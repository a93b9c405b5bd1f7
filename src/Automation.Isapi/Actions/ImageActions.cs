using System.Globalization;
using Automation.Core.Model;

namespace Automation.Isapi.Actions;

/// <summary>Settings of a thermal camera that speaks ISAPI (DEV-8; 001 §7.1, 003 §8.14). What only the maker's own app can set is told as not supported.</summary>
internal static class ImageActions
{
    /// <summary>001 has levels from 1 to 10, 003 §8.14 levels from 0 to 100.</summary>
    private const int LevelsPerStep = 10;

    public static Task<ActionResult> ConfigureAsync(ActionCall call, CancellationToken cancellationToken)
    {
        string setting = call.Word("setting");
        DataValue value = call.Parameters["value"];
        return setting switch
        {
            "brightness" => Settings.SetAsync(call, Paths(call, "Color", "color"), [new Setting(Level(value), "brightnessLevel")], cancellationToken),
            "contrast" => Settings.SetAsync(call, Paths(call, "Color", "color"), [new Setting(Level(value), "contrastLevel")], cancellationToken),
            // No document we read has it; it is how devices of today call it, and one that does not have it says so.
            "palette" => Settings.SetAsync(call, Paths(call, "palettes"), [new Setting(Palette(value.Text), "mode")], cancellationToken),
            _ => NotSupported($"{setting} cannot be set over ISAPI; a bridge that feeds the device over MQTT may"),
        };
    }

    /// <summary>003 §8.14.4.</summary>
    public static async Task<ActionResult> RestoreDefaultsAsync(ActionCall call, CancellationToken cancellationToken) =>
        (await call.Calls.PutAsync(Paths(call, "restoreImageparam")[0], null, cancellationToken).ConfigureAwait(false)).ToOutcome();

    public static Task<ActionResult> CalibrateAsync(ActionCall call, CancellationToken cancellationToken) => NotSupported("no document says how a device is asked for it over ISAPI");

    private static Task<ActionResult> NotSupported(string why) => Task.FromResult<ActionResult>(ActionOutcome.Failed(ActionReason.NotSupported, retrySafe: false, why));

    /// <summary>The channel that sees heat: the one that says so, else the last (isapi.md 1.3: channel 2 of two).</summary>
    private static string[] Paths(ActionCall call, params string[] documents)
    {
        Resource? channel = call.Tools.Device.Resources.FirstOrDefault(r => r.Kind == "channel" && r.Capabilities.Contains(Capabilities.Thermal)) ?? call.Tools.Device.Resources.LastOrDefault(r => r.Kind == "channel");
        int number = channel?.Address.Number ?? 1;
        return [.. documents.Select(d => string.Create(CultureInfo.InvariantCulture, $"/Image/channels/{number}/{d}"))];
    }

    private static string Level(DataValue value) => ((int)Math.Round((ActionParameterInfo.NumberOf(value) ?? 0) * LevelsPerStep)).ToString(CultureInfo.InvariantCulture);

    private static string Palette(string word) => char.ToUpperInvariant(word[0]) + word[1..];
}
