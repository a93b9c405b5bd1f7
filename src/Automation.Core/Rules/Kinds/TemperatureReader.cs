using System.Collections.Immutable;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Reads <c>temperature</c> (TMP-1…TMP-4): any numeric state with bounds.</summary>
internal static class TemperatureReader
{
    private static readonly string[] Names = [.. RuleHeader.Names, .. RuleHeader.RunNames, "source", "when", "schedule", "conditions", "actions", "pushAlarm", "maskAlarm"];

    public static TemperatureRule? Read(ReadContext context, JsonNode node)
    {
        if (!ObjectReader.TryOpen(context, node, "a temperature rule", Names, out ObjectReader reader)) return null;
        RuleHeader? header = RuleHeader.Read(context, reader);
        ImmutableArray<ResourceAddress> sources = reader.Require("source", "the temperature rule") is { } s ? Selections.Read(context, s, "source", Selections.Wanted.Anything) : [];
        ThresholdTrigger? when = null;
        if (reader.Require("when", "the temperature rule") is { } w && ObjectReader.TryOpen(context, w, "'when'", ThresholdReader.Names, out ObjectReader bounds)) when = ThresholdReader.Read(context, bounds, sources);
        WeeklyWindows? schedule = ScheduleReader.Windows(context, reader.Find("schedule"), "schedule");
        Condition? conditions = ConditionReader.Read(context, reader.Find("conditions"));
        RunPolicy run = RuleHeader.Run(reader);
        bool push = reader.Flag("pushAlarm", false);
        bool mask = reader.Flag("maskAlarm", false);
        var steps = new StepReader(context, sources.Select(SiteIndex.KindOf).ToHashSet(StringComparer.Ordinal));
        JsonNode? list = push || mask ? reader.Find("actions") : reader.Require("actions", "the temperature rule");
        ImmutableArray<Step> actions = steps.Read(list, "actions");
        if (header is null || when is null) return null;
        return new TemperatureRule
        {
            Id = header.Id, Name = header.Name, Enabled = header.Enabled, Description = header.Description,
            When = when, Schedule = schedule, Conditions = conditions, Actions = actions, PushAlarm = push, MaskAlarm = mask, Run = run,
        };
    }
}
