using Automation.Host.Hub;
using Automation.Mqtt;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Host.Tests.Hub;

public sealed class RetainedTopicsTests
{
    [Fact, Trait("Req", "DEV-5")]
    public void Set_SameValueTwice_IsPublishedOnce()
    {
        var bus = new FakeBus();
        var retained = new RetainedTopics(new Outlet(bus, new OutletLimits(), NullLogger.Instance));
        retained.Set("a", "1"u8.ToArray());
        retained.Set("a", "1"u8.ToArray());
        retained.Set("a", "2"u8.ToArray());
        Assert.Equal(["a=1", "a=2"], bus.Published);
        Assert.True(bus.AllRetained);
    }

    [Fact, Trait("Req", "DEV-5")]
    public void Republish_AfterAReconnect_SendsTheLastValuesAndNotTheClearedOnes()
    {
        var bus = new FakeBus();
        var retained = new RetainedTopics(new Outlet(bus, new OutletLimits(), NullLogger.Instance));
        retained.Set("a", "1"u8.ToArray());
        retained.Set("b", "2"u8.ToArray());
        retained.Clear("a");
        bus.Published.Clear();
        retained.Republish();
        Assert.Equal(["b=2"], bus.Published);
    }

    [Fact, Trait("Req", "DEV-5")]
    public void Set_WhileTheBrokerIsAway_IsSentAtTheNextConnect()
    {
        var bus = new FakeBus { Away = true };
        var retained = new RetainedTopics(new Outlet(bus, new OutletLimits(), NullLogger.Instance));
        retained.Set("a", "1"u8.ToArray());
        Assert.Empty(bus.Published);
        bus.Away = false;
        retained.Republish();
        Assert.Equal(["a=1"], bus.Published);
    }

    private sealed class FakeBus : IMqttBus
    {
        public List<string> Published { get; } = [];

        public bool AllRetained { get; private set; } = true;

        public bool Away { get; set; }

        public bool IsConnected => !Away;

        public event Action<bool>? ConnectionChanged
        {
            add { }
            remove { }
        }

        public ValueTask PublishAsync(MqttMessage message, CancellationToken cancellationToken)
        {
            if (Away) throw new IOException("away");
            AllRetained &= message.Retain;
            Published.Add(message.Topic + "=" + System.Text.Encoding.UTF8.GetString(message.Payload.Span));
            return ValueTask.CompletedTask;
        }

        public Task<IAsyncDisposable> SubscribeAsync(string filter, QoS maximumQoS, Func<MqttMessage, CancellationToken, ValueTask> handler, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
