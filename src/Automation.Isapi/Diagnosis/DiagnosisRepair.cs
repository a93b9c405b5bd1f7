using System.Collections.Immutable;
using System.Globalization;
using System.Xml.Linq;
using Automation.Core.Model;
using Automation.Isapi.Documents;
using Automation.Isapi.Http;

namespace Automation.Isapi.Diagnosis;

/// <summary>Sets what keeps events back: reads a document, changes the one thing, puts the whole back as it was read, and keeps what it was before (isapi.md §1).</summary>
internal sealed class DiagnosisRepair(DeviceCalls calls)
{
    private readonly List<DeviceChange> _changes = [];

    /// <summary>What was changed so far, in order.</summary>
    public ImmutableArray<DeviceChange> Changes => [.. _changes];

    public async Task FixAsync(EventCheck check, CancellationToken cancellationToken)
    {
        string of = $"{check.Event} of {check.Resource}";
        if (check.Reasons.Contains(SilenceReason.DetectionOff) && check.DetectionDocument is { } detection) await ChangeAsync(detection, $"{of}: detection switched on", Enable, cancellationToken).ConfigureAwait(false);
        if (check.Reasons.Contains(SilenceReason.ListenersNotTold) && check.TriggerId is { } trigger) await ChangeAsync("/Event/triggers/" + trigger, $"{of}: listeners are told (\"center\" added to trigger {trigger})", TellListeners, cancellationToken).ConfigureAwait(false);
        if (check.Reasons.Contains(SilenceReason.NeverArmed) && check.ScheduleDocument is { } schedule) await ChangeAsync(schedule, $"{of}: armed all week", ArmAllWeek, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a push slot ours: a free one, else the last; the device has it as it was in the change.</summary>
    public Task PushToAsync(Uri ours, ImmutableArray<PushSlot> slots, CancellationToken cancellationToken)
    {
        if (slots.IsEmpty) return Task.CompletedTask;
        PushSlot slot = slots.FirstOrDefault(s => s.Url.Length == 0) ?? slots[^1];
        string path = string.Create(CultureInfo.InvariantCulture, $"{PushSlots.Path}/{slot.Id}");
        string was = slot.Url.Length == 0 ? "was free" : $"was {slot.Url}";
        return ChangeAsync(path, $"push slot {slot.Id} names us ({was})", root => NameUs(root, ours), cancellationToken);
    }

    /// <summary>Puts documents back as they were, the last change first.</summary>
    public async Task RestoreAsync(IReadOnlyList<DeviceChange> changes, CancellationToken cancellationToken)
    {
        for (int i = changes.Count - 1; i >= 0; i--)
        {
            DeviceAnswer answer = await calls.PutAsync(changes[i].Path, DeviceContent.Xml(changes[i].Before), cancellationToken).ConfigureAwait(false);
            _changes.Add(changes[i] with { What = "put back: " + changes[i].What, Failure = FailureOf(answer) });
        }
    }

    private async Task ChangeAsync(string path, string what, Func<XElement, bool> change, CancellationToken cancellationToken)
    {
        // A document of several events is changed once.
        if (_changes.Any(c => c.Path == path && c.Failure is null)) return;
        DeviceAnswer read = await calls.GetAsync(path, cancellationToken).ConfigureAwait(false);
        if (!read.IsSuccess)
        {
            _changes.Add(new DeviceChange(path, what, "", FailureOf(read)));
            return;
        }

        string before = DeviceText.Decode(read.Body.Span);
        if (XmlEdit.TryRead(read.Body.Span) is not { Root: { } root } edit || !change(root))
        {
            _changes.Add(new DeviceChange(path, what, before, "its document lacks what has to be changed"));
            return;
        }

        DeviceAnswer answer = await calls.PutAsync(path, DeviceContent.Xml(edit.ToString()), cancellationToken).ConfigureAwait(false);
        _changes.Add(new DeviceChange(path, what, before, FailureOf(answer)));
    }

    private static string? FailureOf(DeviceAnswer answer)
    {
        if (answer.IsSuccess) return null;
        ActionOutcome outcome = answer.ToOutcome();
        return outcome.DeviceStatus ?? outcome.Reason.ToString();
    }

    private static bool Enable(XElement root)
    {
        if (Child(root, "enabled") is not { } enabled) return false;
        enabled.Value = "true";
        return true;
    }

    private static bool TellListeners(XElement root)
    {
        XElement? list = Child(root, "EventTriggerNotificationList");
        if (list is null) root.Add(list = new XElement(root.Name.Namespace + "EventTriggerNotificationList"));
        XNamespace names = list.Name.Namespace;
        XElement? sibling = Child(list, "EventTriggerNotification");
        var center = new XElement((sibling?.Name.Namespace ?? names) + "EventTriggerNotification", new XElement(names + "id", "center"), new XElement(names + "notificationMethod", "center"));
        // Recorders write no recurrence; where the others have one, this has it too.
        if (sibling is null || Child(sibling, "notificationRecurrence") is not null) center.Add(new XElement(names + "notificationRecurrence", "beginning"));
        list.Add(center);
        return true;
    }

    private static bool ArmAllWeek(XElement root)
    {
        if (Child(root, "TimeBlockList") is not { } list) return false;
        XNamespace names = list.Name.Namespace;
        list.RemoveNodes();
        for (int day = 1; day <= 7; day++)
        {
            list.Add(new XElement(
                names + "TimeBlock", new XElement(names + "dayOfWeek", day),
                new XElement(names + "TimeRange", new XElement(names + "beginTime", "00:00:00"), new XElement(names + "endTime", "24:00:00"))));
        }

        return true;
    }

    private static bool NameUs(XElement root, Uri ours)
    {
        bool address = System.Net.IPAddress.TryParse(ours.Host, out _);
        Put(root, "url", ours.AbsolutePath);
        Put(root, "protocolType", ours.Scheme.ToUpperInvariant());
        Put(root, "addressingFormatType", address ? "ipaddress" : "hostname");
        Put(root, address ? "ipAddress" : "hostName", ours.Host);
        Put(root, "portNo", ours.Port.ToString(CultureInfo.InvariantCulture));
        return true;
    }

    private static void Put(XElement root, string name, string value)
    {
        if (Child(root, name) is { } there) there.Value = value;
        else root.Add(new XElement(root.Name.Namespace + name, value));
    }

    private static XElement? Child(XElement parent, string name) => parent.Elements().FirstOrDefault(e => e.Name.LocalName.Equals(name, StringComparison.OrdinalIgnoreCase));
}
