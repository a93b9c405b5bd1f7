using Automation.Core.Model;
using Automation.Isapi.Documents;
using Automation.Isapi.Http;

namespace Automation.Isapi.Status;

/// <summary>Areas, zones and peripherals of a panel (002 A.2, A.44, A.46).</summary>
internal static class PanelStatus
{
    /// <summary>The peripherals of 002 A.2: the wire's word and the resource kind.</summary>
    public static readonly (string Wire, string Kind)[] PeripheralWords =
    [
        ("Output", "relay"), ("OutputMod", "output-module"), ("Siren", "siren"), ("Keypad", "keypad"), ("Repeater", "repeater"), ("Remote", "keyfob"),
        ("CardReader", "card-reader"), ("ExtensionModule", "extension-module"), ("Transmitter", "transmitter"),
    ];

    public static IEnumerable<string> PeripheralKinds => PeripheralWords.Select(w => w.Kind);

    public static StatusReading Areas { get; } = new("/SecurityCP/status/subSystems?format=json", false, ReadAreas);

    private const string ZonesPath = "/SecurityCP/status/zones?format=json";

    /// <summary>Zones a panel tells in one page (002 A.45).</summary>
    private const int Page = 64;

    public static StatusReading Zones { get; } = new(ZonesPath, false, ReadZones)
    {
        Instead = new(ZonesPath, false, ReadZones)
        {
            Method = HttpMethod.Post,
            Content = ZonesFrom(0),
            // Newer panels page: the next page begins behind what was told so far.
            More = (document, position) => document.Find("responseStatusStrg")?.Text.Trim() == "MORE" && document.All("Zone").Count() is > 0 and var count ? (ZonesFrom(position + count), position + count) : null,
        },
    };

    private static DeviceContent ZonesFrom(int position) =>
        DeviceContent.Json($$$"""{ "ZoneCond": { "searchID": "automation", "searchResultPosition": {{{position}}}, "maxResults": {{{Page}}} } }""");

    public static StatusReading Peripherals { get; } = new("/SecurityCP/status/exDevStatus?format=json", false, ReadPeripherals);

    public static StatusReading Power { get; } = new("/SecurityCP/status/acPowerStatus?format=json", true,
        (document, report) => report("device", 0, new PropertyReader(document.Find("ACPowerStatus") ?? document).IsNot("status", "acPower", "breakDown", "loss", "fault").Properties));

    public static StatusReading Batteries { get; } = new("/SecurityCP/status/batteries?format=json", true, ReadBattery);

    private static void ReadAreas(DeviceElement document, StatusReport report)
    {
        foreach (DeviceElement area in document.All("SubSys"))
        {
            if (area.IntOf("id") is not { } number) continue;
            report("area", number, new PropertyReader(area).Text("arming", "arming").Flag("alarm", "alarm").Flag("enabled", "enabled").Number("delayTime", "delaySeconds").Properties);
        }
    }

    private static void ReadZones(DeviceElement document, StatusReport report)
    {
        foreach (DeviceElement zone in document.All("Zone"))
        {
            if (zone.IntOf("id") is { } number) report("zone", number, ZoneFields.Read(zone));
        }
    }

    private static void ReadPeripherals(DeviceElement document, StatusReport report)
    {
        foreach ((string wire, string kind) in PeripheralWords)
        {
            foreach (DeviceElement peripheral in document.All(wire))
            {
                if (peripheral.IntOf("id") is { } number) report(kind, number, PeripheralFields.Read(peripheral, kind));
            }
        }
    }

    private static void ReadBattery(DeviceElement document, StatusReport report)
    {
        if (document.Find("Battery") is not { } battery) return;
        report("device", 0, new PropertyReader(battery).Number("percent", "battery").Number("chargeValue", "battery").Text("status", "batteryStatus").Properties);
    }
}
