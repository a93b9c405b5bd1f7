using System.Collections.Immutable;
using System.Text.Json;
using Automation.Core.Topics;
using Automation.Mqtt;
using Automation.Mqtt.Client;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Hub.Requests;

/// <summary>Where the answer to one message goes: where MQTT 5 says (§4.10), with the caller's correlation data and user properties; else to the usual topic.</summary>
/// <param name="Topic">Null: nobody wants an answer.</param>
internal sealed record Responder(IMqttBus Bus, string? Topic, ReadOnlyMemory<byte> Correlation, ImmutableArray<KeyValuePair<string, string>> Properties, ILogger Logger)
{
    /// <summary>Correlation data come back as they came; more is not carried.</summary>
    private const int MaximumCorrelationBytes = 1024;

    /// <summary>So do user properties, as long as they are this many characters together.</summary>
    private const int MaximumPropertyCharacters = 1024;

    private const int MaximumTransaction = 256;

    /// <param name="refusal">What is wrong with the topic that the message asks for; the answer then goes to the usual one.</param>
    public static Responder Of(MqttMessage message, string? usual, TopicNames topics, IMqttBus bus, ILogger logger, out string? refusal)
    {
        refusal = null;
        ReadOnlyMemory<byte> correlation = message.CorrelationData.Length <= MaximumCorrelationBytes ? message.CorrelationData : default;
        ImmutableArray<KeyValuePair<string, string>> properties = message.UserProperties.Sum(p => p.Key.Length + p.Value.Length) <= MaximumPropertyCharacters ? message.UserProperties : [];
        string? topic = message.ResponseTopic;
        if (topic is not null)
        {
            // We publish with our own rights: a response topic must not let a client command devices, or overwrite what we tell, through us.
            bool own = topic == topics.Base || topic.StartsWith(topics.Base + "/", StringComparison.Ordinal);
            bool allowed = TopicName.Check(topic) == TopicFault.None && !topic.StartsWith('$') && (!own || topic.StartsWith(topics.Response(""), StringComparison.Ordinal));
            if (!allowed)
            {
                refusal = $"the response topic cannot be used: choose one outside {topics.Base}/, or below {topics.Response("")}";
                topic = null;
            }
        }

        return new Responder(bus, topic ?? usual, correlation, properties, logger);
    }

    /// <summary>What of a message cannot be obeyed whatever it says; null when nothing is wrong.</summary>
    public static string? Refusal(MqttMessage message, int maximumBytes)
    {
        if (message.Retain) return "a retained message is not obeyed: publish it without retain, and remove this one";
        if (message.Payload.Length > maximumBytes) return $"the payload is longer than {maximumBytes} bytes";
        if (message.ContentType is not { } type) return null;
        string plain = type.Split(';')[0].Trim();
        bool known = plain.Equals("application/json", StringComparison.OrdinalIgnoreCase) || plain.Equals("text/plain", StringComparison.OrdinalIgnoreCase);
        return known ? null : $"the content type '{RequestArguments.Cut(type)}' is not understood: send application/json or text/plain, or say nothing";
    }

    /// <summary>The caller's own name for the request, as JSON; null when it gives none.</summary>
    public static bool TryReadTransaction(JsonElement root, out string? transaction, out string error)
    {
        transaction = null;
        error = "";
        if (!root.TryGetProperty("transaction", out JsonElement given)) return true;
        if (given.ValueKind is not (JsonValueKind.String or JsonValueKind.Number) || given.GetRawText().Length > MaximumTransaction)
        {
            error = $"\"transaction\" is not a number or a text of at most {MaximumTransaction} characters";
            return false;
        }

        transaction = given.GetRawText();
        return true;
    }

    public async Task SendAsync(Answer answer, string? transaction)
    {
        if (Topic is not { } topic) return;
        byte[] payload = Payloads.Write(w =>
        {
            w.WriteString("status", answer.Error is null ? "ok" : "error");
            if (answer.Data is not null)
            {
                w.WritePropertyName("data");
                answer.Data(w);
            }

            if (answer.Error is not null) w.WriteString("error", answer.Error);
            Payloads.WriteTransaction(w, transaction);
        });
        try
        {
            var response = new MqttMessage { Topic = topic, Payload = payload, QoS = QoS.AtLeastOnce, CorrelationData = Correlation, UserProperties = Properties, ContentType = "application/json", PayloadIsText = true };
            await Bus.PublishAsync(response, CancellationToken.None);
        }
        catch (Exception e) when (e is MqttClientException or InvalidOperationException or IOException or TimeoutException or ArgumentException)
        {
            HubLog.PublishFailed(Logger, topic, e.Message);
        }
    }
}
