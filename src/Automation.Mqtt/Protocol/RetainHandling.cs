namespace Automation.Mqtt.Protocol;

/// <summary>When a new subscription gets the retained messages it matches (MQTT 5.0 §3.8.3.1).</summary>
public enum RetainHandling : byte
{
    AtSubscribe = 0,
    AtNewSubscribe = 1,
    Never = 2,
}
