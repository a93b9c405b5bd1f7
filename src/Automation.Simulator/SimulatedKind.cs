namespace Automation.Simulator;

/// <summary>What a simulated device is.</summary>
public enum SimulatedKind
{
    /// <summary>Alarm panel: areas, zones, relays, peripherals; JSON.</summary>
    Panel,

    /// <summary>Recorder: channels, PTZ, alarm inputs and outputs, disks; XML.</summary>
    Recorder,

    /// <summary>Network camera: direct channels, perhaps PTZ, alarm ports and a card; XML.</summary>
    Camera,

    /// <summary>Access controller: doors; XML commands, JSON events.</summary>
    Access,

    /// <summary>Thermal camera: channel 1 sees light, the last channel sees heat.</summary>
    Thermal,

    /// <summary>People-counting camera.</summary>
    Counting,

    /// <summary>Receiver gateway: other devices stand behind it, by <c>devIndex</c>; JSON.</summary>
    Gateway,
}
