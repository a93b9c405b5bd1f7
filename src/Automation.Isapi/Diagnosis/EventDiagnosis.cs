using System.Collections.Immutable;
using Automation.Core.Model;
using Automation.Isapi.Devices;
using Automation.Isapi.Diagnosis;
using Automation.Isapi.Http;

namespace Automation.Isapi;

/// <summary>Finds out why a device is silent: for each event whether it is detected, told of, armed and pushed to us (isapi.md 2.1). Looks; and where asked, sets what is missing.</summary>
public sealed class EventDiagnosis : IDisposable
{
    private readonly Device _device;
    private readonly DiagnosisLimits _limits;
    private readonly TimeProvider _time;
    private readonly DeviceEndpoint _endpoint;
    private readonly DeviceCalls _calls;
    private DiagnosisRepair? _repair;

    /// <param name="device">With its connection; events of resources it does not list are not looked at.</param>
    /// <exception cref="ArgumentException">The device has no connection.</exception>
    public EventDiagnosis(Device device, DiagnosisLimits limits, DeviceConnectionLimits callLimits, TimeProvider time, Random random)
    {
        DeviceConnectionInfo info = device.Connection ?? throw new ArgumentException($"The device {device.Address} has no connection.", nameof(device));
        _device = device;
        _limits = limits;
        _time = time;
        _endpoint = new DeviceEndpoint(info, callLimits, time, random);
        _calls = new DeviceCalls(_endpoint);
    }

    /// <summary>Looks. A wrong password costs one rejected login and is the diagnosis' failure.</summary>
    /// <param name="wanted">Events that somebody waits for; null: all that the device lists.</param>
    /// <param name="pushedTo">Where we listen for pushes; null when we do not.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing else is thrown.</exception>
    public async Task<DeviceDiagnosis> CheckAsync(IReadOnlyCollection<(ResourceAddress Resource, string Event)>? wanted, Uri? pushedTo, CancellationToken cancellationToken)
    {
        DeviceAnswer info = await Greeting.AskAsync(_endpoint, _calls, cancellationToken).ConfigureAwait(false);
        if (info.Failure is not CallFailure.None) return new DeviceDiagnosis(_device.Address, info.Detail, [], [], []);
        return await new DiagnosisRun(_device, _calls, _limits, _time).RunAsync(wanted, pushedTo, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What <see cref="FixAsync"/> has changed so far; also after it was cancelled.</summary>
    public ImmutableArray<DeviceChange> Changes => _repair?.Changes ?? [];

    /// <summary>Sets what the diagnosis found missing, document by document; what the device refuses is told with its words. What only people may decide, a disarmed channel, is left.</summary>
    /// <returns>What was changed, with what it was before; <see cref="RestoreAsync"/> puts it back.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled; what was changed by then stays changed.</exception>
    public async Task<ImmutableArray<DeviceChange>> FixAsync(DeviceDiagnosis diagnosis, Uri? pushedTo, CancellationToken cancellationToken)
    {
        DiagnosisRepair repair = _repair = new DiagnosisRepair(_calls);
        foreach (EventCheck check in diagnosis.Events) await repair.FixAsync(check, cancellationToken).ConfigureAwait(false);
        bool pushed = diagnosis.PushSlots.Any(s => s.Ours == true);
        if (pushedTo is not null && !pushed && diagnosis.Events.Any(e => e.Reasons.Contains(SilenceReason.NotPushedToUs))) await repair.PushToAsync(pushedTo, diagnosis.PushSlots, cancellationToken).ConfigureAwait(false);
        return repair.Changes;
    }

    /// <summary>Puts documents back as they were before <see cref="FixAsync"/>, the last change first.</summary>
    public async Task<ImmutableArray<DeviceChange>> RestoreAsync(IReadOnlyList<DeviceChange> changes, CancellationToken cancellationToken)
    {
        DeviceAnswer info = await Greeting.AskAsync(_endpoint, _calls, cancellationToken).ConfigureAwait(false);
        DeviceChange[] done = [.. changes.Where(c => c.Failure is null)];
        if (info.Failure is not CallFailure.None) return [.. done.Select(c => c with { Failure = info.Detail })];
        var repair = new DiagnosisRepair(_calls);
        await repair.RestoreAsync(done, cancellationToken).ConfigureAwait(false);
        return repair.Changes;
    }

    public void Dispose()
    {
        _calls.Dispose();
        _endpoint.Dispose();
    }
}
