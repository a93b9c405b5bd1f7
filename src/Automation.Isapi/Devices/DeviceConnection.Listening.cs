using Automation.Isapi.Devices;
using Automation.Isapi.Documents;
using Automation.Isapi.Events;
using Automation.Isapi.Http;

namespace Automation.Isapi;

/// <summary>The loop that keeps the event stream open and knows whether the device is there.</summary>
public sealed partial class DeviceConnection
{
    /// <summary>A stream that ends sooner than this counts as a failure when it comes to waiting; some recorders close every 40 s.</summary>
    private static readonly TimeSpan ShortStream = TimeSpan.FromSeconds(5);

    private int _failures;

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        var stream = new AlertStream(_endpoint, new StreamSink(this));
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                TimeSpan wait = await ListenOnceAsync(stream, cancellationToken).ConfigureAwait(false);
                await WaitAsync(wait, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // A bug of ours costs this device a reconnect, not the others theirs.
                LogLoopFailed(_logger, _device.Address, e);
                await WaitQuietlyAsync(_limits.MaxBackoff, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>One try; answers how long to wait before the next.</summary>
    private async Task<TimeSpan> ListenOnceAsync(AlertStream stream, CancellationToken cancellationToken)
    {
        if (_endpoint.Gate.ClosedFor is { } closed)
        {
            TellLoginRefused();
            return closed;
        }

        if (!Online && !await GreetAsync(cancellationToken).ConfigureAwait(false)) return _endpoint.Gate.ClosedFor ?? NextBackoff();
        long begun = _time.GetTimestamp();
        StreamEnd end = await stream.RunAsync(cancellationToken).ConfigureAwait(false);
        return AfterStream(end, _time.GetElapsedTime(begun));
    }

    /// <summary>Asks who the device is: tries address and login with a request that changes nothing, and reads its clock.</summary>
    private async Task<bool> GreetAsync(CancellationToken cancellationToken)
    {
        DeviceAnswer info = await Greeting.AskAsync(_endpoint, _calls, cancellationToken).ConfigureAwait(false);
        if (info.Failure == CallFailure.LoginRefused)
        {
            TellLoginRefused();
            return false;
        }

        if (info.Failure is not (CallFailure.None or CallFailure.TooLarge))
        {
            SetOnline(false, info.Detail);
            return false;
        }

        _problems.End(DeviceProblemKind.LoginRefused);
        _problems.End(DeviceProblemKind.LoginLocked);
        // 403 and 404 are common here on some kinds; the device is there all the same.
        if (info.IsSuccess && info.Document is { } document) ReportIdentity(document);
        DeviceAnswer clock = await _calls.GetAsync("/System/time", cancellationToken).ConfigureAwait(false);
        if (clock.IsSuccess && clock.Document?.TextOf("localTime") is { } local) _intake.NoteClock(local);
        return true;
    }

    private void ReportIdentity(DeviceElement info)
    {
        _book.Take(_device.Address, DeviceIdentity.Of(info), initial: true);
    }

    private void TellLoginRefused()
    {
        string reason = _endpoint.Gate.Reason ?? "the login was refused";
        Report(_endpoint.Gate.Locked ? DeviceProblemKind.LoginLocked : DeviceProblemKind.LoginRefused, reason);
        SetOnline(false, reason);
    }

    /// <summary>The password was changed while the stream goes on: the device is still there, but nothing can be done on it.</summary>
    private void TellIfLoginClosed()
    {
        if (_endpoint.Gate.Reason is { } reason) Report(_endpoint.Gate.Locked ? DeviceProblemKind.LoginLocked : DeviceProblemKind.LoginRefused, reason);
    }

    private TimeSpan AfterStream(StreamEnd end, TimeSpan lasted)
    {
        if (lasted >= ShortStream && end.Kind is (StreamEndKind.Closed or StreamEndKind.Silent)) _failures = 0;
        switch (end.Kind)
        {
            case StreamEndKind.LoginRefused:
                TellLoginRefused();
                return _endpoint.Gate.ClosedFor ?? NextBackoff();
            case StreamEndKind.Refused:
                // The device answers, so it is there; only its events do not come.
                Report(DeviceProblemKind.StreamRefused, end.Reason);
                SetOnline(true, null);
                return NextBackoff();
            case StreamEndKind.Closed:
                // The device ended it; whether it is still there the next try tells at once.
                return NextBackoff();
            default:
                SetOnline(false, end.Reason);
                return NextBackoff();
        }
    }

    private void StreamOpened()
    {
        _problems.End(DeviceProblemKind.StreamRefused);
        SetOnline(true, null);
    }

    private TimeSpan NextBackoff()
    {
        _failures = Math.Min(_failures + 1, 30);
        return Backoff.After(_failures, _limits.FirstBackoff, _limits.MaxBackoff, _random);
    }

    private async Task WaitAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        using var awake = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task woken = _wake.Task;
        Task delay = Task.Delay(wait, _time, awake.Token);
        await Task.WhenAny(delay, woken).ConfigureAwait(false);
        await awake.CancelAsync().ConfigureAwait(false);
        // Set until taken here, so that a call between two waits is not lost.
        if (woken.IsCompleted) _wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task WaitQuietlyAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(wait, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Stopping; the loop's condition sees it.
        }
    }

    private sealed class StreamSink(DeviceConnection owner) : IAlertStreamSink
    {
        public void Opened() => owner.StreamOpened();

        public void Received(Alert alert)
        {
            try
            {
                // What tells of itself is likely to change again: its state is read sooner for a while.
                if (!owner._intake.Take(alert)) return;
                owner._pace.NoteEvent();
                owner.PollSoon();
            }
            catch (Exception e)
            {
                // A bug of ours costs this one alert, not the stream.
                LogAlertFailed(owner._logger, owner._device.Address, alert.WireType, e);
            }
        }

        public void Problem(DeviceProblemKind kind, string detail) => owner.Report(kind, detail);
    }
}
