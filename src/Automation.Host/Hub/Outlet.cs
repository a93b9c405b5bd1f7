using Automation.Mqtt;
using Automation.Mqtt.Client;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Hub;

/// <summary>Every bound of an <see cref="Outlet"/>, with its default's reason.</summary>
internal sealed record OutletLimits
{
    /// <summary>Events that wait. Default 10,000: some minutes of a busy site while a broker is away. States wait besides, each topic once.</summary>
    public int Waiting { get; init; } = 10_000;

    /// <summary>Default: the oldest event gives way, because what happened last matters most to whoever comes back.</summary>
    public OutletFull WhenFull { get; init; } = OutletFull.DropOldest;

    /// <summary>Messages handed to the bus and not acknowledged. Default 1,000: many share one flush of the embedded broker's disk, and keep a broker across a network busy.</summary>
    public int UnderWay { get; init; } = 1000;

    /// <summary>Messages one caller carries for others before it goes back to its own work. Default 256.</summary>
    public int CarriedByOne { get; init; } = 256;
}

/// <summary>Which event is dropped, and counted, when as many wait as may.</summary>
internal enum OutletFull
{
    DropOldest = 0,

    /// <summary>What happened first is kept: how it began.</summary>
    DropNewest,
}

/// <summary>
/// The one way out to the bus for what is shown: in order, and without anybody waiting for a broker. A value that is replaced while it waits leaves once, as the
/// newest; events leave each. With the embedded broker a message is with its subscribers when the call returns; with a slow or absent one it waits here within a bound.
/// </summary>
/// <remarks>Any thread. Whoever finds nobody at work carries the messages on, its own and those of others that come meanwhile, as long as the bus takes them at once.</remarks>
internal sealed class Outlet(IMqttBus bus, OutletLimits limits, ILogger logger) : IAsyncDisposable
{
    private readonly Lock _gate = new();

    // Under the gate.
    private readonly LinkedList<MqttMessage> _waiting = [];
    private readonly Dictionary<string, LinkedListNode<MqttMessage>> _values = new(StringComparer.Ordinal);
    private readonly LinkedList<LinkedListNode<MqttMessage>> _events = [];
    private TaskCompletionSource? _idle;
    private TaskCompletionSource? _room;
    private int _underWay;
    private long _droppedNow;
    private bool _working;
    private bool _stopped;

    /// <summary>Events that were dropped because too many waited.</summary>
    public long Dropped { get; private set; }

    /// <summary>Messages that wait, for those who watch.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate) return _waiting.Count;
        }
    }

    private bool Stopped
    {
        get
        {
            lock (_gate) return _stopped;
        }
    }

    private bool IsEmpty_NeedsGate => !_working && _underWay == 0 && _waiting.Count == 0;

    /// <summary>Sends a message after all that were sent before. A value of its topic that still waits is overtaken and left out.</summary>
    public void Send(MqttMessage message)
    {
        bool dropped = false;
        lock (_gate)
        {
            if (_stopped) return;
            if (_values.Remove(message.Topic, out LinkedListNode<MqttMessage>? older)) _waiting.Remove(older);
            bool full = _events.Count >= limits.Waiting;
            if (full)
            {
                Dropped++;
                dropped = _droppedNow++ == 0;
            }

            if (full && limits.WhenFull == OutletFull.DropOldest)
            {
                _waiting.Remove(_events.First!.Value);
                _events.RemoveFirst();
            }

            if (!full || limits.WhenFull == OutletFull.DropOldest) _events.AddLast(_waiting.AddLast(message));
        }

        if (dropped) HubLog.MessagesDropped(logger, limits.Waiting, limits.WhenFull == OutletFull.DropOldest ? "oldest" : "newest");
        Carry();
    }

    /// <summary>Takes a topic's value; <see cref="Carry"/> sends it. One that still waits is replaced and keeps its place, so that a topic waits once at most.</summary>
    /// <remarks>Calls nobody, so that whoever keeps the values may call it under a lock of its own.</remarks>
    public void Put(MqttMessage value)
    {
        lock (_gate)
        {
            if (_stopped) return;
            if (_values.TryGetValue(value.Topic, out LinkedListNode<MqttMessage>? waits)) waits.Value = value;
            else _values.Add(value.Topic, _waiting.AddLast(value));
        }
    }

    /// <summary>Sends what waits, unless somebody is at it: on this thread for as long as the bus takes messages at once.</summary>
    public void Carry()
    {
        lock (_gate)
        {
            if (_working) return;
            _working = true;
        }

        _ = WorkAsync();
    }

    /// <summary>Completes when everything sent so far has left, or failed to.</summary>
    public async Task EmptiedAsync(CancellationToken cancellationToken)
    {
        Task idle;
        lock (_gate)
        {
            if (IsEmpty_NeedsGate) return;
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            idle = _idle.Task;
        }

        await idle.WaitAsync(cancellationToken);
    }

    /// <summary>Takes nothing more; what waits is let go.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _stopped = true;
            _waiting.Clear();
            _values.Clear();
            _events.Clear();
        }

        await EmptiedAsync(CancellationToken.None);
    }

    private async Task WorkAsync()
    {
        int carried = 0;
        while (Next() is { } message)
        {
            if (++carried % limits.CarriedByOne == 0) await Task.Yield();
            Task published = PublishAsync(message);
            if (!published.IsCompleted) _ = WatchAsync(published);
            while (Room() is { } room) await room;
        }
    }

    /// <summary>The next message; null: there is none, and the work has ended.</summary>
    private MqttMessage? Next()
    {
        TaskCompletionSource? idle;
        long dropped;
        lock (_gate)
        {
            if (_waiting.First is { } first)
            {
                _waiting.RemoveFirst();
                if (_values.TryGetValue(first.Value.Topic, out LinkedListNode<MqttMessage>? value) && value == first) _values.Remove(first.Value.Topic);
                else if (_events.First?.Value == first) _events.RemoveFirst();
                return first.Value;
            }

            _working = false;
            idle = Idle_NeedsGate();
            (dropped, _droppedNow) = (_droppedNow, 0);
        }

        if (dropped > 0) HubLog.MessagesWereDropped(logger, dropped);
        idle?.SetResult();
        return null;
    }

    /// <summary>What to wait for before another message is handed to the bus; null: nothing.</summary>
    private Task? Room()
    {
        lock (_gate)
        {
            if (_underWay < limits.UnderWay) return null;
            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task;
        }
    }

    private async Task WatchAsync(Task published)
    {
        lock (_gate) _underWay++;
        await published;
        TaskCompletionSource? room;
        TaskCompletionSource? idle;
        lock (_gate)
        {
            _underWay--;
            (room, _room) = (_room, null);
            idle = Idle_NeedsGate();
        }

        room?.SetResult();
        idle?.SetResult();
    }

    /// <summary>Who waits for all to have left, when it has.</summary>
    private TaskCompletionSource? Idle_NeedsGate()
    {
        if (!IsEmpty_NeedsGate) return null;
        TaskCompletionSource? idle = _idle;
        _idle = null;
        return idle;
    }

    /// <summary>Never throws: a message that fails takes no other along.</summary>
    private async Task PublishAsync(MqttMessage message)
    {
        try
        {
            await bus.PublishAsync(message, CancellationToken.None);
        }
        catch (Exception e)
        {
            // A retained value is published again at the next connect; an event is told as lost, unless everything ends.
            if (!Stopped) HubLog.PublishFailed(logger, message.Topic, e.Message);
        }
    }
}
