using Automation.Core.Topics;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Client;

/// <summary>Subscriptions: made when asked for, made again when the server lost the session, ended with their last handler.</summary>
public sealed partial class MqttClient
{
    // Guarded by _gate.
    private readonly Dictionary<string, ClientSubscription> _subscriptions = [];
    private readonly Dictionary<ushort, TaskCompletionSource<MqttPacket>> _answers = [];
    private readonly HashSet<string> _endedOffline = [];
    private readonly List<HandlerQueue> _ending = [];
    private List<(ClientSubscription Subscription, Task<MqttPacket> Answer)> _asked = [];
    private uint _lastIdentifier;

    /// <inheritdoc/>
    public Task<IAsyncDisposable> SubscribeAsync(
        string filter, QoS maximumQoS, Func<MqttMessage, CancellationToken, ValueTask> handler, CancellationToken cancellationToken) =>
        SubscribeAsync(filter, new MqttSubscribeOptions { MaximumQoS = maximumQoS }, handler, cancellationToken);

    /// <summary>
    /// Subscribes; completes when the server granted it, or at once while disconnected (it is then made with the connection). Several handlers
    /// of one filter share one subscription with the latest options and the highest QoS; its retained messages come again for all of them.
    /// </summary>
    /// <exception cref="MqttClientException">The filter is none, the server refused it, or the client was closed.</exception>
    public async Task<IAsyncDisposable> SubscribeAsync(
        string filter, MqttSubscribeOptions options, Func<MqttMessage, CancellationToken, ValueTask> handler, CancellationToken cancellationToken)
    {
        TopicFault fault = TopicFilter.Check(filter);
        if (fault != TopicFault.None) throw new MqttClientException(MqttClientFault.InvalidMessage, $"'{filter}' is not a topic filter ({fault}).");
        if (options.NoLocal && filter.StartsWith("$share/", StringComparison.Ordinal))
            throw new MqttClientException(MqttClientFault.InvalidMessage, "A shared subscription has no 'no local' (MQTT-3.8.3-4).");
        var queue = new HandlerQueue(handler, _options.Limits.QueuedPerHandler, Window, OnHandled, _logger);
        ClientSubscription subscription;
        Task<MqttPacket>? answer;
        lock (_gate)
        {
            if (_disposed != 0) queue.Stop();
            ThrowIfClosed_NeedsLock();
            subscription = Enter_NeedsLock(filter, options);
            subscription.Handlers = subscription.Handlers.Add(queue);
            answer = _link is null ? null : Ask_NeedsLock(_link, subscription);
        }

        var handle = new SubscriptionHandle(this, subscription, queue);
        if (answer is null) return handle;
        try
        {
            if (await GrantAsync(subscription, answer, cancellationToken).ConfigureAwait(false) is { } refused)
                throw new MqttClientException(MqttClientFault.SubscribeRefused, $"The server refused the subscription '{filter}': {refused}.", refused);
            return handle;
        }
        catch (MqttClientException e) when (e.Fault is MqttClientFault.Disconnected or MqttClientFault.Unreachable or MqttClientFault.ProtocolViolation or MqttClientFault.Silent)
        {
            // The connection ended in between: the next one makes it.
            return handle;
        }
        catch
        {
            await handle.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private ClientSubscription Enter_NeedsLock(string filter, MqttSubscribeOptions options)
    {
        _endedOffline.Remove(filter);
        if (!_subscriptions.TryGetValue(filter, out ClientSubscription? subscription))
        {
            _lastIdentifier = _lastIdentifier % Codec.MqttWriter.MaximumVariableInt + 1;
            subscription = new ClientSubscription(filter, options, _lastIdentifier);
            _subscriptions.Add(filter, subscription);
            return subscription;
        }

        QoS highest = subscription.Options.MaximumQoS > options.MaximumQoS ? subscription.Options.MaximumQoS : options.MaximumQoS;
        subscription.Options = options with { MaximumQoS = highest };
        return subscription;
    }

    private Task<MqttPacket> Ask_NeedsLock(Link link, ClientSubscription subscription)
    {
        ushort packetId = NextPacketId_NeedsLock();
        bool identified = _options.Version == ProtocolVersion.V5 && link.ConnAck.SubscriptionIdentifiersAvailable;
        link.Output.Write(new SubscribePacket
        {
            PacketId = packetId,
            SubscriptionIdentifier = identified ? subscription.Identifier : null,
            Subscriptions = [subscription.ToWire()],
        });
        return Expect_NeedsLock(packetId);
    }

    private Task<MqttPacket> Expect_NeedsLock(ushort packetId)
    {
        var answer = new TaskCompletionSource<MqttPacket>(TaskCreationOptions.RunContinuationsAsynchronously);
        _answers.Add(packetId, answer);

        // Whoever asked may have given up by the time it fails.
        _ = answer.Task.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return answer.Task;
    }

    private ReasonCode OnAnswer(ushort packetId, MqttPacket packet)
    {
        TaskCompletionSource<MqttPacket>? answer;
        lock (_gate) _answers.Remove(packetId, out answer);
        answer?.TrySetResult(packet);
        return ReasonCode.Success;
    }

    private void FailAnswers_NeedsLock(MqttClientException why)
    {
        foreach (TaskCompletionSource<MqttPacket> answer in _answers.Values) answer.TrySetException(why);
        _answers.Clear();
    }

    /// <summary>Waits for SUBACK. Null: granted; else the server's reason.</summary>
    private async Task<ReasonCode?> GrantAsync(ClientSubscription subscription, Task<MqttPacket> answer, CancellationToken cancellationToken)
    {
        MqttPacket packet;
        try
        {
            packet = await answer.WaitAsync(_options.Limits.AnswerTimeout, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new MqttClientException(MqttClientFault.Silent, $"The server did not answer SUBSCRIBE '{subscription.Filter}'.", inner: e);
        }

        ReasonCode reason = packet is SubAckPacket { Reasons: [var only] } ? only : ReasonCode.ProtocolError;
        if (reason.IsFailure()) return reason;
        lock (_gate) subscription.Granted = true;
        return null;
    }

    /// <summary>Asks again for what the server does not know, and ends what was ended while disconnected.</summary>
    private void AskAgain_NeedsLock(Link link)
    {
        _asked = [.. _subscriptions.Values.Where(s => !s.Granted).Select(s => (s, Ask_NeedsLock(link, s)))];
        if (link.ConnAck.SessionPresent)
        {
            foreach (string filter in _endedOffline) AskUnsubscribe_NeedsLock(link, filter);
        }

        _endedOffline.Clear();
    }

    private async Task ResubscribeAsync()
    {
        List<(ClientSubscription Subscription, Task<MqttPacket> Answer)> asked;
        lock (_gate) (asked, _asked) = (_asked, []);
        foreach ((ClientSubscription subscription, Task<MqttPacket> answer) in asked)
        {
            if (await GrantAsync(subscription, answer, CancellationToken.None).ConfigureAwait(false) is { } refused)
                ClientLog.SubscriptionRefused(_logger, subscription.Filter, refused);
        }
    }

    private Task<MqttPacket> AskUnsubscribe_NeedsLock(Link link, string filter)
    {
        ushort packetId = NextPacketId_NeedsLock();
        link.Output.Write(new UnsubscribePacket { PacketId = packetId, Filters = [filter] });
        return Expect_NeedsLock(packetId);
    }

    private async Task EndAsync(ClientSubscription subscription, HandlerQueue queue)
    {
        Task? answer = null;
        lock (_gate)
        {
            if (_disposed != 0 || !subscription.Handlers.Contains(queue)) return;
            subscription.Handlers = subscription.Handlers.Remove(queue);
            _ending.RemoveAll(ended => ended.Completion.IsCompleted);
            _ending.Add(queue);
            if (subscription.Handlers.IsEmpty && _subscriptions.Remove(subscription.Filter))
            {
                if (_link is { } link) answer = AskUnsubscribe_NeedsLock(link, subscription.Filter);
                else _endedOffline.Add(subscription.Filter);
            }
        }

        queue.Stop();
        if (answer is null) return;

        // Granted or not, it is over for this process; a lost connection or session has ended it too.
        await answer.WaitAsync(_options.Limits.AnswerTimeout, _time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private sealed class SubscriptionHandle(MqttClient client, ClientSubscription subscription, HandlerQueue queue) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await client.EndAsync(subscription, queue).ConfigureAwait(false);
    }
}
