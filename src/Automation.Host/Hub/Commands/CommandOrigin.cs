using System.Security.Cryptography;
using System.Text;
using Automation.Mqtt;

namespace Automation.Host.Hub.Commands;

/// <summary>How a command came.</summary>
/// <param name="Message">The same for the same bytes of the same client on the same topic, and for nothing else.</param>
/// <param name="IsRedelivered">It may have come before.</param>
/// <param name="Worth">After how long its sender does not want it done any more (MQTT 5.0 §3.3.2.3.3); null: it did not say.</param>
internal sealed record CommandOrigin(string Message, bool IsRedelivered, TimeSpan? Worth)
{
    public static CommandOrigin Of(MqttMessage message)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(message.PublisherClientId + '\0' + message.Topic + '\0'));
        hash.AppendData(message.Payload.Span);
        return new CommandOrigin(Convert.ToHexString(hash.GetHashAndReset()), message.IsRedelivered, message.ExpirySeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
    }
}
