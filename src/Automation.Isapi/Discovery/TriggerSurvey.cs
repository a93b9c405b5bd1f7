using System.Collections.Immutable;
using Automation.Core.Model;
using Automation.Isapi.Devices;
using Automation.Isapi.Diagnosis;
using Automation.Isapi.Documents;
using Automation.Isapi.Events;

namespace Automation.Isapi.Discovery;

/// <summary>Which events a device can raise on which of its resources: its triggers, and those that its list leaves out (isapi.md 1.1).</summary>
internal static class TriggerSurvey
{
    private const int MaxProbes = 64;

    /// <summary>Abilities whose triggers some lists lack, with the trigger's name.</summary>
    private static readonly (string Ability, string Trigger)[] Smart =
    [
        ("isSupportSceneChangeDetection", "scenechangedetection"), ("isSupportFieldDetection", "fielddetection"), ("isSupportLineDetection", "linedetection"),
        ("isSupportRegionEntrance", "regionEntrance"), ("isSupportRegionExiting", "regionExiting"), ("isSupportFaceDetect", "facedetection"),
        ("isSupportAudioDetection", "audioexception"), ("isSupportRapidMove", "rapidMove"), ("isSupportLoitering", "loitering"),
    ];

    public static async Task RunAsync(Survey survey, CancellationToken cancellationToken)
    {
        var unknown = new SortedSet<string>(StringComparer.OrdinalIgnoreCase);
        ImmutableArray<EventTrigger> triggers = TriggerList.Read(await survey.AskAsync("/Event/triggers", cancellationToken).ConfigureAwait(false));
        foreach (EventTrigger trigger in triggers) Take(survey, trigger, unknown);
        if (unknown.Count > 0) survey.Note($"Events it has and we have no name for: {string.Join(", ", unknown)}.");
        await ChannelListAsync(survey, cancellationToken).ConfigureAwait(false);
        if (!DeviceIdentity.IsRecorder(survey.DeviceType)) await ProbeAsync(survey, cancellationToken).ConfigureAwait(false);
        if (survey.Capabilities?.Find("isSupportPIR")?.Text.Trim() == "true") survey.AddEvent("device", 0, "pirDetection");
    }

    private static void Take(Survey survey, EventTrigger trigger, SortedSet<string> unknown)
    {
        if (trigger.Type is null)
        {
            unknown.Add(trigger.WireType);
            return;
        }

        // A port behind a recorder may be in no list but this one.
        if (trigger.Kind == "alarm-input") survey.Add("alarm-input", trigger.Number, null);
        survey.AddEvent(trigger.Kind, trigger.Number, trigger.Type);
    }

    /// <summary>Cameras with two lenses leave the second out of their list of triggers, but not out of this one.</summary>
    private static async Task ChannelListAsync(Survey survey, CancellationToken cancellationToken)
    {
        DeviceElement? list = await survey.AskAsync("/Event/channels/capabilities", cancellationToken).ConfigureAwait(false);
        foreach (DeviceElement channel in Survey.All(list, "ChannelEventCap"))
        {
            if ((channel.IntOf("channelID") ?? channel.IntOf("id")) is not { } number) continue;
            foreach (string word in (channel.TextOf("eventType") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(256))
            {
                if (EventNames.TypeOf(word) is { } type && EventTypes.All[type].Kinds.Contains("channel")) survey.AddEvent("channel", number, type);
            }
        }
    }

    private static async Task ProbeAsync(Survey survey, CancellationToken cancellationToken)
    {
        int probes = 0;
        foreach (Resource channel in survey.Resources.Where(r => r.Kind == "channel"))
        {
            foreach ((string ability, string trigger) in Smart)
            {
                string type = EventNames.TypeOf(trigger)!;
                if (survey.Says(ability) != true || channel.Events.Contains(type) || ++probes > MaxProbes) continue;
                int number = channel.Address.Number;
                if (await survey.HasAsync($"/Event/triggers/{trigger}-{number}", cancellationToken).ConfigureAwait(false)) survey.AddEvent("channel", number, type);
            }
        }
    }
}
