using System.Collections.Immutable;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Things a device cannot do, as far as the site file tells what it can.</summary>
internal static class AbilityFinder
{
    private static readonly ImmutableArray<string> Ptz = ["callPreset", "callPatrol", "callPattern", "goHome", "movePtz"];

    public static void Find(LintReport report, SiteProgram program)
    {
        var resources = new Dictionary<ResourceAddress, Resource>();
        var described = new HashSet<ResourceAddress>();
        foreach (Device device in program.Site.Devices)
        {
            foreach (Resource resource in device.Resources)
            {
                resources[resource.Address] = resource;
                // A device of which no channel names a capability was not described; nothing is said of it.
                if (!resource.Capabilities.IsEmpty) described.Add(device.Address);
            }
        }

        foreach (EngineRule rule in program.Rules)
        {
            foreach (ActionStep step in rule.Steps.OfType<ActionStep>())
            {
                if (step.OnTrigger) Trigger(report, rule, step);
                if (!Ptz.Contains(step.Action)) continue;
                foreach (ResourceAddress target in step.Targets)
                {
                    if (!described.Contains(target.DeviceAddress) || !resources.TryGetValue(target, out Resource? channel) || channel.Capabilities.Contains("ptz")) continue;
                    report.Add(Codes.DeviceCannot, rule, $"'{target}' cannot do '{step.Action}': it has no PTZ", "name a channel with the capability ptz, or correct the site file", LintTimeline.For(report.Site, rule));
                }
            }
        }
    }

    // Of several triggers some may bring a resource that cannot do the action; then it is left out.
    private static void Trigger(LintReport report, EngineRule rule, ActionStep step)
    {
        ImmutableArray<string> kinds = ActionTypes.All[step.Action].Kinds;
        foreach (Trigger trigger in rule.Triggers)
        {
            IReadOnlySet<string>? brought = TriggerReader.Kinds([trigger]);
            if (brought is { Count: 0 } || brought?.Any(kinds.Contains) == true) continue;
            string what = brought is null ? "a trigger that is no resource" : "a trigger of kind " + string.Join(" or ", brought.Order(StringComparer.Ordinal));
            report.Add(Codes.TriggerCannot, rule, $"'{rule.Id}' does '{step.Action}' on what triggers it, and {what} cannot", "nothing to do if the action may be left out then; otherwise split the rule", [], severity: FindingSeverity.Info);
            return;
        }
    }
}
