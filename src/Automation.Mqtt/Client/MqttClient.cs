using System.Collections.Immutable;
using System.Globalization;
using Automation.Core.Topics;
using Automation.Mqtt.Protocol;
using Microsoft.Extensions.Logging;

namespace Automation.Mqtt.Client;

/// <summary>
/// A client of an MQTT 3.1.1 or 5.0 server that stays connected: it reconnects with growing, jittered waits, sends again what was not
/// acknowledged, and subscribes again when the server lost the session. Every member may be called from any thread.
/// </summary>
/// <remarks>
/// Delivery: a received QoS 1 or 2 message is acknowledged when its handlers are through with it, so a slow handler slows the server and
/// fills no memory. Unacknowledged outgoing messages live in this process; they survive connections, not the process.
/// </remarks>
public sealed partial class MqttClient : IMqttBus, IAsyncDisposable
{
    private readonly MqttClientOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Backoff _backoff;
    private readonly string _server;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _firstAttempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _slots;
    private Task _loop = Task.CompletedTask;
    private volatile bool _isConnected;
    private int _disposed;

    // Guarded by _gate: the connection, if there is one, and what belongs to the session.
    private Link? _link;
    private string _clientId;
    private int _session;
    private ushort _lastPacketId;

    private MqttClient(MqttClientOptions options, TimeProvider time, Random random, ILogger logger)
    {
        Check(options);
        (_options, _time, _logger) = (options, time, logger);
        _backoff = new Backoff(options.Limits, random);
        _slots = new SemaphoreSlim(options.Limits.QueuedMessages);
        _server = options.WebSocket?.ToString() ?? $"{options.Host}:{options.Port}";

        // 3.1.1 §3.1.3.1: a server need not take an empty identifier, and without one there is no session to come back to.
        _clientId = options.ClientId.Length > 0 || options.Version == ProtocolVersion.V5
            ? options.ClientId
            : "automation-" + random.NextInt64().ToString("x16", CultureInfo.InvariantCulture);
        _unclaimed = options.Unclaimed is null ? null : new HandlerQueue(options.Unclaimed, options.Limits.QueuedPerHandler, Window, OnHandled, logger);
        _replyToken = random.NextInt64().ToString("x16", CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    public bool IsConnected => _isConnected;

    /// <inheritdoc/>
    public event Action<bool>? ConnectionChanged;

    /// <summary>The identifier in use: the one asked for, or the one the server assigned.</summary>
    public string ClientId
    {
        get
        {
            lock (_gate) return _clientId;
        }
    }

    /// <summary>Received messages that no subscription took, or that a full handler's queue dropped (QoS 0 only).</summary>
    public long DroppedMessages => Interlocked.Read(ref _dropped);

    /// <summary>Completes when the client is connected for the first time; fails with why the first attempt did not succeed, while further ones go on.</summary>
    public Task FirstAttempt => _firstAttempt.Task;

    /// <summary>Connects, and stays connected until disposed.</summary>
    /// <exception cref="MqttClientException">The first attempt failed; nothing goes on in the background.</exception>
    public static async Task<MqttClient> ConnectAsync(
        MqttClientOptions options, TimeProvider time, Random random, ILogger logger, CancellationToken cancellationToken)
    {
        MqttClient client = Start(options, time, random, logger);
        try
        {
            await client._firstAttempt.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            return client;
        }
        catch
        {
            await client.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Begins to connect and returns at once; a server that is not there yet is tried again and again.</summary>
    public static MqttClient Start(MqttClientOptions options, TimeProvider time, Random random, ILogger logger)
    {
        var client = new MqttClient(options, time, random, logger);
        client._loop = Task.Run(client.RunAsync);
        return client;
    }

    /// <summary>Says goodbye (the will is not published), ends everything that waits with <see cref="MqttClientFault.Closed"/>. Not from a handler.</summary>
    public ValueTask DisposeAsync() => CloseAsync(ReasonCode.Success);

    /// <summary>Like disposing, but the server publishes the will (5.0: by reason 0x04; 3.1.1: by leaving without a word).</summary>
    public ValueTask CloseWithWillAsync() => CloseAsync(ReasonCode.DisconnectWithWill);

    private static void Check(MqttClientOptions options)
    {
        MqttClientLimits limits = options.Limits;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.ReceiveMaximum);
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.MaximumPacketBytes, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limits.MaximumPacketBytes, Codec.MqttWriter.MaximumVariableInt);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limits.QueuedMessages);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limits.QueuedPerHandler);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limits.WriteBufferBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.InFlight, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limits.InFlight, ushort.MaxValue / 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.KeepAlive, TimeSpan.FromSeconds(ushort.MaxValue));
        if (!MqttText.CanSend(options.ClientId) || !MqttText.CanSend(options.UserName ?? "")) throw new ArgumentException("The client id or user name is not text MQTT can carry.", nameof(options));
        if (options.Version == ProtocolVersion.V311 && options.UserName is null && !options.Password.IsEmpty) throw new ArgumentException("MQTT 3.1.1 has no password without a user name.", nameof(options));
        if (options.Will is { } will && WhyNotSendable(will.Message) is { } why) throw new ArgumentException($"The will cannot be sent: {why}", nameof(options));
    }

    /// <summary>What is wrong with a message whatever the server is; null: nothing.</summary>
    private static string? WhyNotSendable(MqttMessage message)
    {
        TopicFault fault = TopicName.Check(message.Topic);
        if (fault != TopicFault.None) return $"the topic '{message.Topic}' is not a topic name ({fault})";
        if (message.ResponseTopic is { } response && TopicName.Check(response) != TopicFault.None) return $"the response topic '{response}' is not a topic name";
        if (message.CorrelationData.Length > MqttText.MaximumBytes) return "the correlation data is longer than 65,535 bytes";
        if (message.ContentType is { } type && !MqttText.CanSend(type)) return "the content type is not text MQTT can carry";
        foreach (KeyValuePair<string, string> property in message.UserProperties)
        {
            if (!MqttText.CanSend(property.Key) || !MqttText.CanSend(property.Value)) return $"the user property '{property.Key}' is not text MQTT can carry";
        }

        return null;
    }

    private async ValueTask CloseAsync(ReasonCode reason)
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        Link? link;
        lock (_gate) link = _link;
        if (link is not null && (_options.Version == ProtocolVersion.V5 || reason == ReasonCode.Success))
        {
            link.Output.Write(new Packets.DisconnectPacket { Reason = reason });
            await link.DrainAsync().ConfigureAwait(false);
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        var closed = new MqttClientException(MqttClientFault.Closed, "The client was closed.");
        _firstAttempt.TrySetException(closed);
        _ = _firstAttempt.Task.Exception;
        ImmutableArray<HandlerQueue> handlers;
        lock (_gate)
        {
            FailAll_NeedsLock(closed);
            handlers = [.. _subscriptions.Values.SelectMany(s => s.Handlers), .. _ending];
            if (_unclaimed is not null) handlers = handlers.Add(_unclaimed);
            _subscriptions.Clear();
            _ending.Clear();
        }

        foreach (HandlerQueue handler in handlers) handler.Stop();
        foreach (HandlerQueue handler in handlers)
        {
            await handler.Completion.ConfigureAwait(false);
            handler.Dispose();
        }

        _stop.Dispose();
        _slots.Dispose();
        _replyGate.Dispose();
    }
}
