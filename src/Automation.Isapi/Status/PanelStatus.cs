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

    public static StatusReading Zones { get; } = new("/SecurityCP/status/zones?format=json", false, ReadZones)
    {
        // Newer panels page; 64 is more than a page of any has, and all a panel of this class has.
        Instead = new("/SecurityCP/status/zones?format=json", false, ReadZones)
        {
            Method = HttpMethod.Post,
            Content = DeviceContent.Json("""{"ZoneCond":{"searchID":"automation","searchResultPosition":0,"maxResults":64}}"""),
        },
    };

    public static StatusReading Peripherals { get; } = new("/SecurityCP/status/exDevStatus?format=json", false, ReadPeripherals);

    public static StatusReading Power { get; } = new("/SecurityCP/status/acPowerStatus?format=json", true,
        (document, report) => report("device", 0, new PropertyReader(document.Find("ACPowerStatus") ?? document).IsNot("status", "acPower", "breakDown", "loss", "fault").Properties));

    public static StatusReading Batteries { get; } = new("/SecurityCP/status/batteries?format=json", true, ReadBattery);

    private static void ReadAreas(DeviceElement document, StatusReport report)
    {
        foreach (DeviceElement area in document.All("SubSys"))
        {
            if (area.IntOf("id") is not { } number) continue;
            report("area", number, new PropertyReader(area).Text("arming", "arming").Flag("alarm", "alarm").Flag("enabled", "enabled").Properties);
        }
    }

    private static void ReadZones(DeviceElement document, StatusReport report)
    {
        foreach (DeviceElement zone in document.All("Zone"))
        {
            if (zone.IntOf("id") is not { } number) continue;
            report("zone", number, Common(zone)
                .Flag("alarm", "alarm").Flag("bypassed", "bypassed").Flag("armed", "armed").Flag("shielded", "shielded")
                .Flag("magnetOpenStatus", "open").Is("status", "fault", "breakDown", "heartbeatAbnormal").Number("humidity", "humidity")
                .Text("oneTimeDeactivationMode", "oneTimeDeactivation").Text("deactivationMode", "deactivation").Properties);
        }
    }

    private static void ReadPeripherals(DeviceElement document, StatusReport report)
    {
        foreach ((string wire, string kind) in PeripheralWords)
        {
            foreach (DeviceElement peripheral in document.All(wire))
            {
                if (peripheral.IntOf("id") is not { } number) continue;
                PropertyReader properties = Common(peripheral);
                if (kind is "relay" or "siren") properties.Is("status", "on", "on");
                report(kind, number, properties.Properties);
            }
        }
    }

    private static void ReadBattery(DeviceElement document, StatusReport report)
    {
        if (document.Find("Battery") is not { } battery) return;
        report("device", 0, new PropertyReader(battery).Number("percent", "battery").Number("chargeValue", "battery").Text("status", "batteryStatus").Properties);
    }

    /// <summary>What every zone and peripheral has.</summary>
    private static PropertyReader Common(DeviceElement element) => new PropertyReader(element)
        .Text("status", "status").IsNot("status", "online", "offline", "notRelated").Flag("tamperEvident", "tampered").Is("charge", "lowBattery", "lowPower")
        .Number("chargeValue", "battery").Number("signal", "signal").Number("temperature", "temperature");
}
