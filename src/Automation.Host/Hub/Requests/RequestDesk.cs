using System.Text.Json;
using System.Threading.Channels;
using Automation.Core.Topics;
using Automation.Host.Operations;
using Automation.Mqtt;
using Automation.Mqtt.Client;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Hub.Requests;

/// <summary>
/// Answers <c>…/request/VERB</c> on <c>…/response/VERB</c>, or where an MQTT 5 request says, with its correlation data (HUB-5). Requests are answered one after
/// the other, so that two of one client keep their order; each gets an answer, also a wrong one.
/// </summary>
internal sealed class RequestDesk(TopicNames topics, IMqttBus bus, RequestVerbs verbs, IOperationLog operations, TimeProvider time, ILogger logger)
{
    /// <summary>The largest requests carry a rule or a story of events.</summary>
    public const int MaximumBytes = 256 * 1024;

    /// <summary>Correlation data come back as they came; more is not carried.</summary>
    private const int MaximumCorrelationBytes = 1024;

    /// <summary>A site answers between two inputs, so in far less; while its disk refuses, it does not.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public Task<IAsyncDisposable> SubscribeAsync(CancellationToken cancellationToken) => bus.SubscribeAsync(topics.RequestFilter, QoS.AtLeastOnce, TakeAsync, cancellationToken);

    private async ValueTask TakeAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        string verb = topics.VerbOf(message.Topic);
        if (message.CorrelationData.Length > MaximumCorrelationBytes) message = message with { CorrelationData = default };
        Responder responder = ResponderOf(message, verb, out string? refusal);
        if (refusal is null && message.Retain) refusal = "a retained request is not obeyed: publish it without retain, and remove this one";
        if (refusal is null && message.Payload.Length > MaximumBytes) refusal = $"the request is longer than {MaximumBytes} bytes";
        if (refusal is not null)
        {
            await responder.SendAsync(Answer.Wrong(refusal), null);
            return;
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(message.Payload.IsEmpty ? "{}"u8.ToArray() : message.Payload, new JsonDocumentOptions { MaxDepth = 64 });
        }
        catch (JsonException e)
        {
            await responder.SendAsync(Answer.Wrong($"the request is not JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}): send an object such as {{\"transaction\":1}}"), null);
            return;
        }

        using (document) await AnswerAsync(verb, document.RootElement, message, responder, cancellationToken);
    }

    private async Task AnswerAsync(string verb, JsonElement root, MqttMessage message, Responder responder, CancellationToken cancellationToken)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            await responder.SendAsync(Answer.Wrong("the request is not an object: send one such as {\"transaction\":1}"), null);
            return;
        }

        string? transaction = null;
        if (root.TryGetProperty("transaction", out JsonElement given))
        {
            if (given.ValueKind is not (JsonValueKind.String or JsonValueKind.Number) || given.GetRawText().Length > 256)
            {
                await responder.SendAsync(Answer.Wrong("\"transaction\" is not a number or a text of at most 256 characters"), null);
                return;
            }

            transaction = given.GetRawText();
        }

        using var limit = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        Answer? answer;
        try
        {
            answer = await verbs.AnswerAsync(verb, root, a => responder.SendAsync(a, transaction), both.Token);
            if (!verbs.IsReadOnly(verb)) operations.Add(new Operation { Via = OperationVia.Request, By = message.PublisherClientId, What = verb, Detail = root.GetRawText(), Refusal = answer?.Error ?? "" });
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            answer = Answer.Wrong("the site is busy or its disk refuses: ask again later, and see …/exceptions");
        }
        catch (ChannelClosedException)
        {
            answer = Answer.Wrong("the plugin stops: ask again when it is back");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A bug of ours: the one who asked is not left waiting, and the next request is answered.
            HubLog.RequestFailed(logger, verb, e);
            answer = Answer.Wrong("the request could not be answered because of a fault of this program; its log says more");
        }

        if (answer is { } now) await responder.SendAsync(now, transaction);
    }

    private Responder ResponderOf(MqttMessage message, string verb, out string? refusal)
    {
        refusal = null;
        string usual = topics.Response(verb);
        if (message.ResponseTopic is not { } asked) return new Responder(bus, usual, message.CorrelationData, logger);

        // We publish with our own rights: a response topic must not let a client command devices, or overwrite what we tell, through us.
        bool own = asked == topics.Base || asked.StartsWith(topics.Base + "/", StringComparison.Ordinal);
        bool allowed = TopicName.Check(asked) == TopicFault.None && !asked.StartsWith('$') && (!own || asked.StartsWith(topics.Response(""), StringComparison.Ordinal));
        if (!allowed) refusal = $"the response topic cannot be used: choose one outside {topics.Base}/, or below {topics.Response("")}";
        return new Responder(bus, allowed ? asked : usual, message.CorrelationData, logger);
    }

    /// <summary>Where one request's answer goes.</summary>
    private sealed record Responder(IMqttBus Bus, string Topic, ReadOnlyMemory<byte> Correlation, ILogger Logger)
    {
        public async Task SendAsync(Answer answer, string? transaction)
        {
            byte[] payload = Payloads.Write(w =>
            {
                w.WriteString("status", answer.Error is null ? "ok" : "error");
                if (answer.Data is not null)
                {
                    w.WritePropertyName("data");
                    answer.Data(w);
                }

                if (answer.Error is not null) w.WriteString("error", answer.Error);
                if (transaction is null) return;
                w.WritePropertyName("transaction");
                w.WriteRawValue(transaction);
            });
            try
            {
                var response = new MqttMessage { Topic = Topic, Payload = payload, QoS = QoS.AtLeastOnce, CorrelationData = Correlation, ContentType = "application/json", PayloadIsText = true };
                await Bus.PublishAsync(response, CancellationToken.None);
            }
            catch (Exception e) when (e is MqttClientException or InvalidOperationException or IOException or TimeoutException or ArgumentException)
            {
                HubLog.PublishFailed(Logger, Topic, e.Message);
            }
        }
    }
}
