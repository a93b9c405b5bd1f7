using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Automation.Mqtt.Client;

/// <summary>One handler with its bounded queue: one message at a time, in order, away from the connection's reader.</summary>
internal sealed class HandlerQueue : IDisposable
{
    private readonly Func<MqttMessage, CancellationToken, ValueTask> _handler;
    private readonly Action<IncomingMessage> _done;
    private readonly ILogger _logger;
    private readonly Channel<IncomingMessage> _messages;
    private readonly int _bestEffort;
    private readonly CancellationTokenSource _stop = new();

    /// <param name="bestEffort">Waiting messages above which QoS 0 is dropped.</param>
    /// <param name="window">How many QoS 1 and 2 messages can be unacknowledged, so on top of that.</param>
    public HandlerQueue(
        Func<MqttMessage, CancellationToken, ValueTask> handler, int bestEffort, int window, Action<IncomingMessage> done, ILogger logger)
    {
        (_handler, _bestEffort, _done, _logger) = (handler, bestEffort, done, logger);
        _messages = Channel.CreateBounded<IncomingMessage>(new BoundedChannelOptions(bestEffort + window) { SingleReader = true, SingleWriter = true });
        Completion = Task.Run(RunAsync);
    }

    /// <summary>Ends after <see cref="Stop"/>, when the message in hand is handled.</summary>
    public Task Completion { get; }

    /// <summary>False: dropped for want of room (QoS 0), or more than the window allows (QoS 1, 2).</summary>
    public bool TryGive(IncomingMessage message)
    {
        if (message.QoS == QoS.AtMostOnce && _messages.Reader.Count >= _bestEffort) return false;
        message.Expect();
        if (_messages.Writer.TryWrite(message)) return true;
        message.DoneByOne();
        return _stop.IsCancellationRequested;
    }

    /// <summary>No further message is begun; what waits counts as handled.</summary>
    public void Stop()
    {
        _messages.Writer.TryComplete();
        _stop.Cancel();
    }

    public void Dispose() => _stop.Dispose();

    private async Task RunAsync()
    {
        await foreach (IncomingMessage incoming in _messages.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            try
            {
                if (!_stop.IsCancellationRequested) await _handler(incoming.Message, _stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                // The subscription ends in the middle of a message.
            }
            catch (Exception e)
            {
                // The handler's defect is its own: logged, and the next message is delivered (IMqttBus).
                ClientLog.HandlerFailed(_logger, incoming.Message.Topic, e);
            }

            if (incoming.DoneByOne()) _done(incoming);
        }
    }
}
