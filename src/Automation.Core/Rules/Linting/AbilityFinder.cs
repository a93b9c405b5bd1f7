using System.Collections.Immutable;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Things a device cannot do, as far as the site file tells what it can.</summary>
internal static class AbilityFinder
{
    public static void Find(LintReport report, SiteProgram program)
    {
        var resources = program.Site.Devices.SelectMany(d => d.Resources.Select(r => (Device: d, Resource: r))).ToDictionary(r => r.Resource.Address);
        foreach (EngineRule rule in program.Rules)
        {
            foreach (ActionStep step in rule.Steps.OfType<ActionStep>())
            {
                if (step.OnTrigger) Trigger(report, rule, step);
                ActionTypeInfo type = ActionTypes.All[step.Action];
                foreach (ResourceAddress target in step.Targets)
                {
                    if (resources.TryGetValue(target, out (Device Device, Resource Resource) on) && Lacks(on.Device, on.Resource, type) is { } capability)
                    {
                        report.Add(Codes.DeviceCannot, rule, $"'{target}' cannot do '{step.Action}': it has no {capability}", $"name a channel with the capability {capability}, or correct the site file", LintTimeline.For(report.Site, rule));
                    }
                }
            }
        }
    }

    private static string? Lacks(Device device, Resource resource, ActionTypeInfo type)
    {
        string? needed = Capabilities.NeededFor(type.Name);
        if (needed is null || resource.Capabilities.Contains(needed)) return null;
        if (ActionCheck.Ability(device, resource, type) is not null) return needed;
        // What a device that was described at all does not say of moving is a no; of the rest people seldom write.
        bool described = device.Resources.Any(r => !r.Capabilities.IsEmpty);
        return needed is Capabilities.Ptz or Capabilities.Patrol or Capabilities.Pattern && described && !resource.Capabilities.Contains(Capabilities.Ptz) ? Capabilities.Ptz : null;
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
