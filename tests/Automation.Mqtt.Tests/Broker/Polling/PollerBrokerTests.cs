using Automation.Mqtt.Broker;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Tests.Broker.Polling;

/// <summary>What must not happen on a thread that serves many clients.</summary>
public sealed class PollerBrokerTests
{
    [Fact, Trait("Req", "HUB-5")]
    public async Task PasswordsAreChecked_OnAnotherThreadThanThePollers()
    {
        var authenticator = new Witness();
        await using BrokerUnderTest broker = await BrokerUnderTest.StartAsync(authenticator: authenticator);
        for (int i = 0; i < 20; i++)
        {
            // The connection first, so that CONNECT finds it waiting on its poller.
            using WireClient client = await broker.OpenAsync();
            await Automation.TestKit.Until.True(() => broker.Broker.Statistics.Connections > 0);
            await client.ConnectAsync(new ConnectPacket { Version = ProtocolVersion.V5, ClientId = "c" + i, UserName = "u" });
        }

        Assert.True(authenticator.WasAlwaysOnThePool);
    }

    private sealed class Witness : IMqttAuthenticator
    {
        public bool WasAlwaysOnThePool { get; private set; } = true;

        public ValueTask<MqttAuthentication> AuthenticateAsync(MqttCredentials credentials, CancellationToken cancellationToken)
        {
            WasAlwaysOnThePool &= Thread.CurrentThread.IsThreadPoolThread;
            return ValueTask.FromResult(new MqttAuthentication(ReasonCode.Success, "u", []));
        }
    }
}
