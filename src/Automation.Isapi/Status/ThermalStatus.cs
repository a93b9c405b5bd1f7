using System.Globalization;
using Automation.Core.Model;
using Automation.Isapi.Documents;
using Automation.Isapi.Events;

namespace Automation.Isapi.Status;

/// <summary>Temperatures a thermal channel measures, in degrees Celsius: the hottest of all its rules, and each rule's own (TMP-3).</summary>
internal static class ThermalStatus
{
    /// <summary>A camera has at most 40 rules.</summary>
    private const int MaxRules = 64;

    public static StatusReading Of(int channel) =>
        new(string.Create(CultureInfo.InvariantCulture, $"/Thermal/channels/{channel}/thermometry/1/rulesTemperatureInfo?format=json"), false, (document, report) => Read(document, channel, report));

    private static void Read(DeviceElement document, int channel, StatusReport report)
    {
        var properties = new List<KeyValuePair<string, DataValue>>();
        double? hottest = null;
        foreach (DeviceElement rule in document.All("ThermometryRulesTemperatureInfo").Take(MaxRules))
        {
            string? unit = rule.TextOf("thermometryUnit") ?? rule.TextOf("temperatureUnit");
            if (rule.NumberOf("maxTemperature") is not { } raw) continue;
            double celsius = ThermalUnits.ToCelsius(raw, unit);
            if (hottest is null || celsius > hottest) hottest = celsius;
            if (rule.IntOf("id") is not { } id) continue;
            properties.Add(new(string.Create(CultureInfo.InvariantCulture, $"rule{id}Max"), celsius));
            if (rule.NumberOf("minTemperature") is { } min) properties.Add(new(string.Create(CultureInfo.InvariantCulture, $"rule{id}Min"), ThermalUnits.ToCelsius(min, unit)));
            if (rule.NumberOf("averageTemperature") is { } mean) properties.Add(new(string.Create(CultureInfo.InvariantCulture, $"rule{id}Average"), ThermalUnits.ToCelsius(mean, unit)));
        }

        if (hottest is { } temperature) properties.Add(new("temperature", temperature));
        report("channel", channel, DataObject.From(properties));
    }
}
