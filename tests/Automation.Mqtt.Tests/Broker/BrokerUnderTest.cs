using System.Collections.Concurrent;
using System.Net;
using Automation.Mqtt.Broker;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;
using Automation.Mqtt.Sessions;
using Automation.TestKit;
using Microsoft.Extensions.Logging;

namespace Automation.Mqtt.Tests.Broker;

/// <summary>A broker on a free loopback port, gone with the test. Its errors fail the test.</summary>
internal sealed class BrokerUnderTest : IAsyncDisposable
{
    private readonly ErrorList _errors = new();

    private BrokerUnderTest(MqttBrokerOptions options, IMqttPersistence persistence, IMqttAuthenticator authenticator, IMqttAuthorizer authorizer, TimeProvider time)
    {
        Broker = new MqttBroker(options, persistence, authenticator, authorizer, time, new Random(7), _errors);
    }

    public MqttBroker Broker { get; }

    public IPEndPoint Endpoint => Broker.Endpoints[0];

    public ConcurrentQueue<string> Warnings => _errors.Warnings;

    public static async Task<BrokerUnderTest> StartAsync(
        MqttBrokerLimits? limits = null, IMqttPersistence? persistence = null, IMqttAuthenticator? authenticator = null, IMqttAuthorizer? authorizer = null,
        TimeProvider? time = null, MqttListener? listener = null, TimeSpan sysInterval = default, bool reasonStrings = true, MqttRedirect? redirect = null)
    {
        var options = new MqttBrokerOptions
        {
            Listeners = [listener ?? new MqttListener { Address = new IPEndPoint(IPAddress.Loopback, 0) }],
            Limits = limits ?? new MqttBrokerLimits(),
            SysInterval = sysInterval,
            ReasonStrings = reasonStrings,
            Redirect = redirect,
        };
        var broker = new BrokerUnderTest(
            options, persistence ?? MqttPersistence.None, authenticator ?? MqttAuthenticator.AllowAll, authorizer ?? MqttAuthorizer.AllowAll, time ?? TimeProvider.System);
        await broker.Broker.StartAsync(CancellationToken.None);
        return broker;
    }

    /// <summary>Plain TCP: on Linux over the broker's own poller, or over the runtime's sockets as on other systems.</summary>
    public static MqttListener Plain(bool withoutPolling) => new() { Address = new IPEndPoint(IPAddress.Loopback, 0), WithoutPolling = withoutPolling };

    /// <summary>A connected client.</summary>
    public async Task<WireClient> ConnectAsync(
        string clientId = "c", ProtocolVersion version = ProtocolVersion.V5, bool clean = true, uint expiry = 0, ushort keepAlive = 0, WillPacket? will = null,
        ushort receiveMaximum = ushort.MaxValue, uint? maximumPacketSize = null, ushort aliases = 0, string? user = null, string? password = null)
    {
        WireClient client = await OpenAsync(version);
        ConnAckPacket answer = await client.ConnectAsync(new ConnectPacket
        {
            Version = version,
            ClientId = clientId,
            CleanStart = clean,
            SessionExpirySeconds = expiry,
            KeepAliveSeconds = keepAlive,
            Will = will,
            ReceiveMaximum = receiveMaximum,
            MaximumPacketSize = maximumPacketSize,
            TopicAliasMaximum = aliases,
            UserName = user,
            Password = password is null ? default(ReadOnlyMemory<byte>?) : System.Text.Encoding.UTF8.GetBytes(password),
        });
        Assert.Equal(ReasonCode.Success, answer.Reason);
        return client;
    }

    /// <summary>A bare connection.</summary>
    public Task<WireClient> OpenAsync(ProtocolVersion version = ProtocolVersion.V5) => WireClient.OpenAsync(Endpoint, version);

    public async ValueTask DisposeAsync()
    {
        await Until.Done(Broker.DisposeAsync().AsTask());
        Assert.Empty(_errors.Errors);
    }

    private sealed class ErrorList : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Errors { get; } = [];

        public ConcurrentQueue<string> Warnings { get; } = [];

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Error) Errors.Enqueue(formatter(state, exception) + exception);
            else if (logLevel == LogLevel.Warning) Warnings.Enqueue(formatter(state, exception));
        }
    }
}
