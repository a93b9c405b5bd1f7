using System.Text;
using Automation.Host.Hub;
using Automation.Mqtt;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Host.Tests.Hub;

/// <summary>Nobody waits for a slow broker; states leave as the newest, events each and in order, within a bound.</summary>
[Trait("Req", "DEV-5")]
public sealed class OutletTests
{
    private readonly HeldBus _bus = new();

    [Fact]
    public void Send_ToABusThatTakesAtOnce_IsPublishedWhenTheCallReturns()
    {
        Outlet outlet = NewOutlet();
        outlet.Send(Message("a", "1"));
        outlet.Send(Message("a", "2"));
        Assert.Equal(["a=1", "a=2"], _bus.Published);
    }

    [Fact]
    public async Task Put_WhileTheBusIsSlow_LeavesOnceAsTheNewest()
    {
        Outlet outlet = NewOutlet(underWay: 1);
        _bus.Hold();
        outlet.Send(Message("first", "x"));
        for (int i = 0; i < 1000; i++)
        {
            outlet.Put(Message("state", i.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            outlet.Carry();
        }

        Assert.Equal(1, outlet.Waiting);
        _bus.Release();
        await outlet.EmptiedAsync(CancellationToken.None);
        Assert.Equal(["first=x", "state=999"], _bus.Published);
    }

    [Fact]
    public async Task Send_WhileTheBusIsSlow_KeepsEventsInOrderAndNobodyWaits()
    {
        Outlet outlet = NewOutlet(underWay: 64);
        _bus.Hold();
        for (int i = 0; i < 500; i++) outlet.Send(Message("event", i.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(64, _bus.Published.Count);
        _bus.Release();
        await outlet.EmptiedAsync(CancellationToken.None);
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"event={i}"), _bus.Published);
    }

    [Fact]
    public async Task Send_MoreThanMayWait_DropsTheOldestEventsAndNoState()
    {
        Outlet outlet = NewOutlet(waiting: 10, underWay: 1);
        _bus.Hold();
        outlet.Send(Message("first", "x"));
        outlet.Put(Message("state", "1"));
        for (int i = 0; i < 25; i++) outlet.Send(Message("event", i.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(15, outlet.Dropped);
        _bus.Release();
        await outlet.EmptiedAsync(CancellationToken.None);
        Assert.Equal(["first=x", "state=1", .. Enumerable.Range(15, 10).Select(i => $"event={i}")], _bus.Published);
    }

    [Fact]
    public async Task Send_MoreThanMayWait_DropsTheNewestWhereSoAsked_AndTakesThemAgainLater()
    {
        var outlet = new Outlet(_bus, new OutletLimits { Waiting = 10, UnderWay = 1, WhenFull = OutletFull.DropNewest }, NullLogger.Instance);
        _bus.Hold();
        outlet.Send(Message("first", "x"));
        for (int i = 0; i < 25; i++) outlet.Send(Message("event", i.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(15, outlet.Dropped);
        _bus.Release();
        await outlet.EmptiedAsync(CancellationToken.None);
        outlet.Send(Message("event", "later"));
        await outlet.EmptiedAsync(CancellationToken.None);
        Assert.Equal(["first=x", .. Enumerable.Range(0, 10).Select(i => $"event={i}"), "event=later"], _bus.Published);
    }

    [Fact]
    public async Task Send_OfATopicWithAWaitingValue_OvertakesIt_AndALaterValueFollows()
    {
        Outlet outlet = NewOutlet(underWay: 1);
        _bus.Hold();
        outlet.Send(Message("first", "x"));
        outlet.Put(Message("document", "old"));
        outlet.Send(Message("document", "without"));
        outlet.Put(Message("document", "new"));
        _bus.Release();
        await outlet.EmptiedAsync(CancellationToken.None);
        Assert.Equal(["first=x", "document=without", "document=new"], _bus.Published);
    }

    [Fact]
    public async Task Send_AMessageFails_TheNextIsSent()
    {
        Outlet outlet = NewOutlet();
        outlet.Send(Message("fail", "1"));
        outlet.Send(Message("a", "2"));
        await outlet.EmptiedAsync(CancellationToken.None);
        Assert.Equal(["a=2"], _bus.Published);
    }

    [Fact]
    public async Task Set_ByManyThreads_LeavesTheLastValueOfEach()
    {
        Outlet outlet = NewOutlet();
        var retained = new RetainedTopics(outlet);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i <= 2000; i++) retained.Set($"t{thread}", Encoding.UTF8.GetBytes(i.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        })));
        await Until.Done(outlet.EmptiedAsync(CancellationToken.None));
        for (int thread = 0; thread < 4; thread++) Assert.Equal($"t{thread}=2000", _bus.Published.Last(p => p.StartsWith($"t{thread}=", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Dispose_WhileMessagesWait_LetsThemGoAndEnds()
    {
        Outlet outlet = NewOutlet(underWay: 1);
        _bus.Hold();
        outlet.Send(Message("a", "1"));
        outlet.Send(Message("a", "2"));
        Task disposed = outlet.DisposeAsync().AsTask();
        outlet.Send(Message("a", "3"));
        _bus.Release();
        await Until.Done(disposed);
        Assert.Equal(["a=1"], _bus.Published);
    }

    private Outlet NewOutlet(int waiting = 10_000, int underWay = 1000) => new(_bus, new OutletLimits { Waiting = waiting, UnderWay = underWay }, NullLogger.Instance);

    private static MqttMessage Message(string topic, string payload) => new() { Topic = topic, Payload = Encoding.UTF8.GetBytes(payload) };

    /// <summary>A bus whose broker can be kept from acknowledging.</summary>
    private sealed class HeldBus : IMqttBus
    {
        private readonly Lock _gate = new();
        private readonly List<string> _published = [];
        private TaskCompletionSource _open = Opened();

        public IReadOnlyList<string> Published
        {
            get
            {
                lock (_gate) return [.. _published];
            }
        }

        public bool IsConnected => true;

        public event Action<bool>? ConnectionChanged
        {
            add { }
            remove { }
        }

        public void Hold() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Release() => _open.SetResult();

        public async ValueTask PublishAsync(MqttMessage message, CancellationToken cancellationToken)
        {
            if (message.Topic == "fail") throw new IOException("refused");
            lock (_gate) _published.Add($"{message.Topic}={Encoding.UTF8.GetString(message.Payload.Span)}");
            await _open.Task;
        }

        public Task<IAsyncDisposable> SubscribeAsync(string filter, QoS maximumQoS, Func<MqttMessage, CancellationToken, ValueTask> handler, CancellationToken cancellationToken) => throw new NotSupportedException();

        private static TaskCompletionSource Opened()
        {
            var open = new TaskCompletionSource();
            open.SetResult();
            return open;
        }
    }
}
