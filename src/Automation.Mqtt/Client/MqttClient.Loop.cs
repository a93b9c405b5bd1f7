using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Client;

/// <summary>The loop that owns the connection.</summary>
public sealed partial class MqttClient
{
    private async Task RunAsync()
    {
        CancellationToken stop = _stop.Token;
        bool first = true;
        bool saidOffline = false;
        while (!stop.IsCancellationRequested)
        {
            MqttClientException failure;
            TimeSpan lasted = TimeSpan.Zero;
            try
            {
                Link link = await Link.OpenAsync(_options, ConnectPacketOf(first), _time, stop).ConfigureAwait(false);
                await using (link.ConfigureAwait(false))
                {
                    first = false;
                    saidOffline = false;
                    MqttClientException? end = await LiveAsync(link, stop).ConfigureAwait(false);
                    if (end is null) break;
                    failure = end;
                    lasted = _time.GetElapsedTime(link.OpenedAt);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                break;
            }
            catch (MqttClientException e)
            {
                failure = e;
            }
            catch (Exception e)
            {
                // A defect ends this connection, not the client.
                ClientLog.LoopFailed(_logger, e);
                failure = new MqttClientException(MqttClientFault.Disconnected, e.Message, inner: e);
            }

            _firstAttempt.TrySetException(failure);
            _ = _firstAttempt.Task.Exception;
            if (!saidOffline) ClientLog.Disconnected(_logger, _server, failure.Fault, failure.Message);
            saidOffline = true;
            TimeSpan delay = _backoff.Next(failure, lasted);
            ClientLog.Retrying(_logger, _server, delay, failure.Message);
            await Task.Delay(delay, _time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>From CONNACK to the connection's end. Null: stopped.</summary>
    private async Task<MqttClientException?> LiveAsync(Link link, CancellationToken stop)
    {
        Adopt(link);
        ClientLog.Connected(_logger, _server, ClientId, link.ConnAck.SessionPresent);
        try
        {
            Task<MqttClientException?> running = link.RunAsync(Handle, stop);
            Task resubscribing = ResubscribeAsync();
            await Task.WhenAny(running, resubscribing).ConfigureAwait(false);
            if (!running.IsCompleted)
            {
                _isConnected = true;
                _firstAttempt.TrySetResult();
                Tell(connected: true);
            }

            MqttClientException? end = await running.ConfigureAwait(false);
            Abandon(link, end);
            await resubscribing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return end;
        }
        finally
        {
            Abandon(link, null);
            if (_isConnected)
            {
                _isConnected = false;
                Tell(connected: false);
            }
        }
    }

    /// <summary>The session is continued or begun anew (MQTT 5.0 §3.2.2.1.1, §4.4).</summary>
    private void Adopt(Link link)
    {
        lock (_gate)
        {
            if (link.ConnAck.AssignedClientId is { } assigned) _clientId = assigned;
            _link = link;
            if (!link.ConnAck.SessionPresent) BeginSession_NeedsLock();

            // Subscriptions first: what waited here may be for a handler of our own.
            AskAgain_NeedsLock(link);
            Resend_NeedsLock(link);
            SendWaiting_NeedsLock();
        }
    }

    private void Abandon(Link link, MqttClientException? why)
    {
        lock (_gate)
        {
            if (_link != link) return;
            _link = null;
            FailAnswers_NeedsLock(why ?? new MqttClientException(MqttClientFault.Disconnected, "The connection ended."));
        }
    }

    /// <summary>The server knows nothing from before: neither subscriptions nor packet identifiers.</summary>
    private void BeginSession_NeedsLock()
    {
        _session++;
        _incoming.Clear();
        _incomingOrder.Clear();
        foreach (ClientSubscription subscription in _subscriptions.Values) subscription.Granted = false;
        ForgetInFlight_NeedsLock();
    }

    private void Tell(bool connected)
    {
        try
        {
            ConnectionChanged?.Invoke(connected);
        }
        catch (Exception e)
        {
            // The listener's defect must not end the connection.
            ClientLog.ConnectionHandlerFailed(_logger, e);
        }
    }

    private ConnectPacket ConnectPacketOf(bool first)
    {
        bool v5 = _options.Version == ProtocolVersion.V5;
        double expiry = Math.Clamp(_options.SessionExpiry.TotalSeconds, 0, uint.MaxValue);
        return new ConnectPacket
        {
            Version = _options.Version,
            ClientId = ClientId,
            CleanStart = _options.CleanStart && (first || !v5),
            KeepAliveSeconds = (ushort)Math.Ceiling(Math.Max(0, _options.KeepAlive.TotalSeconds)),
            UserName = _options.UserName,
            Password = _options.Password.IsEmpty ? default(ReadOnlyMemory<byte>?) : System.Text.Encoding.UTF8.GetBytes(_options.Password.Reveal()),
            SessionExpirySeconds = (uint)expiry,
            ReceiveMaximum = _options.ReceiveMaximum,
            MaximumPacketSize = (uint)_options.Limits.MaximumPacketBytes,
            TopicAliasMaximum = _options.TopicAliasMaximum,
            RequestResponseInformation = true,
            Will = _options.Will is { } will ? WillOf(will) : null,
        };
    }

    private static WillPacket WillOf(MqttWill will) => new()
    {
        Topic = will.Message.Topic,
        Payload = will.Message.Payload,
        QoS = will.Message.QoS,
        Retain = will.Message.Retain,
        DelaySeconds = (uint)Math.Clamp(will.Delay.TotalSeconds, 0, uint.MaxValue),
        PayloadIsText = will.Message.PayloadIsText,
        MessageExpirySeconds = will.Message.ExpirySeconds,
        ContentType = will.Message.ContentType,
        ResponseTopic = will.Message.ResponseTopic,
        CorrelationData = will.Message.CorrelationData,
        UserProperties = will.Message.UserProperties,
    };
}
