using System.Buffers.Binary;
using System.Collections.Concurrent;
using Automation.Core.Topics;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Client;

/// <summary>Request and response over publish and subscribe (MQTT 5.0 §4.10).</summary>
public sealed partial class MqttClient
{
    private readonly ConcurrentDictionary<long, TaskCompletionSource<MqttMessage>> _requests = new();
    private readonly SemaphoreSlim _replyGate = new(1, 1);
    private readonly string _replyToken;
    private string? _replyTopic;
    private long _lastRequest;

    /// <summary>Publishes with a response topic and correlation data of its own, and waits for the answer that carries them.</summary>
    /// <exception cref="MqttClientException">No answer in time, the request could not be published, or the connection speaks 3.1.1.</exception>
    public async Task<MqttMessage> RequestAsync(MqttMessage request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (_options.Version != ProtocolVersion.V5) throw new MqttClientException(MqttClientFault.InvalidMessage, "MQTT 3.1.1 has no response topics; use a topic of your own for answers.");
        string replyTopic = await ListenForRepliesAsync(cancellationToken).ConfigureAwait(false);
        long number = Interlocked.Increment(ref _lastRequest);
        byte[] correlation = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(correlation, number);
        var answer = new TaskCompletionSource<MqttMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        _requests[number] = answer;
        using var limit = new CancellationTokenSource(timeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await PublishAsync(request with { ResponseTopic = replyTopic, CorrelationData = correlation }, both.Token).ConfigureAwait(false);
            return await answer.Task.WaitAsync(both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new MqttClientException(MqttClientFault.NoResponse, $"No answer to '{request.Topic}' within {timeout}.", inner: e);
        }
        finally
        {
            _requests.TryRemove(number, out _);
        }
    }

    /// <summary>Publishes the answer to a request; nothing when it names no response topic.</summary>
    public ValueTask RespondAsync(MqttMessage request, MqttMessage response, CancellationToken cancellationToken) =>
        request.ResponseTopic is { } topic
            ? PublishAsync(response with { Topic = topic, CorrelationData = request.CorrelationData }, cancellationToken)
            : ValueTask.CompletedTask;

    private async Task<string> ListenForRepliesAsync(CancellationToken cancellationToken)
    {
        await _replyGate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_replyTopic is not null) return _replyTopic;
            string? offered;
            lock (_gate) offered = _link?.ConnAck.ResponseInformation;
            string topic = $"{_options.ResponseTopic ?? offered ?? $"response/{ClientId}"}/{_replyToken}";
            if (TopicName.Check(topic) != TopicFault.None) throw new MqttClientException(MqttClientFault.InvalidMessage, $"'{topic}' cannot be a response topic.");
            await SubscribeAsync(topic, QoS.AtLeastOnce, OnReply, cancellationToken).ConfigureAwait(false);
            return _replyTopic = topic;
        }
        finally
        {
            _replyGate.Release();
        }
    }

    private ValueTask OnReply(MqttMessage reply, CancellationToken cancellationToken)
    {
        // An answer that comes too late, or to nobody, is of no use to anyone.
        if (reply.CorrelationData.Length == sizeof(long) && _requests.TryRemove(BinaryPrimitives.ReadInt64BigEndian(reply.CorrelationData.Span), out TaskCompletionSource<MqttMessage>? waiting))
            waiting.TrySetResult(reply);
        return ValueTask.CompletedTask;
    }
}
