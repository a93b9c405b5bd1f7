using System.Collections.Immutable;
using System.Globalization;
using Automation.Core.Model;
using Automation.Isapi.Documents;

namespace Automation.Isapi.Discovery;

/// <summary>Channels that move, with their presets, patrols and patterns by name (003 §8.13).</summary>
internal static class PtzSurvey
{
    private const int MaxNumber = 300;

    public static async Task RunAsync(Survey survey, CancellationToken cancellationToken)
    {
        foreach (DeviceElement unit in Survey.All(await survey.AskAsync("/PTZCtrl/channels", cancellationToken).ConfigureAwait(false), "PTZChannel"))
        {
            // The link to the video channel counts where it is given; the unit's own number is usually the same.
            if ((unit.IntOf("videoInputID") ?? unit.IntOf("id")) is not { } number || unit.BoolOf("enabled") == false || !survey.Has("channel", number)) continue;
            await UnitAsync(survey, unit.IntOf("id") ?? number, number, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task UnitAsync(Survey survey, int unit, int channel, CancellationToken cancellationToken)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"/PTZCtrl/channels/{unit}");
        DeviceElement? capabilities = await survey.AskAsync(path + "/capabilities", cancellationToken).ConfigureAwait(false);
        survey.AddCapability("channel", channel, Capabilities.Ptz);
        // A list holds every place there is; those in use are enabled.
        ImmutableArray<NamedNumber> presets = Numbers(await survey.AskAsync(path + "/presets", cancellationToken).ConfigureAwait(false), "PTZPreset", "presetName");
        survey.Change("channel", channel, r => r with { Presets = presets });
        if (await survey.AskAsync(path + "/patrols", cancellationToken).ConfigureAwait(false) is { } patrols)
        {
            survey.Change("channel", channel, r => r with { Patrols = Numbers(patrols, "PTZPatrol", "patrolName") });
            survey.AddCapability("channel", channel, Capabilities.Patrol);
        }
        else if (Most(capabilities, "maxPatrolNum") > 0 || survey.Says("isSupportPatrols") == true)
        {
            survey.AddCapability("channel", channel, Capabilities.Patrol);
        }

        if (await survey.AskAsync(path + "/patterns", cancellationToken).ConfigureAwait(false) is { } patterns)
        {
            survey.Change("channel", channel, r => r with { Patterns = Numbers(patterns, "PTZPattern", "patternName") });
            survey.AddCapability("channel", channel, Capabilities.Pattern);
        }
        else if (Most(capabilities, "maxPatternNum") > 0)
        {
            survey.AddCapability("channel", channel, Capabilities.Pattern);
        }

        if (await survey.HasAsync(path + "/auxcontrols", cancellationToken).ConfigureAwait(false) ||
            await survey.HasAsync(path + "/auxcontrol?command=LIGHT_PWRON", cancellationToken).ConfigureAwait(false))
        {
            survey.AddCapability("channel", channel, Capabilities.Auxiliary);
        }
    }

    private static double Most(DeviceElement? capabilities, string name) => DeviceElement.ToNumber(capabilities?.Find(name)?.Text.Trim()) ?? 0;

    private static ImmutableArray<NamedNumber> Numbers(DeviceElement? list, string element, string name) =>
    [
        .. Survey.All(list, element)
            .Where(e => e.BoolOf("enabled") != false && e.IntOf("id") is >= 1 and <= MaxNumber)
            .Select(e => new NamedNumber(e.IntOf("id")!.Value, Survey.Clean(e.TextOf(name))))
            .DistinctBy(n => n.Number).OrderBy(n => n.Number),
    ];
}
