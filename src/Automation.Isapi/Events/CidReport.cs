using System.Globalization;
using Automation.Isapi.Documents;

namespace Automation.Isapi.Events;

/// <summary>What a panel says beside an event code, in either of its two forms: <c>CIDAlarm</c> (002 A.6) and <c>CIDEvent</c> (AX panels).</summary>
/// <param name="Code">Four digits; null when there is none.</param>
/// <param name="Area">From 1; null for none or all.</param>
/// <param name="Zone">From 0; null for none.</param>
internal sealed record CidReport(string? Code, int? Area, int? Zone, int? Keypad, int? Channel, int? Hdd, string? User, string? Description, string? TriggerTime)
{
    public static CidReport From(Alert alert)
    {
        DeviceElement body = alert.Body.Child("CIDEvent") ?? alert.Body.Child("CIDAlarm") ?? alert.Body.Find("HikCIDParams") ?? alert.Body;
        string[] parameters = (body.TextOf("CIDParam") ?? "").Split(',', 8, StringSplitOptions.TrimEntries);
        string? user = body.TextOf("name") ?? body.TextOf("userName") ?? (parameters.Length > 7 ? parameters[7] : null);
        if (string.IsNullOrEmpty(user) || user.Equals("NONE", StringComparison.OrdinalIgnoreCase)) user = null;
        // 002 A.6: area 0 means all; -1 in a parameter means none.
        int? area = body.IntOf("subSys") ?? body.IntOf("system") ?? body.IntOf("subSystemNo");
        return new CidReport(
            body.TextOf("CIDCode") ?? body.TextOf("code"),
            area > 0 ? area : null,
            NotNegative(body.IntOf("zoneNo") ?? body.IntOf("zone") ?? Parameter(parameters, 2)),
            NotNegative(Parameter(parameters, 3)),
            Parameter(parameters, 4) is > 0 and var channel ? channel : null,
            Parameter(parameters, 5) is > 0 and var hdd ? hdd : null,
            user,
            body.TextOf("CIDDescribe") ?? alert.Description,
            body.TextOf("triggerTime") ?? body.TextOf("trigger"));
    }

    private static int? NotNegative(int? number) => number is >= 0 and < 65536 ? number : null;

    private static int? Parameter(string[] parameters, int index) =>
        index < parameters.Length && int.TryParse(parameters[index], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? NotNegative(number) : null;
}
