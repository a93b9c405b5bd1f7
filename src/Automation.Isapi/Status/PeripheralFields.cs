using Automation.Core.Model;
using Automation.Isapi.Documents;

namespace Automation.Isapi.Status;

/// <summary>Every field of a peripheral's status (002 A.2) and the property it is here: relays, output modules, sirens, repeaters, card readers, extension modules, keypads, keyfobs, transmitters.</summary>
internal static class PeripheralFields
{
    private static readonly (string Wire, string Name)[] Texts =
    [
        ("status", "status"), ("seq", "serial"), ("model", "model"), ("linkage", "linkage"), ("sirenAttrib", "attribute"), ("keypadAttrib", "attribute"), ("moduleAttrib", "attribute"),
        ("powerSupplyStatus", "powerSupply"), ("type", "moduleType"), ("version", "version"),
    ];

    private static readonly (string Wire, string Name)[] Numbers =
        [("chargeValue", "battery"), ("signal", "signal"), ("temperature", "temperature"), ("address", "address"), ("linkageAddress", "linkageAddress")];

    /// <summary>The wire's names this table knows, for the test that holds it against the seed.</summary>
    public static IEnumerable<string> Known => [.. Texts.Select(t => t.Wire), .. Numbers.Select(n => n.Wire), "tamperEvident", "charge", "subSystemList"];

    public static DataObject Read(DeviceElement peripheral, string kind)
    {
        var reader = new PropertyReader(peripheral);
        foreach ((string wire, string name) in Texts) reader.Text(wire, name);
        foreach ((string wire, string name) in Numbers) reader.Number(wire, name);
        reader.IsNot("status", "online", "offline", "notRelated").Is("status", "fault", "breakDown", "heartbeatAbnormal")
            .Flag("tamperEvident", "tampered").Is("charge", "lowBattery", "lowPower").List("subSystemList", "areas");
        if (kind is "relay" or "siren") reader.Is("status", "on", "on");
        return reader.Properties;
    }
}
