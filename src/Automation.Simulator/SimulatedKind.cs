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

    /// <summary>Door station: a door and a call button.</summary>
    DoorStation,

    /// <summary>Doorbell: a call button and a PIR detector.</summary>
    Doorbell,

    /// <summary>Face-recognition terminal that measures temperature and sees masks.</summary>
    FaceTerminal,

    /// <summary>Temperature-screening camera.</summary>
    Screening,

    /// <summary>Network switch: ports.</summary>
    Switch,

    /// <summary>Auxiliary care radar.</summary>
    Radar,

    /// <summary>IP speaker.</summary>
    Speaker,

    /// <summary>Trail camera: fed over MQTT.</summary>
    TrailCamera,

    /// <summary>Thermal scope, monocular or binocular: fed over MQTT.</summary>
    Scope,

    /// <summary>Thermal camera for a phone: fed over MQTT.</summary>
    PhoneThermal,
}
