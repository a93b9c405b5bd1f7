using System.Threading.Channels;
using Automation.Mqtt.Sessions;

namespace Automation.Mqtt.Broker;

/// <summary>A handler inside the process. Its messages wait in a bounded queue; one loop hands them over, one at a time.</summary>
internal sealed class LocalSubscriber : Subscriber, IAsyncDisposable
{
    private readonly Channel<(Publication Message, DeliveryOptions Options)> _queue;
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<MqttMessage, CancellationToken, ValueTask> _handler;
    private readonly BrokerCore _core;
    private readonly ClientSubscription _subscription;
    private readonly Task _loop;
    private int _disposed;

    public LocalSubscriber(BrokerCore core, string filter, QoS maximumQoS, Func<MqttMessage, CancellationToken, ValueTask> handler)
    {
        _core = core;
        _handler = handler;
        _queue = Channel.CreateBounded<(Publication, DeliveryOptions)>(new BoundedChannelOptions(core.Limits.LocalMessages) { SingleReader = true });
        _subscription = new ClientSubscription(this, filter) { MaximumQoS = maximumQoS };

        // Subscribed first, so that nothing falls between what is retained and what is published from now on.
        var retained = new List<Publication>();
        core.Router.Put(_subscription, null);
        core.Retained.Match(_subscription.FilterBytes(), retained);
        _loop = RunAsync(retained);
    }

    public override string ClientId => "";

    public override bool IsOnline => true;

    public override MqttClientIdentity? Identity => null;

    private bool IsCongested => _queue.Reader.Count > _core.Limits.LocalMessages / 2;

    public override void Deliver(ref PublicationView message, in DeliveryOptions options, Dispatch dispatch)
    {
        if (!_queue.Writer.TryWrite((message.Keep(), options))) _core.Counters.Dropped(MqttLimit.LocalQueue);
        if (IsCongested) dispatch.Congested(this);
    }

    public override async ValueTask WaitForRoomAsync(CancellationToken cancellationToken)
    {
        // The handler is our own code: clients wait for it within the same patience as for a socket.
        using var patience = new CancellationTokenSource(_core.Limits.Patience, _core.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        while (IsCongested && !either.IsCancellationRequested)
            await Task.Delay(TimeSpan.FromMilliseconds(1), _core.Time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _core.Router.Remove(_subscription);
        _queue.Writer.TryComplete();
        await _stop.CancelAsync().ConfigureAwait(false);

        // A handler may end its own subscription: then there is nobody to wait for.
        if (!_isInHandler.Value) await _loop.ConfigureAwait(false);
    }

    private readonly AsyncLocal<bool> _isInHandler = new();

    private async Task RunAsync(List<Publication> retained)
    {
        await Task.Yield();
        _isInHandler.Value = true;
        foreach (Publication message in retained)
        {
            if (_stop.IsCancellationRequested) return;
            if (message.IsExpired(_core.Now())) continue;
            QoS qos = message.QoS < _subscription.MaximumQoS ? message.QoS : _subscription.MaximumQoS;
            await HandleAsync(message, new DeliveryOptions(qos, true, [])).ConfigureAwait(false);
        }

        try
        {
            await foreach ((Publication message, DeliveryOptions options) in _queue.Reader.ReadAllAsync(_stop.Token).ConfigureAwait(false))
                await HandleAsync(message, options).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed.
        }
    }

    private async ValueTask HandleAsync(Publication message, DeliveryOptions options)
    {
        try
        {
            await _handler(RawProperties.ToMessage(message, options, _core.Now()), _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed while it worked.
        }
        catch (Exception e) // A handler's defect is its own: it is said, and the next message comes.
        {
            _core.Log.HandlerFailed(_subscription.Filter, e);
        }
    }
}
