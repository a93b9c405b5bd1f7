using System.Globalization;
using System.Text.Json.Nodes;
using Automation.Simulator.Control;
using Automation.Simulator.Documents;

namespace Automation.Simulator.Devices.Panel;

/// <summary>A kind of thing that hangs on a panel. 002 A.2 for its document, Appendix D for the codes of its troubles (0: it has none of its own).</summary>
/// <param name="List">The list in <c>ExDevStatus</c>.</param>
/// <param name="Item">What wraps each in that list.</param>
internal sealed record PeripheralKind(string Name, string List, string Item, string Model, int Offline, int Tamper, int LowBattery)
{
    public static readonly PeripheralKind[] All =
    [
        new("outputModules", "OutputModList", "OutputMod", "DS-PM1-O8-WE", 1348, 1346, 0),
        new("repeaters", "RepeaterList", "Repeater", "DS-PR1-WE", 1917, 1343, 1337),
        new("cardReaders", "CardReaderList", "CardReader", "DS-PT1-WE", 1348, 1346, 0),
        new("extensionModules", "ExtensionList", "ExtensionModule", "DS-PM1-RT-WE", 1916, 1346, 1338),
        new("keypads", "KeypadList", "Keypad", "DS-PK1-E-WE", 1910, 1346, 0),
        new("keyfobs", "RemoteList", "Remote", "DS-PKF1-WE", 0, 0, 1925),
        new("transmitters", "TransmitterList", "Transmitter", "DS-PM1-I16O2-WE", 1348, 1346, 0),
    ];
}

/// <summary>One of them. Its state is what a client polls; a change that has a code is told.</summary>
internal sealed class Peripheral(PeripheralKind kind, int number, string serial)
{
    public PeripheralKind Kind => kind;

    /// <summary>From 1.</summary>
    public int Number => number;

    /// <summary>online, offline or heartbeatAbnormal.</summary>
    public string Status { get; private set; } = "online";

    public bool Tampered { get; private set; }

    public int Charge { get; private set; } = 90;

    public int Signal { get; private set; } = 200;

    public int Temperature { get; private set; } = 21;

    public bool LowBattery => Charge < 20;

    /// <summary>Takes a new state and tells what changed by its code.</summary>
    /// <exception cref="OrderException">It is no state of such a thing.</exception>
    public void Set(JsonObject state, Action<int> tell)
    {
        foreach ((string key, JsonNode? value) in state)
        {
            bool taken = key switch
            {
                "id" => true,
                "status" when JsonBody.Text(value) is "online" or "offline" or "heartbeatAbnormal" => Become(JsonBody.Text(value)!, tell),
                "tampered" when JsonBody.Flag(value) is { } tampered => Tamper(tampered, tell),
                "charge" when JsonBody.Int(value) is >= 0 and <= 100 and { } charge => Drain(charge, tell),
                "signal" when JsonBody.Int(value) is >= 0 and <= 255 and { } signal => Do(() => Signal = signal),
                "temperature" when JsonBody.Int(value) is >= -60 and <= 100 and { } temperature => Do(() => Temperature = temperature),
                _ => false,
            };
            if (!taken) throw new OrderException($"Of {kind.Name} can be set: status (online, offline, heartbeatAbnormal), tampered (true, false), charge (0 to 100), signal (0 to 255), temperature.");
        }
    }

    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["id"] = number, ["seq"] = serial, ["name"] = $"{kind.Item} {number.ToString(CultureInfo.InvariantCulture)}", ["status"] = Status, ["tamperEvident"] = Tampered,
            ["charge"] = LowBattery ? "lowPower" : "normal", ["chargeValue"] = Charge, ["signal"] = Signal, ["model"] = kind.Model, ["temperature"] = Temperature,
        };
        switch (kind.Name)
        {
            case "keypads":
                json["keypadAttrib"] = "wireless";
                json.Remove("temperature");
                break;
            case "extensionModules":
                json["type"] = "wirelessRecv";
                json["moduleAttrib"] = "wireless";
                json["linkageAddress"] = number;
                json.Remove("signal");
                break;
            case "keyfobs":
                json.Remove("tamperEvident");
                json.Remove("signal");
                json.Remove("temperature");
                break;
            case "cardReaders":
                json["subSystemList"] = new JsonArray(1);
                break;
            case "outputModules":
                json.Remove("name");
                break;
            default:
                break;
        }

        return json;
    }

    public JsonObject State() => new() { ["id"] = number, ["status"] = Status, ["tampered"] = Tampered, ["charge"] = Charge, ["signal"] = Signal, ["temperature"] = Temperature };

    private bool Become(string status, Action<int> tell) => Do(() =>
    {
        bool was = Status != "online", now = status != "online";
        Status = status;
        Told(kind.Offline, was, now, tell);
    });

    private bool Tamper(bool tampered, Action<int> tell) => Do(() =>
    {
        bool was = Tampered;
        Tampered = tampered;
        Told(kind.Tamper, was, tampered, tell);
    });

    private bool Drain(int charge, Action<int> tell) => Do(() =>
    {
        bool was = LowBattery;
        Charge = charge;
        Told(kind.LowBattery, was, LowBattery, tell);
    });

    private static void Told(int code, bool was, bool now, Action<int> tell)
    {
        if (code != 0 && was != now) tell(now ? code : code + 2000);
    }

    private static bool Do(Action action)
    {
        action();
        return true;
    }
}
