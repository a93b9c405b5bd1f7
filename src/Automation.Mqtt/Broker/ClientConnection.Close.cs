using System.Buffers;
using System.Net.Sockets;
using System.Net.WebSockets;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Broker;

/// <summary>The part that ends a connection: by the client, by a fault, by the broker.</summary>
internal sealed partial class ClientConnection
{
    private static readonly TimeSpan FarewellLimit = TimeSpan.FromSeconds(2);

    private int _closing;
    private ReasonCode? _farewell;
    private MqttLimit? _farewellLimit;

    /// <inheritdoc/>
    public void Close(ReasonCode reason, MqttLimit? limit = null)
    {
        if (Interlocked.Exchange(ref _closing, 1) != 0) return;
        (_farewell, _farewellLimit) = (reason, limit);
        if (limit is { } hit) _core.HitLimit(hit, ClientId, _channel.RemoteAddress);
        CancelReading();
    }

    /// <summary>Ends it without a word: whoever takes nothing cannot be told anything.</summary>
    private void Abort(MqttLimit limit)
    {
        if (Interlocked.Exchange(ref _closing, 1) != 0) return;
        _core.HitLimit(limit, ClientId, _channel.RemoteAddress);
        Output.Close();
        CancelReading();
        _channel.Abort();
    }

    /// <summary>Ends it at once, farewell or not. Any thread.</summary>
    public void Cut()
    {
        Interlocked.Exchange(ref _closing, 1);
        Output.Close();
        CancelReading();
        _channel.Abort();
    }

    /// <summary>From the connection's own loop: the client broke a rule. 5.0 is told which (MQTT 5.0 §4.13).</summary>
    private void Refuse(ReasonCode reason, MqttLimit? limit = null)
    {
        End();
        if (Interlocked.Exchange(ref _closing, 1) != 0) return;
        (_farewell, _farewellLimit) = (reason, limit);
        if (limit is { } hit) _core.HitLimit(hit, ClientId, _channel.RemoteAddress);
        else _core.Log.ClientRefused(ClientId, _channel.RemoteAddress, reason);
    }

    /// <summary>Before the client is in: CONNACK says why not (MQTT-3.2.2-7).</summary>
    private void Reject(ReasonCode reason, MqttLimit? limit = null)
    {
        _core.Log.ClientRefused(ClientId, _channel.RemoteAddress, reason);
        string? server = reason is ReasonCode.UseAnotherServer or ReasonCode.ServerMoved ? _core.Options.Redirect?.Server : null;
        Write(new ConnAckPacket { Reason = reason, ReasonString = _core.Explain(reason, limit), ServerReference = server });
        End();
    }

    private void End() => _ended = true;

    private void OnSendFailed(Exception e)
    {
        if (!IsNetworkFailure(e) && e is not OperationCanceledException) _core.Log.ConnectionFailed(ClientId, e);
        CancelReading();
    }

    private void CancelReading()
    {
        try
        {
            // On another thread: what hangs on the token may run at once and must not hold up the caller or his locks.
            _ = _reading.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself just now.
        }
    }

    private async Task EndAsync()
    {
        _ended = true;
        if (_session is { } session)
        {
            if (_farewell is { } reason && _version == ProtocolVersion.V5) Output.Write(new DisconnectPacket { Reason = reason, ReasonString = _core.Explain(reason, _farewellLimit) });
            _core.Registry.Leave(session, this, _newExpiry);
            _core.Log.ClientLeft(session.ClientId, _farewell ?? ReasonCode.Success);
        }

        _dispatch.Forget();
        try
        {
            await Output.DrainAsync(FarewellLimit, CancellationToken.None).ConfigureAwait(false);
            await LetItArriveAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (IsNetworkFailure(e) || e is OperationCanceledException)
        {
            // The peer is gone, or does not listen: it has missed its farewell.
        }
        finally
        {
            Output.Close();
            await _sending.CancelAsync().ConfigureAwait(false);
            _channel.Abort();
            _core.Counters.Sent(Output.SentMessages);
            if (_buffer != _small) ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = _small;
        }
    }

    /// <summary>
    /// Closing a socket with unread bytes resets it, and a reset may overtake the last packet: so the end is announced and what
    /// still comes is read away, for a moment.
    /// </summary>
    private async ValueTask LetItArriveAsync()
    {
        using var deadline = new CancellationTokenSource(FarewellLimit, _core.Time);
        await _channel.FinishSendingAsync(deadline.Token).ConfigureAwait(false);
        for (int i = 0; i < 64; i++)
        {
            if (await _channel.ReceiveAsync(_small, deadline.Token).ConfigureAwait(false) == 0) return;
        }
    }

    private static bool IsNetworkFailure(Exception e) =>
        e is IOException or SocketException or ObjectDisposedException or WebSocketException or InvalidOperationException { Source: "System.Net.Security" };
}
