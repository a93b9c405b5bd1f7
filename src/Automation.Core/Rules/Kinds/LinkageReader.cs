using System.Collections.Immutable;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Reads <c>linkage</c> and checks what concerns one rule (LNK-5, LNK-7…LNK-10).</summary>
internal static class LinkageReader
{
    public const int MaxActions = 128;
    public const int MaxResources = 10;
    private static readonly string[] Names = [.. RuleHeader.Names, .. RuleHeader.RunNames, "source", "event", "on", "where", "schedule", "conditions", "actions"];

    /// <param name="actions">The device actions with their places, for the checks across rules.</param>
    public static LinkageRule? Read(ReadContext context, JsonNode node, out List<(ActionStep Step, JsonNode At)> actions)
    {
        actions = [];
        if (!ObjectReader.TryOpen(context, node, "a linkage rule", Names, out ObjectReader reader)) return null;
        RuleHeader? header = RuleHeader.Read(context, reader);
        EventPattern? pattern = EventReader.Pattern(context, reader, "the linkage rule");
        EventPhases on = EventReader.On(context, reader);
        WeeklyWindows? schedule = ScheduleReader.Windows(context, reader.Find("schedule"), "schedule");
        Condition? conditions = ConditionReader.Read(context, reader.Find("conditions"));
        RunPolicy run = RuleHeader.Run(reader);
        // LNK-5: the source is never its own target, so $trigger has no use here.
        var steps = new StepReader(context, triggerKinds: null);
        ImmutableArray<Step> read = reader.Require("actions", "the linkage rule") is { } list ? steps.Read(list, "actions") : [];
        actions = steps.Actions;
        if (pattern is not null) Check(context, reader, pattern, actions);
        if (header is null || pattern is null) return null;
        return new LinkageRule { Id = header.Id, Name = header.Name, Enabled = header.Enabled, Description = header.Description, Source = pattern, On = on, Schedule = schedule, Conditions = conditions, Actions = read, Run = run };
    }

    private static void Check(ReadContext context, ObjectReader reader, EventPattern pattern, List<(ActionStep Step, JsonNode At)> actions)
    {
        var sources = pattern.Sources.ToHashSet();
        var linked = new HashSet<ResourceAddress>();
        int count = 0;
        bool told = false;
        foreach ((ActionStep step, JsonNode at) in actions)
        {
            count += step.Targets.Length;
            foreach (ResourceAddress target in step.Targets)
            {
                if (sources.Contains(target)) context.Error(Codes.SourceIsTarget, StepReader.Place(at, target), $"'{target}' is both the source and a linked resource", "link another resource");
                linked.Add(target);
                if (linked.Count <= MaxResources || told) continue;
                told = true;
                context.Error(Codes.LinkedResourceCount, StepReader.Place(at, target), $"the rule links more than {MaxResources} resources", "split it into several rules");
            }

            Device(context, at, step, sources);
        }

        if (count > MaxActions) context.Error(Codes.LinkageActionCount, reader.Find("actions")!, $"the rule has {count} linkage actions, more than {MaxActions}", "split it into several rules");
        if (reader.Find("source") is { } sourceNode)
        {
            foreach (Device? device in sources.Select(context.Site.DeviceOf).Distinct()) Usable(context, sourceNode, device, "a source");
        }
    }

    private static void Device(ReadContext context, JsonNode at, ActionStep step, HashSet<ResourceAddress> sources)
    {
        var seen = new HashSet<ResourceAddress>();
        foreach (ResourceAddress target in step.Targets)
        {
            if (context.Site.DeviceOf(target) is not { } device || !seen.Add(device.Address)) continue;
            JsonNode place = StepReader.Place(at, target);
            Usable(context, place, device, "a linked resource");
            if (step.Action == "capture" && device.AddedBy == "p2p" && sources.Any(s => context.Site.DeviceOf(s) is { AddedBy: "ip-domain" }))
            {
                context.Error(Codes.CaptureOverP2p, place, $"'{device.Address}' was added by P2P and the source by IP or domain: it cannot capture", "use record, or another camera");
            }
        }
    }

    private static readonly ImmutableArray<string> Encoding = ["camera", "nvr", "dvr", "thermal-camera", "people-counting-camera", "temperature-screening-camera"];

    private static void Usable(ReadContext context, JsonNode at, Device? device, string role)
    {
        if (device is null) return;
        if (device.AddedBy == "proxied" && Encoding.Contains(device.Kind))
        {
            context.Error(Codes.ProxiedDevice, at, $"'{device.Address}' is reached by proxy and takes no linkage", "use another device, or add this one directly");
        }

        if (device.En50131Compliant && !device.Authenticated)
        {
            context.Error(Codes.PanelNotAuthenticated, at, $"'{device.Address}' is in EN50131 mode and not authenticated, so it cannot be {role}", "authenticate it and set \"authenticated\": true in the site file");
        }
    }
}
