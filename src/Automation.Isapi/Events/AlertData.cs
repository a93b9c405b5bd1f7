using System.Collections.Frozen;
using Automation.Core.Model;
using Automation.Isapi.Documents;

namespace Automation.Isapi.Events;

/// <summary>The data of an event: the alert's structures made flat, names and units made one (EVT-4).</summary>
internal static class AlertData
{
    /// <summary>Longest text kept of a field; the longest honest one is a picture's URL.</summary>
    private const int MaxTextLength = 512;

    /// <summary>Fields taken as they are, by the name they get. Found at any depth; the first of a name counts.</summary>
    private static readonly FrozenDictionary<string, string> Texts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["channelName"] = "channelName",
        ["detectionTarget"] = "target",
        ["regionID"] = "regionId",
        ["bkgUrl"] = "pictureUrl",
        ["pictureURL"] = "pictureUrl",
        ["visibleLightURL"] = "pictureUrl",
        ["thermalURL"] = "thermalPictureUrl",
        ["videoURL"] = "videoUrl",
        ["status"] = "status",
        ["deviceSerial"] = "deviceSerial",
        ["roomNumber"] = "roomNumber",
        ["ruleName"] = "ruleName",
        ["licensePlate"] = "licensePlate",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static DataObject Of(Alert alert, string type)
    {
        var data = new List<KeyValuePair<string, DataValue>>(16);
        AddEnvelope(data, alert);
        if (alert.PostCount is { } count) data.Add(new("count", count));
        AddTexts(data, alert.Body);
        switch (type)
        {
            case "temperatureAlarm" or "temperaturePreAlarm" or "temperatureDifference" or "fireDetection" or "temperatureMeasured":
                ThermalData.Add(data, alert.Body);
                break;
            case "peopleCounting":
                AddCounting(data, alert.Body);
                break;
            case "personDensity":
                AddNumber(data, "densityLevel", alert.Body.Find("densityLevel"));
                AddNumber(data, "personCnt", alert.Body.Find("personCnt") ?? alert.Body.Find("countingNum"));
                break;
            case "alarmInput":
                AddNumber(data, "input", alert.Body.Find("inputIOPortID"));
                break;
        }

        return DataObject.From(data);
    }

    public static DataObject OfCid(Alert alert, CidReport report, CidCode code, int? area)
    {
        var data = new List<KeyValuePair<string, DataValue>>(12);
        AddEnvelope(data, alert);
        data.Add(new("code", code.Code));
        data.Add(new("name", code.Name));
        if (area is { } a) data.Add(new("area", a));
        if (report.Zone is { } zone) data.Add(new("zone", zone));
        if (report.Keypad is { } keypad) data.Add(new("keypad", keypad));
        AddText(data, "user", report.User);
        AddText(data, "description", report.Description);
        AddText(data, "deviceTime", report.TriggerTime ?? alert.DeviceTime);
        return DataObject.From(data);
    }

    public static DataObject OfAccess(Alert alert, DeviceElement access, string raw)
    {
        var data = new List<KeyValuePair<string, DataValue>>(12);
        AddEnvelope(data, alert);
        data.Add(new("raw", raw));
        AddText(data, "employee", access.TextOf("employeeNoString") ?? access.TextOf("employeeNo"));
        AddText(data, "user", access.TextOf("name"));
        AddText(data, "card", access.TextOf("cardNo"));
        AddNumber(data, "serial", access.Child("serialNo"));
        ThermalData.Add(data, access);
        return DataObject.From(data);
    }

    /// <summary>One walk through the alert for all names: this is done for every event of every device.</summary>
    private static void AddTexts(List<KeyValuePair<string, DataValue>> data, DeviceElement element)
    {
        foreach (DeviceElement child in element.Children)
        {
            if (child.Children.Count > 0) AddTexts(data, child);
            else if (Texts.TryGetValue(child.Name, out string? name) && !Has(data, name)) AddText(data, name, child.Text);
        }
    }

    private static bool Has(List<KeyValuePair<string, DataValue>> data, string name)
    {
        foreach ((string known, _) in data)
        {
            if (known == name) return true;
        }

        return false;
    }

    private static void AddEnvelope(List<KeyValuePair<string, DataValue>> data, Alert alert)
    {
        AddText(data, "deviceTime", alert.DeviceTime);
        AddText(data, "description", alert.Description);
    }

    /// <summary>Real-time values are running totals, a time range's are totals of that range: <c>mode</c> says which (isapi.md 1.3).</summary>
    private static void AddCounting(List<KeyValuePair<string, DataValue>> data, DeviceElement body)
    {
        DeviceElement counting = body.Find("peopleCounting") ?? body;
        string? method = counting.TextOf("statisticalMethods");
        data.Add(new("mode", method is not null && method.StartsWith("timeRange", StringComparison.OrdinalIgnoreCase) ? "timeRange" : "realTime"));
        AddNumber(data, "enter", counting.Child("enter"));
        AddNumber(data, "exit", counting.Child("exit"));
        AddNumber(data, "pass", counting.Child("pass") ?? counting.Child("passing"));
        AddNumber(data, "duplicatePeople", counting.Child("duplicatePeople"));
        if (counting.TextOf("regionsID") is { } region) AddText(data, "regionId", region);
        if (body.Find("childCounting") is not { } children) return;
        AddNumber(data, "childEnter", children.Child("enter"));
        AddNumber(data, "childExit", children.Child("exit"));
    }

    internal static void AddNumber(List<KeyValuePair<string, DataValue>> data, string name, DeviceElement? element)
    {
        if (DeviceElement.ToNumber(element?.Text.Trim()) is { } number) data.Add(new(name, number));
    }

    internal static void AddText(List<KeyValuePair<string, DataValue>> data, string name, string? text)
    {
        string? value = text?.Trim();
        if (string.IsNullOrEmpty(value)) return;
        data.Add(new(name, value.Length <= MaxTextLength ? value : value[..MaxTextLength]));
    }
}
