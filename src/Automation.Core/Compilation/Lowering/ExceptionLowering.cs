using System.Collections.Immutable;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;
using Automation.Core.Rules;

namespace Automation.Core.Compilation.Lowering;

/// <summary>Exceptions: one engine rule for each type, because a step that raises an exception names its type.</summary>
internal static class ExceptionLowering
{
    // Disks and ports have events of their own; a rule on their device means them too.
    private static readonly string[] PartsOfDevice = ["hdd", "port"];

    public static IEnumerable<EngineRule> Lower(ExceptionRule rule, Site site)
    {
        bool first = true;
        foreach (WatchedException watched in rule.Exceptions)
        {
            EngineRule start = first ? RuleLowering.Start(rule, RunPolicy.Default) : RuleLowering.Part(rule, watched.Type, RunPolicy.Default);
            yield return start with
            {
                Key = RunKey.Resource,
                Triggers = [Trigger(watched, site)],

                // Noticed at all times; the schedule says when people are told (EXC-4), which is not the engine's to do.
                Condition = first ? null : RuleLowering.SwitchedOn(rule),
                Steps = [new RaiseExceptionStep(watched.Type, rule.ReceivedBy, rule.Recipients)],
            };
            first = false;
        }
    }

    private static Trigger Trigger(WatchedException watched, Site site)
    {
        if (watched.Type == "offline") return new StateTrigger(watched.Sources, "online", [], [false], watched.After, HoldPolicy.AssumeHeld);
        ImmutableArray<string> kinds = EventTypes.All[watched.Type].Kinds;
        var sources = new List<ResourceAddress>();
        foreach (ResourceAddress source in watched.Sources)
        {
            sources.Add(source);
            if (!source.IsDevice || site.Devices.FirstOrDefault(d => d.Address == source) is not { } device) continue;
            sources.AddRange(device.Resources.Where(r => PartsOfDevice.Contains(r.Kind) && kinds.Contains(r.Kind)).Select(r => r.Address));
        }

        return new EventTrigger(new EventPattern { Sources = [.. sources.Distinct()], Events = [watched.Type] }, EventPhases.Begin);
    }
}
