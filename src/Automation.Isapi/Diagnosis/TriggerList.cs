using System.Collections.Immutable;
using Automation.Core.Model;
using Automation.Isapi.Documents;
using Automation.Isapi.Events;

namespace Automation.Isapi.Diagnosis;

/// <summary>One event trigger of a device: what it does when it detects something (003 §8.11.2).</summary>
/// <param name="Id">The device's own id, e.g. <c>VMD-1</c> or <c>IO-301</c>.</param>
/// <param name="WireType">The device's word for the event.</param>
/// <param name="Type">Our event type; null for a word that is not known.</param>
/// <param name="Kind">The kind of the resource it watches; <c>device</c> for the device itself.</param>
/// <param name="Number">The device's own number of that resource; 0 for the device.</param>
/// <param name="Methods">What it does: <c>center</c>, <c>record</c>, <c>email</c>, <c>IO</c>, <c>beep</c>, …</param>
internal sealed record EventTrigger(string Id, string WireType, string? Type, string Kind, int Number, ImmutableArray<string> Methods)
{
    /// <summary>Whether listeners such as we are told: the "center" linkage. Without it nothing is ever sent (isapi.md 1.1).</summary>
    public bool TellsListeners => Methods.Contains("center", StringComparer.OrdinalIgnoreCase);
}

/// <summary>Reads <c>/Event/triggers</c>, whose root is an <c>EventTriggerList</c> or an <c>EventNotification</c> around it.</summary>
internal static class TriggerList
{
    /// <summary>A recorder of 256 channels has some 4 000.</summary>
    private const int MaxTriggers = 8192;

    public static ImmutableArray<EventTrigger> Read(DeviceElement? document)
    {
        if (document is null) return [];
        IEnumerable<DeviceElement> triggers = document.Is("EventTrigger") ? [document] : document.All("EventTrigger");
        return [.. triggers.Take(MaxTriggers).Select(ReadOne)];
    }

    private static EventTrigger ReadOne(DeviceElement trigger)
    {
        string id = trigger.TextOf("id") ?? "";
        string wire = trigger.TextOf("eventType") ?? (id.LastIndexOf('-') is > 0 and var dash ? id[..dash] : id);
        string? type = EventNames.TypeOf(wire);
        (string kind, int number) = ResourceOf(trigger, wire, type);
        DeviceElement? list = trigger.Child("EventTriggerNotificationList");
        string[] methods = list is null ? [] : [.. list.All("EventTriggerNotification").Select(n => n.TextOf("notificationMethod") ?? n.TextOf("id") ?? "").Where(m => m.Length > 0)];
        return new EventTrigger(id, wire, type, kind, number, [.. methods.Distinct(StringComparer.OrdinalIgnoreCase)]);
    }

    private static (string Kind, int Number) ResourceOf(DeviceElement trigger, string wire, string? type)
    {
        if (wire.Equals("IO", StringComparison.OrdinalIgnoreCase))
        {
            // Ports of cameras behind a recorder stand in the dynamic number: channel × 100 + port.
            int? port = trigger.IntOf("dynInputIOPortID") ?? trigger.IntOf("inputIOPortID");
            return port is { } input ? ("alarm-input", input) : ("device", 0);
        }

        ImmutableArray<string> kinds = type is null ? ["channel"] : EventTypes.All[type].Kinds;
        // Cameras write channel 1 beside events of their disk too; what no channel raises is the device's own.
        int? channel = trigger.IntOf("dynVideoInputChannelID") ?? trigger.IntOf("videoInputChannelID");
        return channel is { } number && kinds.Contains("channel") ? ("channel", number) : ("device", 0);
    }
}
