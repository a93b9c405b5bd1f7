using Automation.Host.Hub;
using Automation.Mqtt;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Host.Tests.Hub;

public sealed class RetainedTopicsTests
{
    [Fact, Trait("Req", "DEV-5")]
    public async Task Set_SameValueTwice_IsPublishedOnce()
    {
        var bus = new FakeBus();
        var retained = new RetainedTopics(bus, NullLogger.Instance);
        await retained.SetAsync("a", "1"u8.ToArray(), CancellationToken.None);
        await retained.SetAsync("a", "1"u8.ToArray(), CancellationToken.None);
        await retained.SetAsync("a", "2"u8.ToArray(), CancellationToken.None);
        Assert.Equal(["a=1", "a=2"], bus.Published);
        Assert.True(bus.AllRetained);
    }

    [Fact, Trait("Req", "DEV-5")]
    public async Task Republish_AfterAReconnect_SendsTheLastValuesAndNotTheClearedOnes()
    {
        var bus = new FakeBus();
        var retained = new RetainedTopics(bus, NullLogger.Instance);
        await retained.SetAsync("a", "1"u8.ToArray(), CancellationToken.None);
        await retained.SetAsync("b", "2"u8.ToArray(), CancellationToken.None);
        await retained.ClearAsync("a", CancellationToken.None);
        bus.Published.Clear();
        await retained.RepublishAsync(CancellationToken.None);
        Assert.Equal(["b=2"], bus.Published);
    }

    [Fact, Trait("Req", "DEV-5")]
    public async Task Set_WhileTheBrokerIsAway_IsSentAtTheNextConnect()
    {
        var bus = new FakeBus { Away = true };
        var retained = new RetainedTopics(bus, NullLogger.Instance);
        await retained.SetAsync("a", "1"u8.ToArray(), CancellationToken.None);
        Assert.Empty(bus.Published);
        bus.Away = false;
        await retained.RepublishAsync(CancellationToken.None);
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
