using Automation.Core.Model;
using Automation.Isapi.Events;

namespace Automation.Isapi;

/// <summary>The loop that reads the device's status while it is there.</summary>
public sealed partial class DeviceConnection
{
    private readonly SemaphoreSlim _pollNow = new(0, 1);

    private Task _polling = Task.CompletedTask;

    /// <summary>True until a round has been read since the device came online.</summary>
    private volatile bool _unread = true;

    private async Task PollLoopAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await PollOnceAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // As in the other loop: a bug of ours must not end the polling for good.
                LogLoopFailed(_logger, _device.Address, e);
                await WaitQuietlyAsync(_limits.MaxBackoff, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task PollOnceAsync(CancellationToken cancellationToken)
    {
        if (!Online)
        {
            await _pollNow.WaitAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        bool initial = _unread;
        if (initial) _poller.Restart();
        if (IsGateway) await ReadBehindAsync(initial, cancellationToken).ConfigureAwait(false);
        else if (initial && IsHeardThroughGateway) await ReadIdentityAsync(cancellationToken).ConfigureAwait(false);
        bool answered = await _poller.PollAsync(initial, cancellationToken).ConfigureAwait(false);
        _pace.NoteRound(answered, _poller.Slowest);
        if (answered && initial) _unread = false;
        if (answered) ShowLogin();
        else TellIfLoginClosed();
        using var awake = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task due = Task.Delay(_pace.Rest, _time, awake.Token);
        Task asked = _pollNow.WaitAsync(awake.Token);
        await Task.WhenAny(due, asked).ConfigureAwait(false);
        bool now = asked.IsCompletedSuccessfully;
        await awake.CancelAsync().ConfigureAwait(false);
        if (!now || _unread) return;
        await Task.Delay(_pace.Pause, _time, cancellationToken).ConfigureAwait(false);
        // What was asked for meanwhile is served by the round that comes now.
        _pollNow.Wait(0, cancellationToken);
    }

    /// <summary>Something may have changed: look sooner than the interval says.</summary>
    private void PollSoon()
    {
        if (_disposed) return;
        try
        {
            if (_pollNow.CurrentCount == 0) _pollNow.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody else said so at the same time.
        }
    }

    /// <summary>Live temperatures of one channel, for as long as the device gives them.</summary>
    private async Task ThermalLoopAsync(ResourceAddress channel, CancellationToken cancellationToken)
    {
        var stream = new ThermometryStream(_endpoint, channel.Number, properties => _book.TakeRead(channel, properties, initial: false));
        bool exists = true;
        while (exists && !cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (Online) exists = await stream.RunAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogLoopFailed(_logger, _device.Address, e);
            }

            if (exists) await WaitQuietlyAsync(_limits.FirstBackoff * 5, cancellationToken).ConfigureAwait(false);
        }
    }

    private void CameOnline()
    {
        _unread = true;
        _tools.Doors.Forget();
        PollSoon();
    }
}
