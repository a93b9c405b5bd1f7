using System.Collections.Immutable;
using System.Globalization;
using Automation.Core.Model;

namespace Automation.Isapi;

/// <summary>Why an event of a device cannot reach us. An enum, so that rule health, metrics and screens count the same thing.</summary>
public enum SilenceReason
{
    /// <summary>The detection is switched off on the device.</summary>
    DetectionOff,

    /// <summary>The trigger lacks the "center" linkage: the device detects and tells nobody (isapi.md 1.1).</summary>
    ListenersNotTold,

    /// <summary>The arming schedule has no hour in it.</summary>
    NeverArmed,

    /// <summary>The recorder's one-key disarm keeps the channel's events back.</summary>
    ChannelDisarmed,

    /// <summary>The device has no such event on this resource.</summary>
    NotOnDevice,

    /// <summary>Its events are to be pushed to us, and no push slot of the device names us.</summary>
    NotPushedToUs,
}

/// <summary>Whether one event of one resource can reach us, as far as the device tells.</summary>
/// <param name="Resource">A resource of the device, or the device.</param>
/// <param name="Event">One of <see cref="EventTypes"/>.</param>
public sealed record EventCheck(ResourceAddress Resource, string Event)
{
    /// <summary>Whether the detection is on; null when the device does not tell, or the event needs none.</summary>
    public bool? Enabled { get; init; }

    /// <summary>Whether the trigger tells listeners; null when the device does not tell.</summary>
    public bool? TellsListeners { get; init; }

    /// <summary>Hours of the week in which the arming schedule is on, 0 to 168; null when the device does not tell.</summary>
    public double? ArmedHours { get; init; }

    /// <summary>When the last such event came; null when none did since the listening began.</summary>
    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>Why it cannot reach us; empty when nothing is known to keep it back.</summary>
    public ImmutableArray<SilenceReason> Reasons { get; init; } = [];

    /// <summary>What <c>--fix</c> has to change; null where there is nothing to change, or nothing is known of it.</summary>
    internal string? DetectionDocument { get; init; }

    internal string? TriggerId { get; init; }

    internal string? ScheduleDocument { get; init; }

    /// <summary>The check in one line, as a person reads it.</summary>
    public override string ToString()
    {
        var parts = new List<string>(4);
        if (Enabled is { } on) parts.Add(on ? "detection on" : "detection OFF");
        if (TellsListeners is { } told) parts.Add(told ? "listeners told" : "listeners NOT told");
        if (ArmedHours is { } hours) parts.Add(hours switch { >= 167.9 => "always armed", <= 0 => "NEVER armed", _ => string.Create(CultureInfo.InvariantCulture, $"armed {hours:0.#} of 168 hours") });
        if (Reasons.Contains(SilenceReason.NotOnDevice)) parts.Add("the device has NO such event here");
        if (Reasons.Contains(SilenceReason.ChannelDisarmed)) parts.Add("channel DISARMED by the recorder");
        if (Reasons.Contains(SilenceReason.NotPushedToUs)) parts.Add("NOT pushed to us");
        if (LastSeen is { } seen) parts.Add("last seen " + seen.ToString("yyyy-MM-dd'T'HH:mm:ssK", CultureInfo.InvariantCulture));
        if (parts.Count == 0) parts.Add("nothing keeps it back");
        return $"{Resource} {Event}: {string.Join(", ", parts)}";
    }

    /// <summary>Why a rule that waits for it waits in vain, in one sentence; null when nothing is known to keep it back.</summary>
    public string? Complaint => Reasons.IsEmpty ? null : $"{Event} of {Resource} cannot come: {string.Join(", ", Reasons.Select(Words))}";

    private static string Words(SilenceReason reason) => reason switch
    {
        SilenceReason.DetectionOff => "the detection is off",
        SilenceReason.ListenersNotTold => "the device tells no listener of it (\"center\" is missing in its trigger)",
        SilenceReason.NeverArmed => "its arming schedule is empty",
        SilenceReason.ChannelDisarmed => "the recorder keeps the channel disarmed",
        SilenceReason.NotOnDevice => "the device has no such event there",
        _ => "the device pushes its events to somebody else",
    };
}

/// <summary>A place a device pushes its events to (httpHosts).</summary>
/// <param name="Id">The device's number of the slot.</param>
/// <param name="Url">Where it pushes; empty when the slot is free.</param>
/// <param name="Ours">Whether that is us; null when it is not known where we listen.</param>
public sealed record PushSlot(int Id, string Url, bool? Ours);

/// <summary>What keeps the events of a device from reaching us, event by event.</summary>
/// <param name="Failure">Why the device could not be asked; null when it could.</param>
public sealed record DeviceDiagnosis(ResourceAddress Device, string? Failure, ImmutableArray<EventCheck> Events, ImmutableArray<PushSlot> PushSlots, ImmutableArray<string> Notes)
{
    public bool HasFindings => Events.Any(e => !e.Reasons.IsEmpty);
}

/// <summary>One document of a device that was changed, with what it was before.</summary>
/// <param name="Path">Below the prefix.</param>
/// <param name="What">What was changed, in one sentence.</param>
/// <param name="Before">The document as it was; putting it back undoes the change.</param>
/// <param name="Failure">The device's words when it refused; null when it was done.</param>
public sealed record DeviceChange(string Path, string What, string Before, string? Failure);

/// <summary>The bounds of one diagnosis.</summary>
public sealed record DiagnosisLimits
{
    /// <summary>Events that are looked at; the rest is left out and said so. Default 512.</summary>
    public int MaxEvents { get; init; } = 512;

    /// <summary>Requests to the device. Default 1 500: two an event, and the lists.</summary>
    public int MaxRequests { get; init; } = 1500;

    /// <summary>Requests in a row without an answer after which the device counts as gone.</summary>
    public int MaxUnanswered { get; init; } = 3;

    /// <summary>Rest between two events, so that a running device is not crowded. Default none; the running program takes 200 ms.</summary>
    public TimeSpan Pause { get; init; }
}
