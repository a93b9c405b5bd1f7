namespace Automation.Mqtt.Broker;

/// <summary>Says what a client may do. Answers are remembered per topic until <see cref="Version"/> changes; asked on many threads.</summary>
public interface IMqttAuthorizer
{
    /// <summary>Changes whenever an answer may have changed.</summary>
    long Version { get; }

    /// <param name="topic">UTF-8.</param>
    bool MayPublish(MqttClientIdentity client, ReadOnlySpan<byte> topic);

    /// <param name="filter">UTF-8; of a shared subscription the inner filter.</param>
    bool MaySubscribe(MqttClientIdentity client, ReadOnlySpan<byte> filter);

    /// <summary>Asked on delivery too, so that a rule that changes counts for subscriptions that stand.</summary>
    /// <param name="topic">UTF-8.</param>
    bool MayReceive(MqttClientIdentity client, ReadOnlySpan<byte> topic);
}

/// <summary>The simplest authorizer.</summary>
public static class MqttAuthorizer
{
    /// <summary>Everybody may do everything: for tests and closed networks.</summary>
    public static IMqttAuthorizer AllowAll { get; } = new Everything();

    private sealed class Everything : IMqttAuthorizer
    {
        public long Version => 0;

        public bool MayPublish(MqttClientIdentity client, ReadOnlySpan<byte> topic) => true;

        public bool MaySubscribe(MqttClientIdentity client, ReadOnlySpan<byte> filter) => true;

        public bool MayReceive(MqttClientIdentity client, ReadOnlySpan<byte> topic) => true;
    }
}
