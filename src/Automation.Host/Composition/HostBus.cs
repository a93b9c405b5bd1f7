using System.Net;
using Automation.Host.Hub;
using Automation.Host.Storage.Sqlite;
using Automation.Mqtt;
using Automation.Mqtt.Broker;
using Automation.Mqtt.Client;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Composition;

/// <summary>What everything is shown on: a broker of our own in this process, or a client of somebody else's.</summary>
internal sealed partial class HostBus : IAsyncDisposable
{
    /// <summary>How long a start waits for an external broker: longer than one that is there needs.</summary>
    private static readonly TimeSpan FirstConnection = TimeSpan.FromSeconds(5);

    private readonly MqttClient? _client;
    private readonly MqttBroker? _broker;
    private readonly SqliteMqttStore? _store;

    private HostBus(MqttClient client) => _client = client;

    private HostBus(MqttBroker broker, SqliteMqttStore store) => (_broker, _store) = (broker, store);

    public IMqttBus Bus => (IMqttBus?)_broker ?? _client!;

    /// <summary>Where our own broker listens; null with an external one.</summary>
    public IPEndPoint? Endpoint => _broker?.Endpoints[0];

    /// <exception cref="StartRefusedException">Our own broker cannot listen, or its file cannot be used.</exception>
    public static async Task<HostBus> OpenAsync(HostSettings settings, TopicNames topics, TimeProvider time, Random random, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        if (settings.ExternalBroker is { } external) return await JoinAsync(external, topics, time, random, loggers, cancellationToken);
        EmbeddedBroker embedded = settings.Broker ?? throw new InvalidOperationException("Neither an embedded nor an external broker is configured.");
        SqliteMqttStore? store = null;
        MqttBroker? broker = null;
        try
        {
            store = SqliteMqttStore.Open(Path.Combine(settings.DataFolder, "mqtt.db"), time, loggers.CreateLogger("Automation.Storage"));
            broker = new MqttBroker(embedded.Options, store, embedded.Authenticator, embedded.Authorizer, time, new Random(random.Next()), loggers);
            await broker.StartAsync(cancellationToken);
            return new HostBus(broker, store);
        }
        catch (Exception e)
        {
            if (broker is not null) await broker.DisposeAsync();
            if (store is not null) await store.DisposeAsync();
            if (e is IOException or InvalidDataException) throw new StartRefusedException(e.Message, e);
            throw;
        }
    }

    /// <summary>Waits until the broker is there.</summary>
    public async Task ConnectedAsync(CancellationToken cancellationToken)
    {
        var connected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void See(bool now)
        {
            if (now) connected.TrySetResult();
        }

        Bus.ConnectionChanged += See;
        try
        {
            if (!Bus.IsConnected) await connected.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            Bus.ConnectionChanged -= See;
        }
    }

    /// <summary>Leaves an external broker; what it was not told ends.</summary>
    public ValueTask LeaveAsync() => _client?.DisposeAsync() ?? ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await LeaveAsync();
        if (_broker is not null) await _broker.DisposeAsync();
        if (_store is not null) await _store.DisposeAsync();
    }

    private static async Task<HostBus> JoinAsync(MqttClientOptions external, TopicNames topics, TimeProvider time, Random random, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        ILogger logger = loggers.CreateLogger("Automation.Mqtt");
        var will = new MqttMessage { Topic = topics.Status, Payload = "offline"u8.ToArray(), QoS = QoS.AtLeastOnce, Retain = true };
        MqttClient client = MqttClient.Start(external with { Will = new MqttWill { Message = will } }, time, new Random(random.Next()), logger);
        try
        {
            await client.FirstAttempt.WaitAsync(FirstConnection, time, cancellationToken);
        }
        catch (Exception e) when (e is MqttClientException or TimeoutException)
        {
            // A guard does not stay away because the telephone is out of order: the client keeps trying.
            LogBrokerAway(logger, e is TimeoutException ? "it does not answer" : e.Message);
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }

        return new HostBus(client);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Starting without the broker: rules run and what is shown waits. It is tried again and again: {Reason}")]
    private static partial void LogBrokerAway(ILogger logger, string reason);
}
