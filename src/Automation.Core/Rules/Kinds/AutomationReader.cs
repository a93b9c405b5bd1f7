using System.Collections.Immutable;
using Automation.Core.Compilation.Form;

namespace Automation.Core.Rules;

/// <summary>Reads <c>automation</c>: the internal form, written out.</summary>
internal static class AutomationReader
{
    private static readonly string[] Names = [.. RuleHeader.Names, .. RuleHeader.RunNames, "triggers", "conditions", "schedule", "actions"];

    public static AutomationRule? Read(ReadContext context, JsonNode node)
    {
        if (!ObjectReader.TryOpen(context, node, "an automation rule", Names, out ObjectReader reader)) return null;
        RuleHeader? header = RuleHeader.Read(context, reader);
        var triggers = ImmutableArray.CreateBuilder<Trigger>();
        bool complete = true;
        if (reader.Require("triggers", "the automation rule") is { } list)
        {
            foreach (JsonNode item in Values.List(context, list, "triggers", 1, 64) ?? [])
            {
                if (TriggerReader.Read(context, item) is { } trigger) triggers.Add(trigger);
                else complete = false;
            }
        }

        ImmutableArray<Trigger> read = triggers.ToImmutable();
        Condition? conditions = ConditionReader.Read(context, reader.Find("conditions"));
        RunPolicy run = RuleHeader.Run(reader);
        IReadOnlySet<string>? kinds = complete ? TriggerReader.Kinds(read) : new HashSet<string>();
        ImmutableArray<Step> actions = reader.Require("actions", "the automation rule") is { } a ? new StepReader(context, kinds).Read(a, "actions") : [];
        Compilation.Form.WeeklyWindows? schedule = ScheduleReader.Windows(context, reader.Find("schedule"), "schedule");
        if (header is null) return null;
        return new AutomationRule
        {
            Id = header.Id, Name = header.Name, Enabled = header.Enabled, Description = header.Description,
            Triggers = read, Conditions = conditions, Schedule = schedule, Actions = actions, Run = run,
        };
    }
}
