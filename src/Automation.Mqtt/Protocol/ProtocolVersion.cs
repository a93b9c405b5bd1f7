namespace Automation.Mqtt.Protocol;

/// <summary>The protocol level byte of CONNECT (MQTT 5.0 §3.1.2.2).</summary>
public enum ProtocolVersion : byte
{
    V311 = 4,
    V5 = 5,
}
