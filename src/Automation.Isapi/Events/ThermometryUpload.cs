using System.Globalization;
using Automation.Core.Model;
using Automation.Isapi.Documents;

namespace Automation.Isapi.Events;

/// <summary>Live temperatures of a thermal channel, as its <c>ThermometryUpload</c> documents say (isapi.md 1.3).</summary>
internal static class ThermometryUpload
{
    /// <summary>A camera has at most 40 rules.</summary>
    private const int MaxRules = 64;

    public static string PathOf(int channel) => string.Create(CultureInfo.InvariantCulture, $"/Thermal/channels/{channel}/thermometry/realTimethermometry/rules?format=json");

    /// <summary>The temperatures of a document, in degrees Celsius; empty when it holds none.</summary>
    public static DataObject Read(DeviceElement document)
    {
        var properties = new List<KeyValuePair<string, DataValue>>();
        double? hottest = null;
        foreach (DeviceElement upload in document.All("ThermometryUpload").Take(MaxRules))
        {
            string? unit = upload.TextOf("thermometryUnit");
            DeviceElement? shape = upload.Child("LinePolygonThermCfg");
            double? highest = shape?.NumberOf("MaxTemperature") ?? upload.Child("PointThermCfg")?.NumberOf("temperature");
            if (highest is not { } raw) continue;
            double celsius = ThermalUnits.ToCelsius(raw, unit);
            if (hottest is null || celsius > hottest) hottest = celsius;
            if (upload.IntOf("ruleID") is not { } rule) continue;
            Put("Max", celsius);
            if (shape?.NumberOf("MinTemperature") is { } min) Put("Min", ThermalUnits.ToCelsius(min, unit));
            if (shape?.NumberOf("AverageTemperature") is { } mean) Put("Average", ThermalUnits.ToCelsius(mean, unit));

            void Put(string suffix, double value) => properties.Add(new(string.Create(CultureInfo.InvariantCulture, $"rule{rule}{suffix}"), value));
        }

        if (hottest is { } temperature) properties.Add(new("temperature", temperature));
        return DataObject.From(properties);
    }
}
