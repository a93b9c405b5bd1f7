using System.Collections.Immutable;
using Automation.Core.Model;
using Automation.Isapi.Devices;
using Automation.Isapi.Documents;
using Automation.Isapi.Http;

namespace Automation.Isapi.Diagnosis;

/// <summary>Asks a device, event by event, whether it detects it, tells of it and is armed for it. Only reads.</summary>
internal sealed class DiagnosisRun
{
    private readonly Device _device;
    private readonly DiagnosisLimits _limits;
    private readonly TimeProvider _time;
    private readonly DeviceQuestions _questions;
    private readonly ArmingSchedules _schedules;
    private readonly List<string> _notes = [];
    private ImmutableArray<EventTrigger> _triggers = [];
    private HashSet<int> _disarmed = [];

    public DiagnosisRun(Device device, DeviceCalls calls, DiagnosisLimits limits, TimeProvider time)
    {
        _device = device;
        _limits = limits;
        _time = time;
        _questions = new DeviceQuestions(calls, limits.MaxRequests, limits.MaxUnanswered, _notes.Add);
        _schedules = new ArmingSchedules(_questions);
    }

    /// <param name="wanted">Events that somebody waits for; null: all that the device lists.</param>
    /// <param name="pushedTo">Where we listen for pushes; null when we do not.</param>
    public async Task<DeviceDiagnosis> RunAsync(IReadOnlyCollection<(ResourceAddress Resource, string Event)>? wanted, Uri? pushedTo, CancellationToken cancellationToken)
    {
        DeviceAnswer? list = await _questions.AskAsync(HttpMethod.Get, "/Event/triggers", null, cancellationToken).ConfigureAwait(false);
        _triggers = TriggerList.Read(list?.Document);
        (ResourceAddress Resource, string Event)[] events = [.. (wanted ?? Listed()).Distinct().OrderBy(e => e.Resource).ThenBy(e => e.Event, StringComparer.Ordinal)];
        if (events.Length > _limits.MaxEvents) _notes.Add($"Only the first {_limits.MaxEvents} of {events.Length} events were looked at.");
        if (DeviceIdentity.IsRecorder(_device.Kind)) _disarmed = await DisarmedAsync(cancellationToken).ConfigureAwait(false);
        ImmutableArray<PushSlot> slots = events.Any(e => DetectionPaths.Of(e.Event) is not null) ? await PushSlots.ReadAsync(_questions, pushedTo, cancellationToken).ConfigureAwait(false) : [];
        var checks = ImmutableArray.CreateBuilder<EventCheck>();
        foreach ((ResourceAddress resource, string type) in events.Take(_limits.MaxEvents))
        {
            if (_questions.IsOver) break;
            checks.Add(await CheckAsync(resource, type, cancellationToken).ConfigureAwait(false));
            if (_limits.Pause > TimeSpan.Zero) await Task.Delay(_limits.Pause, _time, cancellationToken).ConfigureAwait(false);
        }

        return new DeviceDiagnosis(_device.Address, _questions.IsOver ? _notes[^1] : null, checks.ToImmutable(), slots, [.. _notes]);
    }

    /// <summary>Every event that the device lists a trigger for, or the site file says it has.</summary>
    private IEnumerable<(ResourceAddress Resource, string Event)> Listed()
    {
        foreach (EventTrigger trigger in _triggers)
        {
            if (trigger.Type is null) continue;
            if (trigger.Kind == "device") yield return (_device.Address, trigger.Type);
            else if (_device.Resources.Any(r => r.Kind == trigger.Kind && r.Address.Number == trigger.Number)) yield return (_device.Address.Resource(trigger.Kind, trigger.Number), trigger.Type);
        }

        foreach (string type in _device.Events) yield return (_device.Address, type);
        foreach (Resource resource in _device.Resources)
        {
            foreach (string type in resource.Events) yield return (resource.Address, type);
        }
    }

    private async Task<EventCheck> CheckAsync(ResourceAddress address, string type, CancellationToken cancellationToken)
    {
        var check = new EventCheck(address, type);
        if (DetectionPaths.Of(type) is not { } path) return check;
        Resource? resource = _device.Resources.FirstOrDefault(r => r.Address == address);
        (check, bool detected) = await DetectionAsync(check, path, resource, cancellationToken).ConfigureAwait(false);
        EventTrigger? trigger = await TriggerAsync(path, resource, type, cancellationToken).ConfigureAwait(false);
        if (trigger is not null) check = check with { TellsListeners = trigger.TellsListeners, TriggerId = trigger.Id };
        if (resource is not null && await _schedules.OfAsync(path, resource.Address.Number, cancellationToken).ConfigureAwait(false) is { } schedule)
        {
            check = check with { ArmedHours = schedule.Hours, ScheduleDocument = schedule.Path };
        }

        return _questions.IsOver ? check : check with { Reasons = Reasons(check, resource, detected || trigger is not null) };
    }

    private ImmutableArray<SilenceReason> Reasons(EventCheck check, Resource? resource, bool exists)
    {
        var reasons = ImmutableArray.CreateBuilder<SilenceReason>();
        // A device that lists no trigger at all, a panel for instance, tells by other means.
        if (!exists && !_triggers.IsEmpty) reasons.Add(SilenceReason.NotOnDevice);
        if (check.Enabled == false) reasons.Add(SilenceReason.DetectionOff);
        if (check.TellsListeners == false) reasons.Add(SilenceReason.ListenersNotTold);
        if (check.ArmedHours is <= 0) reasons.Add(SilenceReason.NeverArmed);
        if (resource?.Kind == "channel" && _disarmed.Contains(resource.Address.Number)) reasons.Add(SilenceReason.ChannelDisarmed);
        return reasons.ToImmutable();
    }

    private async Task<(EventCheck Check, bool Exists)> DetectionAsync(EventCheck check, DetectionPath path, Resource? resource, CancellationToken cancellationToken)
    {
        if (resource is null && path.Documents.Any(d => d.Contains("{0}", StringComparison.Ordinal))) return (check, false);
        foreach (string document in DetectionPaths.DocumentsOf(path, resource, DeviceIdentity.IsRecorder(_device.Kind)))
        {
            DeviceAnswer? answer = await _questions.AskAsync(HttpMethod.Get, document, null, cancellationToken).ConfigureAwait(false);
            // The first "enabled" of the document itself: the lines and regions within have their own.
            if (answer?.Document is not { } settings) continue;
            return settings.BoolOf("enabled") is { } enabled ? (check with { Enabled = enabled, DetectionDocument = document }, true) : (check, true);
        }

        return (check, false);
    }

    /// <summary>The trigger of the event on the resource; some lists leave some out, so those are asked for by name.</summary>
    private async Task<EventTrigger?> TriggerAsync(DetectionPath path, Resource? resource, string type, CancellationToken cancellationToken)
    {
        string kind = resource?.Kind is { } own and not "hdd" ? own : "device";
        int number = kind == "device" ? 0 : resource!.Address.Number;
        EventTrigger[] listed = [.. _triggers.Where(t => t.Type == type && t.Kind == kind && t.Number == number)];
        // Two words for one event, one of them told of, is told of.
        if (listed.Length > 0) return listed.FirstOrDefault(t => t.TellsListeners) ?? listed[0];
        string id = kind == "device" ? path.Trigger : $"{path.Trigger}-{number}";
        DeviceElement? document = (await _questions.AskAsync(HttpMethod.Get, $"/Event/triggers/{id}", null, cancellationToken).ConfigureAwait(false))?.Document;
        return document is { } found && found.Is("EventTrigger") ? TriggerList.Read(found)[0] with { Id = id } : null;
    }

    /// <summary>Channels that a recorder's one-key disarm keeps quiet (isapi.md 1.1).</summary>
    private async Task<HashSet<int>> DisarmedAsync(CancellationToken cancellationToken)
    {
        DeviceElement? document = (await _questions.AskAsync(HttpMethod.Get, "/System/status/disturbParams?format=json", null, cancellationToken).ConfigureAwait(false))?.Document;
        var disarmed = new HashSet<int>();
        foreach (DeviceElement entry in document?.All("disturbChannelList") ?? [])
        {
            if (entry.BoolOf("disturbEnabled") == true && entry.IntOf("channelID") is { } channel && entry.All("disturbNotificationList").Any(n => n.TextOf("notificationMethod") == "center")) disarmed.Add(channel);
        }

        return disarmed;
    }
}
