using Automation.Core.Model;
using Automation.Isapi.Documents;

namespace Automation.Isapi.Events;

/// <summary>Temperatures of an alert, all in degrees Celsius whatever the device is set to (TMP-3).</summary>
internal static class ThermalData
{
    private const double KelvinOffset = 273.15;

    public static void Add(List<KeyValuePair<string, DataValue>> data, DeviceElement body)
    {
        DeviceElement? hottest = Hottest(body);
        DeviceElement source = hottest ?? body;
        string? unit = Text(source, "thermometryUnit") ?? Text(body, "thermometryUnit") ?? Text(source, "temperatureUnit") ?? Text(body, "temperatureUnit");
        double? temperature = Number(source, "currTemperature") ?? Number(source, "fireMaxTemperature") ?? Number(source, "faceTemperature");
        if (temperature is { } t) Put(data, "temperature", ToCelsius(t, unit));
        if (Number(source, "ruleTemperature") is { } rule) Put(data, "ruleTemperature", ToCelsius(rule, unit));
        if (Number(source, "ChangeValue") is { } change) Put(data, "change", IsFahrenheit(unit) ? change / 1.8 : change);
        AlertData.AddText(data, "ruleType", Text(source, "ruleType"));
        AlertData.AddText(data, "ruleShape", Text(source, "ruleCalibType"));
        AlertData.AddNumber(data, "preset", source.Find("presetNo"));
        AlertData.AddNumber(data, "dwell", source.Find("alarmFilteringTime"));
        if ((Text(source, "isAbnomalTemperature") ?? Text(source, "isAbnormalTemperature")) is { } abnormal) data.Add(new("abnormal", abnormal is "true" or "1"));
        if (Text(source, "mask") is { } mask) AlertData.AddText(data, "mask", mask);
        if (hottest?.TextOf("regionID") is { } region) AlertData.AddText(data, "regionId", region);
    }

    public static double ToCelsius(double value, string? unit) => unit?.ToUpperInvariant() switch
    {
        "FAHRENHEIT" or "F" or "1" => Math.Round((value - 32) / 1.8, 2),
        "KELVIN" or "K" or "2" => Math.Round(value - KelvinOffset, 2),
        _ => value,
    };

    private static bool IsFahrenheit(string? unit) => unit?.ToUpperInvariant() is "FAHRENHEIT" or "F" or "1";

    /// <summary>Of several regions in alarm, the one that is hottest: an alarm is about it.</summary>
    private static DeviceElement? Hottest(DeviceElement body)
    {
        DeviceElement? hottest = null;
        double most = double.NegativeInfinity;
        foreach (DeviceElement region in body.All("DetectionRegionEntry"))
        {
            double temperature = Number(region, "currTemperature") ?? Number(region, "fireMaxTemperature") ?? double.MinValue;
            if (temperature <= most) continue;
            most = temperature;
            hottest = region;
        }

        return hottest;
    }

    private static string? Text(DeviceElement element, string name) => element.Find(name)?.Text.Trim() is { Length: > 0 } text ? text : null;

    private static double? Number(DeviceElement element, string name) => DeviceElement.ToNumber(Text(element, name));

    private static void Put(List<KeyValuePair<string, DataValue>> data, string name, double value) => data.Add(new(name, value));
}
