using System.Collections.Immutable;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Reads <c>schedule</c> (SCH-1, SCH-3, SCH-4) and <c>armingSchedule</c> (SCH-2).</summary>
internal static class ScheduleRuleReader
{
    private const int MaxSpansADay = 10;
    private const int MaxHolidayGroups = 6;
    private static readonly string[] Names = [.. RuleHeader.Names, .. RuleHeader.RunNames, "at", "during", "except", "missed", "conditions", "actions", "endActions"];
    private static readonly string[] ArmingNames = [.. RuleHeader.Names, "areas", "autoArm", "mode", "autoDisarm", "lateToDisarm", "weekendException", "holidayException"];

    public static ScheduleRule? Read(ReadContext context, JsonNode node)
    {
        if (!ObjectReader.TryOpen(context, node, "a schedule rule", Names, out ObjectReader reader)) return null;
        RuleHeader? header = RuleHeader.Read(context, reader);
        ImmutableSortedSet<DateOnly> except = reader.Find("except") is { } e ? ScheduleReader.Calendars(context, e, "except", 16) : [];
        ImmutableArray<TimeSchedule> at = [];
        WeeklyWindows? during = null;
        if (reader.Find("during") is { } spans)
        {
            if (reader.Find("at") is { } both) context.Error(Codes.Ambiguous, both, "the rule has both 'at' and 'during'", "keep one: 'at' for instants, 'during' for spans");
            during = Spans(context, spans, except);
        }
        else if (reader.Require("at", "the schedule rule") is { } instants)
        {
            at = ScheduleReader.Instants(context, instants, "at", except);
        }

        MissedRuns missed = TriggerReader.Missed(context, reader.Find("missed"));
        Condition? conditions = ConditionReader.Read(context, reader.Find("conditions"));
        RunPolicy run = RuleHeader.Run(reader);
        var steps = new StepReader(context, triggerKinds: null);
        ImmutableArray<Step> actions = reader.Require("actions", "the schedule rule") is { } list ? steps.Read(list, "actions") : [];
        if (reader.Find("endActions") is { } end && reader.Find("during") is null) context.Findings.AtName(Codes.Ambiguous, end, "'endActions' belong to spans, and the rule has no 'during'", "replace 'at' by 'during', or remove them");
        ImmutableArray<Step> endActions = steps.Read(reader.Find("endActions"), "endActions");
        if (header is null) return null;
        return new ScheduleRule
        {
            Id = header.Id, Name = header.Name, Enabled = header.Enabled, Description = header.Description,
            At = at, During = during, Missed = missed, Conditions = conditions, Actions = actions, EndActions = endActions, Run = run,
        };
    }

    public static ArmingScheduleRule? ReadArming(ReadContext context, JsonNode node)
    {
        if (!ObjectReader.TryOpen(context, node, "an arming schedule", ArmingNames, out ObjectReader reader)) return null;
        RuleHeader? header = RuleHeader.Read(context, reader);
        var wanted = new Selections.Wanted(["area"], Codes.ActionNotOnResource, "cannot be armed as an area");
        ImmutableArray<ResourceAddress> areas = reader.Require("areas", "the arming schedule") is { } a ? Selections.Read(context, a, "areas", wanted) : [];
        TimeOnly? arm = reader.Time("autoArm");
        TimeOnly? disarm = reader.Time("autoDisarm");
        TimeOnly? late = reader.Time("lateToDisarm");
        if (arm is not null && arm == disarm) context.Error(Codes.ArmEqualsDisarm, reader.Find("autoDisarm")!, "the times to arm and to disarm are the same", "choose another time for one of them");
        if (!node.Has("autoArm") && !node.Has("autoDisarm") && !node.Has("lateToDisarm")) context.Error(Codes.NoArmingTime, node, "the arming schedule names no time", "add \"autoArm\", \"autoDisarm\" or \"lateToDisarm\"");
        // Single dates are no groups.
        if (reader.Find("holidayException") is { Kind: JsonKind.Array } groups && groups.Children.Count(c => !ScheduleReader.IsDate(c.Text)) is var count and > MaxHolidayGroups)
        {
            context.Error(Codes.HolidayGroupCount, groups, $"the rule names {count} holiday groups", $"name at most {MaxHolidayGroups}");
        }

        ImmutableSortedSet<DateOnly> holidays = reader.Find("holidayException") is { } h ? ScheduleReader.Calendars(context, h, "holidayException", MaxHolidayGroups) : [];
        string mode = reader.Choice("mode", ["away", "stay"]) ?? "away";
        bool weekend = reader.Flag("weekendException", false);
        if (header is null) return null;
        return new ArmingScheduleRule
        {
            Id = header.Id, Name = header.Name, Enabled = header.Enabled, Description = header.Description,
            Areas = areas, AutoArm = arm, Mode = mode, AutoDisarm = disarm, LateToDisarm = late, WeekendException = weekend, HolidayException = holidays,
        };
    }

    private static WeeklyWindows? Spans(ReadContext context, JsonNode node, ImmutableSortedSet<DateOnly> except)
    {
        WeeklyWindows? windows = ScheduleReader.Windows(context, node, "during");
        if (windows is null)
        {
            if (node.Kind == JsonKind.Text && node.Text == "allDays") context.Error(Codes.NotAChoice, node, "a span of all days never begins or ends", "write { \"weekly\": { \"mon-fri\": [\"08:00-18:00\"] } }");
            return null;
        }

        int most = windows.Days.Max(d => d.Length);
        if (most > MaxSpansADay) context.Error(Codes.SpanCount, node, $"a day has {most} spans", $"write at most {MaxSpansADay} a day");
        return except.IsEmpty ? windows : windows with { Except = windows.Except.Union(except) };
    }
}
