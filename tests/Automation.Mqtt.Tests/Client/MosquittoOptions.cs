using Automation.Mqtt.Client;
using Automation.TestKit;

namespace Automation.Mqtt.Tests.Client;

internal static class MosquittoOptions
{
    /// <summary>A client of this broker, patient on a loaded machine.</summary>
    public static MqttClientOptions Options(this Mosquitto mosquitto, string clientId = "") => new()
    {
        Host = "127.0.0.1",
        Port = mosquitto.Port,
        ClientId = clientId,
        Limits = new MqttClientLimits { FirstBackoff = TimeSpan.FromMilliseconds(20), LongestBackoff = TimeSpan.FromMilliseconds(200), ConnectTimeout = Until.Limit, AnswerTimeout = Until.Limit },
    };
}
