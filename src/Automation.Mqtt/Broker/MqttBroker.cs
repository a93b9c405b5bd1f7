using System.Collections.Immutable;
using System.Net;
using System.Text;
using Automation.Core.Topics;
using Automation.Mqtt.Protocol;
using Automation.Mqtt.Sessions;
using Microsoft.Extensions.Logging;

namespace Automation.Mqtt.Broker;

/// <summary>
/// The embedded broker: MQTT 3.1.1 and 5.0 over TCP, TLS and WebSocket, and the same bus for the process itself without a socket.
/// </summary>
/// <remarks>Start once, stop once. The persistence, the certificates and the loggers stay the caller's to dispose, after the broker.</remarks>
public sealed class MqttBroker : IMqttBus, IAsyncDisposable
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan FarewellLimit = TimeSpan.FromSeconds(5);

    private readonly MqttBrokerOptions _options;
    private readonly BrokerCore _core;
    private readonly SysTopics _sys;
    private readonly List<Acceptor> _acceptors = [];
    private readonly List<WebSocketHost> _hosts = [];
    private readonly List<LocalSubscriber> _local = [];
    private readonly Lock _gate = new();
    private ITimer? _timer;
    private int _isTicking;
    private bool _stopped;

    public MqttBroker(
        MqttBrokerOptions options, IMqttPersistence persistence, IMqttAuthenticator authenticator, IMqttAuthorizer authorizer, TimeProvider time,
        Random random, ILoggerFactory loggers)
    {
        _options = options;
        _core = new BrokerCore(options, persistence, authenticator, authorizer, time, random, new BrokerLog(loggers.CreateLogger<MqttBroker>()));
        _sys = new SysTopics(_core, options.SysInterval);
    }

    /// <summary>Raised with true when the broker has started and with false when it stops.</summary>
    public event Action<bool>? ConnectionChanged;

    /// <summary>Where it listens, in the order of the listeners, with the ports that were chosen.</summary>
    public IReadOnlyList<IPEndPoint> Endpoints { get; private set; } = [];

    /// <inheritdoc/>
    public bool IsConnected { get; private set; }

    /// <summary>As of now; cheap enough for every second.</summary>
    public MqttBrokerStatistics Statistics => new()
    {
        Connections = _core.ConnectionCount,
        Sessions = _core.Registry.Count,
        Subscriptions = _core.Router.Count,
        Retained = _core.Retained.Count,
        RetainedBytes = _core.Retained.Bytes,
        MessagesReceived = _core.Counters.MessagesReceived,
        MessagesSent = _core.Counters.MessagesSent + _core.Connections.Sum(c => c.Output.SentMessages),
        MessagesDropped = _core.Counters.DroppedMessages,
        BytesReceived = _core.Counters.BytesReceived,
        ConnectionsAccepted = _core.Counters.ConnectionsAccepted,
        Unauthorized = _core.Counters.Unauthorized,
        FailedLogins = _core.Counters.FailedLogins,
        Limits = Enum.GetValues<MqttLimit>().ToDictionary(l => l, _core.Counters.Of),
    };

    /// <summary>Restores what was kept, then listens.</summary>
    /// <exception cref="IOException">An address cannot be listened on; the message says which, and what to change. Nothing is left open.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await RestoreAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var endpoints = ImmutableArray.CreateBuilder<IPEndPoint>();
            foreach (MqttListener listener in _options.Listeners)
            {
                endpoints.Add(await OpenAsync(listener, cancellationToken).ConfigureAwait(false));
                _core.Log.Listening(endpoints[^1], listener.Transport);
            }

            Endpoints = endpoints.ToImmutable();
        }
        catch (IOException)
        {
            await CloseListenersAsync().ConfigureAwait(false);
            throw;
        }

        foreach (Acceptor acceptor in _acceptors) acceptor.Start();
        _timer = _core.Time.CreateTimer(static state => ((MqttBroker)state!).Tick(), this, TickInterval, TickInterval);
        IsConnected = true;
        ConnectionChanged?.Invoke(true);
    }

    /// <summary>
    /// Tells every client that the server shuts down, waits for the farewells for a moment, and for storage. With a cancelled token: at once.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_stopped) return;
            _stopped = true;
        }

        bool wasConnected = IsConnected;
        IsConnected = false;
        if (_timer is not null) await _timer.DisposeAsync().ConfigureAwait(false);
        foreach (Acceptor acceptor in _acceptors) await acceptor.CloseAsync().ConfigureAwait(false);
        await SayGoodbyeAsync(cancellationToken).ConfigureAwait(false);
        await CloseListenersAsync().ConfigureAwait(false);
        foreach (LocalSubscriber subscriber in TakeLocal()) await subscriber.DisposeAsync().ConfigureAwait(false);
        using (var deadline = new CancellationTokenSource(FarewellLimit, _core.Time))
        {
            // A disk that refuses has been said by storage; it does not keep the process from ending.
            await _core.Persistence.FlushAsync(deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _core.Dispose();
        if (wasConnected) ConnectionChanged?.Invoke(false);
    }

    /// <summary>Publishes for the process: nothing is checked against rights, and nobody's socket is waited for.</summary>
    /// <remarks>With QoS 1 or 2 it completes when storage has what it must keep; without storage, at once.</remarks>
    /// <exception cref="ArgumentException">The topic is not a topic name.</exception>
    public ValueTask PublishAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        byte[] topic = Encoding.UTF8.GetBytes(message.Topic);
        TopicFault fault = TopicName.Check(topic);
        if (fault != TopicFault.None) throw new ArgumentException($"'{message.Topic}' is not a topic name: {fault}.", nameof(message));
        byte[] properties = RawProperties.Write(
            message.PayloadIsText, message.ContentType, message.ResponseTopic, message.CorrelationData.Span, message.UserProperties);
        var view = new PublicationView(topic, properties, message.Payload.Span, message.PublisherClientId)
        {
            QoS = message.QoS,
            Retain = message.Retain,
            ExpiresAt = message.ExpirySeconds is { } seconds ? _core.Now() + (seconds * 1000L) : Publication.Never,
        };
        long ticket = _core.Publish(ref view);
        return ticket == 0 || message.QoS == QoS.AtMostOnce ? ValueTask.CompletedTask : _core.WaitUntilDurableAsync(ticket, cancellationToken);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The filter is not a topic filter.</exception>
    public Task<IAsyncDisposable> SubscribeAsync(
        string filter, QoS maximumQoS, Func<MqttMessage, CancellationToken, ValueTask> handler, CancellationToken cancellationToken)
    {
        TopicFault fault = TopicFilter.Check(filter);
        if (fault != TopicFault.None) throw new ArgumentException($"'{filter}' is not a topic filter: {fault}.", nameof(filter));
        cancellationToken.ThrowIfCancellationRequested();
        var subscriber = new LocalSubscriber(_core, filter, maximumQoS, handler);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopped, this);
            _local.Add(subscriber);
        }

        return Task.FromResult<IAsyncDisposable>(new LocalSubscription(this, subscriber));
    }

    public async ValueTask DisposeAsync() => await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);

    private async Task RestoreAsync(CancellationToken cancellationToken)
    {
        if (!_core.Persistence.IsEnabled) return;
        MqttStoredState state = await _core.Persistence.LoadAsync(cancellationToken).ConfigureAwait(false);
        foreach (MqttStoredMessage message in state.Retained)
        {
            _core.Store.StartAfter(message.Id);
            _core.Retained.Restore(SessionStore.Restored(message));
        }

        foreach (MqttStoredSession session in state.Sessions)
        {
            foreach ((MqttMessageQueued message, _, _) in session.Messages) _core.Store.StartAfter(message.Message.Id);
            foreach (MqttIncomingStored incoming in session.Incoming) _core.Store.StartAfter(incoming.Message?.Id ?? 0);
            _core.Registry.Restore(session);
        }

        foreach (MqttWillStored stored in state.Wills) _core.Store.StartAfter(stored.Id);
        foreach (MqttWillStored stored in state.Wills)
        {
            var will = Will.Restored(stored);
            if (_core.Registry.Restore(stored.ClientId, will, stored.DueAt)) _core.PublishWill(stored.ClientId, will);
        }

        _core.Log.Restored(state.Sessions.Length, state.Retained.Length);
    }

    private async Task<IPEndPoint> OpenAsync(MqttListener listener, CancellationToken cancellationToken)
    {
        if (listener.Transport == MqttTransport.WebSocket)
        {
            WebSocketHost host = await WebSocketHost.StartAsync(_core, listener, cancellationToken).ConfigureAwait(false);
            _hosts.Add(host);
            return host.Endpoint;
        }

        Acceptor acceptor = Acceptor.Open(_core, listener);
        _acceptors.Add(acceptor);
        return acceptor.Endpoint;
    }

    private async Task SayGoodbyeAsync(CancellationToken cancellationToken)
    {
        _core.Stop();
        foreach (ClientConnection connection in _core.Connections) connection.Close(ReasonCode.ServerShuttingDown);
        using var deadline = new CancellationTokenSource(FarewellLimit, _core.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        while (_core.ConnectionCount > 0 && !either.IsCancellationRequested)
            await Task.Delay(TimeSpan.FromMilliseconds(10), _core.Time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (ClientConnection connection in _core.Connections) connection.Cut();
    }

    private async Task CloseListenersAsync()
    {
        foreach (Acceptor acceptor in _acceptors) await acceptor.DisposeAsync().ConfigureAwait(false);
        foreach (WebSocketHost host in _hosts) await host.DisposeAsync().ConfigureAwait(false);
        _acceptors.Clear();
        _hosts.Clear();
    }

    private LocalSubscriber[] TakeLocal()
    {
        lock (_gate)
        {
            LocalSubscriber[] all = [.. _local];
            _local.Clear();
            return all;
        }
    }

    private void Tick()
    {
        // A manual clock or a busy machine may call again before the last call is done.
        if (Interlocked.Exchange(ref _isTicking, 1) != 0) return;
        try
        {
            _core.Tick();
            _sys.Tick();
        }
        finally
        {
            Volatile.Write(ref _isTicking, 0);
        }
    }

    private sealed class LocalSubscription(MqttBroker broker, LocalSubscriber subscriber) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            lock (broker._gate) broker._local.Remove(subscriber);
            return subscriber.DisposeAsync();
        }
    }
}
