using System.Globalization;
using System.Text.Json;

namespace Automation.Host.Reports;

/// <summary>What is not as it should be with a device or resource, from the state that is shown of it (HLT-1).</summary>
internal static class HealthConditions
{
    /// <summary>Percent of charge below which a battery is worth a word.</summary>
    private const double LowBattery = 20;

    private static readonly (string Property, bool Bad, string Word)[] Flags =
    [
        ("online", false, "offline"), ("alarm", true, "in alarm"), ("fault", true, "fault"), ("tampered", true, "tampered"), ("error", true, "disk error"),
        ("acPower", false, "no mains power"), ("lowBattery", true, "battery low"), ("bypassed", true, "bypassed"), ("shielded", true, "switched off in the panel"),
    ];

    private static readonly (string Property, string Form)[] Numbers = [("battery", "battery {0} %"), ("signal", "signal {0}"), ("temperature", "{0} °C"), ("humidity", "humidity {0} %"), ("freePercent", "{0} % free")];

    /// <summary>Empty: all is well, as far as it is known.</summary>
    public static List<string> Of(JsonElement? state)
    {
        var found = new List<string>();
        if (state is not { ValueKind: JsonValueKind.Object } known) return found;
        foreach ((string property, bool bad, string word) in Flags)
        {
            if (known.TryGetProperty(property, out JsonElement value) && value.ValueKind == (bad ? JsonValueKind.True : JsonValueKind.False)) found.Add(word);
        }

        if (Number(known, "battery") is < LowBattery and { } battery && !found.Contains("battery low")) found.Add(string.Create(CultureInfo.InvariantCulture, $"battery {battery:0} %"));
        if (Number(known, "freePercent") is <= 0) found.Add("disk full");
        return found;
    }

    /// <summary>The numbers a person looks at: <c>battery 80 %, 21 °C</c>.</summary>
    public static string Details(JsonElement? state)
    {
        if (state is not { ValueKind: JsonValueKind.Object } known) return "";
        var said = new List<string>();
        if (known.TryGetProperty("arming", out JsonElement arming) && arming.ValueKind == JsonValueKind.String) said.Add(arming.GetString()!);
        if (known.TryGetProperty("status", out JsonElement status) && status.ValueKind == JsonValueKind.String) said.Add(status.GetString()!);
        foreach ((string property, string form) in Numbers)
        {
            if (Number(known, property) is { } number) said.Add(string.Format(CultureInfo.InvariantCulture, form, Math.Round(number, 1)));
        }

        return string.Join(", ", said);
    }

    private static double? Number(JsonElement state, string name) => state.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
}
