using System.Globalization;
using Automation.Core.Model;
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
        AlertStream? stream = _device.Connection!.Events == "push" || _endpoint.IsBehindGateway ? null : new AlertStream(_endpoint, IsGateway ? StreamRequest.Subscription : StreamRequest.AlertStream, new StreamSink(this));
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
    private async Task<TimeSpan> ListenOnceAsync(AlertStream? stream, CancellationToken cancellationToken)
    {
        if (_endpoint.Gate.ClosedFor is { } closed)
        {
            TellLoginRefused();
            return closed;
        }

        if ((!Online || stream is null) && !await GreetAsync(cancellationToken).ConfigureAwait(false)) return _endpoint.Gate.ClosedFor ?? NextBackoff();
        if (stream is null)
        {
            // Its events are pushed; whether it is there it is asked as often as it would have told.
            _failures = 0;
            SetOnline(true, null);
            return _limits.HeartbeatTimeout / 2;
        }

        long begun = _time.GetTimestamp();
        StreamEnd end = await stream.RunAsync(cancellationToken).ConfigureAwait(false);
        return AfterStream(end, _time.GetElapsedTime(begun));
    }

    /// <summary>Asks who the device is: tries address and login with a request that changes nothing, and reads its clock.</summary>
    private async Task<bool> GreetAsync(CancellationToken cancellationToken)
    {
        DeviceAnswer info = await Greeting.AskAsync(_endpoint, _calls, cancellationToken, IsGateway).ConfigureAwait(false);
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
        ShowLogin();
        // 403 and 404 are common here on some kinds; the device is there all the same.
        if (info.IsSuccess && info.Document is { } document) ReportIdentity(document);
        if (IsGateway) return true;
        DeviceAnswer clock = await _calls.GetAsync("/System/time", cancellationToken).ConfigureAwait(false);
        if (clock.IsSuccess && clock.Document?.TextOf("localTime") is { } local) _intake.NoteClock(System.Text.Encoding.UTF8.GetBytes(local));
        return true;
    }

    private void ReportIdentity(DeviceElement info)
    {
        DataObject identity = DeviceIdentity.Of(info);
        _identity.Learn(identity);
        _book.Take(_device.Address, identity, initial: true);
    }

    private void TellLoginRefused()
    {
        string reason = _endpoint.Gate.Reason ?? "the login was refused";
        Report(_endpoint.Gate.Locked ? DeviceProblemKind.LoginLocked : DeviceProblemKind.LoginRefused, reason);
        ShowLogin();
        SetOnline(false, reason);
    }

    /// <summary>How the login stands, as state of the device: <c>login</c> (<c>ok</c>, <c>refused</c>, <c>locked</c>) and <c>unlockAt</c> (ACT-9).</summary>
    private void ShowLogin()
    {
        if (_endpoint.User.Length == 0) return;
        bool closed = _endpoint.Gate.Reason is not null;
        DataValue until = _endpoint.Gate.UnlockAt is { } at ? at.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) : default(DataValue);
        DataObject login = DataObject.Of(("login", !closed ? "ok" : until.IsNull ? "refused" : "locked"));
        if (!until.IsNull || !_book.Known(_device.Address)["unlockAt"].IsNull) login = login.With("unlockAt", until);
        if (closed) _book.Take(_device.Address, login, initial: false);
        else _book.TakeRead(_device.Address, login, initial: false);
    }

    /// <summary>The password was changed while the stream goes on: the device is still there, but nothing can be done on it.</summary>
    private void TellIfLoginClosed()
    {
        if (_endpoint.Gate.Reason is not { } reason) return;
        Report(_endpoint.Gate.Locked ? DeviceProblemKind.LoginLocked : DeviceProblemKind.LoginRefused, reason);
        ShowLogin();
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

    /// <summary>Takes an alert that came by one of the device's ways; answers the resource it is of.</summary>
    private ResourceAddress Take(in Alert alert, EventPath path)
    {
        try
        {
            ResourceAddress resource = _intake.Take(alert, path);
            // What tells of an area, a zone, a door or a port is likely to change again: its state is read sooner for a while. A picture has none.
            if (resource.IsEmpty || resource.Kind == "channel") return resource;
            _pace.NoteEvent();
            PollSoon();
            return resource;
        }
        catch (Exception e)
        {
            // A bug of ours costs this one alert, not the stream.
            LogAlertFailed(_logger, _device.Address, System.Text.Encoding.UTF8.GetString(alert.WireType), e);
            return default;
        }
    }

    /// <summary>A picture is its channel's present look; one of the device itself is its only channel's.</summary>
    private void TakePicture(ResourceAddress resource, string contentType, ReadOnlyMemory<byte> bytes)
    {
        if (resource.IsEmpty || _observer is not IPictureObserver pictures) return;
        if (resource.IsDevice)
        {
            Resource[] channels = [.. _device.Resources.Where(r => r.Kind == "channel")];
            if (channels is not [var only]) return;
            resource = only.Address;
        }

        pictures.PictureTaken(resource, contentType, bytes.ToArray());
    }

    private sealed class StreamSink(DeviceConnection owner) : IAlertStreamSink
    {
        // The device whose alert came last, and the resource it was of: a picture belongs to them.
        private DeviceConnection? _speaker;
        private ResourceAddress _resource;

        public void Opened() => owner.StreamOpened();

        public void Received(in Alert alert)
        {
            _speaker = owner.SpeakerOf(alert);
            _resource = _speaker == owner ? owner.Take(alert, EventPath.Stream) : _speaker.TakeFromGateway(alert);
        }

        public void Other(TapeNode document) => owner.NoteSubscription(document);

        public void Picture(string contentType, ReadOnlyMemory<byte> bytes) => _speaker?.TakePicture(_resource, contentType, bytes);

        public void Problem(DeviceProblemKind kind, string detail) => owner.Report(kind, detail);
    }
}
