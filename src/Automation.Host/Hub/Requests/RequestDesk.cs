using System.Text.Json;
using System.Threading.Channels;
using Automation.Host.Hub.Commands;
using Automation.Host.Operations;
using Automation.Mqtt;
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

    /// <summary>A site answers between two inputs, so in far less; while its disk refuses, it does not.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public Task<IAsyncDisposable> SubscribeAsync(CancellationToken cancellationToken) => bus.SubscribeAsync(topics.RequestFilter, QoS.AtLeastOnce, TakeAsync, cancellationToken);

    private async ValueTask TakeAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        string verb = topics.VerbOf(message.Topic);
        Responder responder = Responder.Of(message, topics.Response(verb), topics, bus, logger, out string? refusal);
        refusal ??= Responder.Refusal(message, MaximumBytes);
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

        if (!Responder.TryReadTransaction(root, out string? transaction, out string error))
        {
            await responder.SendAsync(Answer.Wrong(error), null);
            return;
        }

        var arguments = new RequestArguments(root) { Transaction = transaction, Origin = CommandOrigin.Of(message) };
        using var limit = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        Answer? answer;
        try
        {
            answer = await verbs.AnswerAsync(verb, arguments, a => responder.SendAsync(a, transaction), both.Token);
            if (!verbs.IsReadOnly(verb)) operations.Add(new Operation { Via = OperationVia.Request, By = message.PublisherClientId, What = verb, Detail = Redaction.Text(root), Refusal = answer?.Error ?? "" });
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
}
