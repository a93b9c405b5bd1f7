using Automation.Core.Model;
using Automation.Isapi.Actions;
using Automation.Isapi.Actions.Effects;
using Automation.Isapi.Events;
using Automation.Isapi.Devices;
using Automation.Isapi.Http;
using Automation.Isapi.Status;
using Microsoft.Extensions.Logging;

namespace Automation.Isapi;

/// <summary>One device over ISAPI: listens to its events, knows whether it is there, does actions on it.</summary>
/// <remarks>
/// Owns its loops (events, status, live temperatures) between <see cref="Start"/> and <see cref="StopAsync"/>. Any thread may call. Beside the event stream one
/// request is in flight at a time. A wrong password costs one rejected login, then nothing is sent until the device unlocks, or
/// <see cref="RetryLogin"/>, or a new connection with other credentials (ACT-9).
/// </remarks>
public sealed partial class DeviceConnection : IAsyncDisposable
{
    /// <summary>How long stopping waits for what must not stay on, a manual recording for instance.</summary>
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(2);

    private readonly Device _device;
    private readonly DeviceConnectionLimits _limits;
    private readonly IDeviceObserver _observer;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ILogger _logger;
    private readonly DeviceEndpoint _endpoint;
    private readonly DeviceCalls _calls;
    private readonly DelayedCalls _later;
    private readonly ActionTools _tools;
    private readonly EffectWatch _effects;
    private readonly ProblemLog _problems;
    private readonly EventIntake _intake;
    private readonly StateBook _book;
    private readonly StatusPoller _poller;
    private readonly PollPace _pace;
    private readonly SenderIdentity _identity;
    private readonly CancellationTokenSource _stop = new();
    private readonly DeviceConnection? _gateway;
    private readonly TaskCompletionSource _determined = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _stateLock = new();
    private volatile TaskCompletionSource _wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _listening = Task.CompletedTask;
    private Task[] _thermal = [];
    private bool? _online;
    private bool _disposed;

    /// <param name="device">With its <see cref="Device.Connection"/>; a device without one belongs to other MQTT clients.</param>
    /// <param name="observer">Also asked for <see cref="IPictureObserver"/>.</param>
    /// <param name="random">Jitter and client nonces; used under a lock on itself.</param>
    /// <param name="gateway">The connection of the gateway that the device's connection names; outlives this one. Null for a device without one.</param>
    /// <exception cref="ArgumentException">The device has no connection, or one through a gateway that is not given.</exception>
    public DeviceConnection(Device device, DeviceConnectionLimits limits, IDeviceObserver observer, TimeProvider time, Random random, ILogger logger, DeviceConnection? gateway = null)
    {
        DeviceConnectionInfo info = device.Connection ?? throw new ArgumentException($"The device {device.Address} has no connection.", nameof(device));
        if (!info.Gateway.IsEmpty && gateway is null) throw new ArgumentException($"The device {device.Address} is behind {info.Gateway}, whose connection is not given.", nameof(gateway));
        _device = device;
        _limits = limits;
        _observer = observer;
        _time = time;
        _random = random;
        _logger = logger;
        _gateway = gateway;
        _endpoint = gateway is not null && info.IsThroughGateway ? gateway._endpoint.Through(info.DevIndex!) : new DeviceEndpoint(info, limits, time, random);
        _calls = new DeviceCalls(_endpoint);
        _later = new DelayedCalls(time);
        _problems = new ProblemLog(limits.ProblemMemory, time);
        var resources = new DeviceResources(device);
        _book = new StateBook(observer);
        _intake = new EventIntake(resources, limits, observer, _book, time, Report);
        _identity = new SenderIdentity(device);
        if (gateway is not null) gateway._behind[info.DevIndex!] = this;
        _tools = new ActionTools(device, _calls, _later, _book, new DoorCommands(_calls), observer as IPictureObserver, limits.MaxPictureBytes);
        _effects = new EffectWatch(time, _tools.IsPanel, e => LogLoopFailed(_logger, _device.Address, e));
        _pace = new PollPace(limits.PollInterval, gentle: device.Kind == "security-panel", time, random);
        _poller = new StatusPoller(resources, _calls, _book, time, Report, (path, e) => LogStatusFailed(_logger, _device.Address, path, e));
    }

    /// <summary>Whether the device is there; false until that is known.</summary>
    public bool Online
    {
        get
        {
            lock (_stateLock) return _online == true;
        }
    }

    /// <summary>How many alerts became what since the start.</summary>
    public AlertCounts Counts => _intake.Counts;

    /// <summary>Begins to listen. Once.</summary>
    public void Start()
    {
        // A device that is spoken to through a gateway is heard through it as well.
        if (!IsHeardThroughGateway) _listening = Task.Run(() => ListenAsync(_stop.Token), CancellationToken.None);
        if (_poller.HasWork || IsHeardThroughGateway || IsGateway) _polling = Task.Run(() => PollLoopAsync(_stop.Token), CancellationToken.None);
        _thermal = [.. _device.Resources.Where(r => r.Kind == "channel" && r.Capabilities.Contains("thermal")).Select(r => Task.Run(() => ThermalLoopAsync(r.Address, _stop.Token), CancellationToken.None))];
    }

    /// <summary>Ends the loops and waits for them; ends recordings and pulses that were begun here.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _listening.ConfigureAwait(false);
        await _polling.ConfigureAwait(false);
        await Task.WhenAll(_thermal).ConfigureAwait(false);
        await _effects.StopAsync().ConfigureAwait(false);
        using var limit = new CancellationTokenSource(StopTime, _time);
        await _later.StopAsync(limit.Token).ConfigureAwait(false);
        await UnsubscribeAsync(limit.Token).ConfigureAwait(false);
        await LogOutAsync(limit.Token).ConfigureAwait(false);
    }

    /// <summary>Somebody has looked after the password or the lock: the next login is tried at once.</summary>
    public void RetryLogin()
    {
        // Behind a gateway the login is the gateway's.
        if (_endpoint.IsBehindGateway && _gateway is not null)
        {
            _gateway.RetryLogin();
            return;
        }

        _endpoint.Gate.Open();
        _wake.TrySetResult();
    }

    /// <summary>Panels have few sessions; ours is given back.</summary>
    private async Task LogOutAsync(CancellationToken cancellationToken)
    {
        if (_endpoint.IsBehindGateway || _endpoint.Session is not { Cookie: not null } session || !Online) return;
        try
        {
            await _calls.PutAsync("/Security/sessionLogout", null, cancellationToken).ConfigureAwait(false);
            session.Drop(session.Cookie);
        }
        catch (OperationCanceledException)
        {
            // It ends by itself a while after its last use.
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        await StopAsync().ConfigureAwait(false);
        await _effects.DisposeAsync().ConfigureAwait(false);
        _calls.Dispose();
        _endpoint.Dispose();
        _book.Dispose();
        _pollNow.Dispose();
        _stop.Dispose();
    }

    private void SetOnline(bool online, string? reason)
    {
        lock (_stateLock)
        {
            if (_online == online) return;
            _online = online;
        }

        _determined.TrySetResult();
        if (!online) TellBehind(reason);
        if (online) LogOnline(_logger, _device.Address);
        else LogOffline(_logger, _device.Address, reason ?? "unknown");
        _observer.AvailabilityChanged(_device.Address, online, online ? null : reason);
        if (online) CameOnline();
    }

    private void Report(DeviceProblemKind kind, string detail)
    {
        if (!_problems.IsNew(kind, detail)) return;
        LogProblem(_logger, _device.Address, kind, detail);
        _observer.ProblemFound(new DeviceProblem(_device.Address, kind, detail));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Device} is online")]
    private static partial void LogOnline(ILogger logger, ResourceAddress device);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Device} is offline: {Reason}")]
    private static partial void LogOffline(ILogger logger, ResourceAddress device, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Device}: {Kind}: {Detail}")]
    private static partial void LogProblem(ILogger logger, ResourceAddress device, DeviceProblemKind kind, string detail);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Device}: an alert {Type} could not be taken")]
    private static partial void LogAlertFailed(ILogger logger, ResourceAddress device, string type, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Device}: the status {Path} could not be taken")]
    private static partial void LogStatusFailed(ILogger logger, ResourceAddress device, string path, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Device}: a loop failed and starts again")]
    private static partial void LogLoopFailed(ILogger logger, ResourceAddress device, Exception exception);
}
