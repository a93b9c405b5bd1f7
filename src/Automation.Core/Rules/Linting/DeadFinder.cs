using System.Collections.Immutable;
using Automation.Core.Calendars;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Rules that can never fire.</summary>
internal static class DeadFinder
{
    private static readonly DateTime AnyYear = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Unspecified);

    public static void Find(LintReport report, SiteProgram program)
    {
        var devices = program.Site.Devices.ToDictionary(d => d.Address);
        foreach (EngineRule rule in program.Rules)
        {
            ConditionProof proof = ConditionProof.Of(rule.Condition);
            if (proof.HasScript || HasScript(rule.Steps))
            {
                report.Add(Codes.Opaque, rule, $"'{rule.Id}' has a script: what it reads and does is not known here", "nothing to do; other findings leave the script out", [], severity: FindingSeverity.Info);
            }

            if (proof.Contradiction is { } contradiction)
            {
                report.Add(Codes.NeverTrue, rule, $"'{rule.Id}' can never fire: {contradiction}", "correct the conditions", LintTimeline.For(report.Site, rule));
            }
            else if (proof.Week.IsEmpty)
            {
                report.Add(Codes.NeverOpen, rule, $"'{rule.Id}' can never fire: its schedules are never open at one time", "let the schedules overlap", LintTimeline.For(report.Site, rule));
            }
            else
            {
                Triggers(report, rule, proof, devices);
            }
        }
    }

    private static void Triggers(LintReport report, EngineRule rule, ConditionProof proof, Dictionary<ResourceAddress, Device> devices)
    {
        bool missed = false;
        bool silent = false;
        bool able = false;
        foreach (Trigger trigger in rule.Triggers)
        {
            if (trigger is ScheduleTrigger scheduled && !CanRun(scheduled.Schedule, proof)) missed = true;
            else if (rule.NeedsNotification && Sources(trigger) is { } sources && (sources.IsEmpty || sources.All(s => devices.TryGetValue(s.DeviceAddress, out Device? d) && !d.Notification))) silent = true;
            else able = true;
        }

        if (able || rule.Triggers.IsEmpty) return;
        ImmutableArray<string> timeline = LintTimeline.For(report.Site, rule);
        if (missed) report.Add(Codes.NeverOpen, rule, $"'{rule.Id}' can never fire: its times never fall into its schedule", "let them meet", timeline);
        else if (silent) report.Add(Codes.NeverTriggered, rule, $"'{rule.Id}' can never fire: the notification of its source is off", "set \"notification\": true on the device in the site file", timeline);
    }

    // Null: no resource triggers it.
    private static ImmutableArray<ResourceAddress>? Sources(Trigger trigger) => trigger switch
    {
        EventTrigger t => t.Pattern.Sources,
        StateTrigger t => t.Sources,
        ThresholdTrigger t => t.Sources,
        CountTrigger t => t.Pattern.Sources,
        SequenceTrigger t => t.Steps[^1].Sources,
        AbsenceTrigger t => t.After.Sources,
        _ => null,
    };

    private static bool CanRun(TimeSchedule schedule, ConditionProof proof)
    {
        switch (schedule)
        {
            case WeeklyTimes weekly:
                for (int day = 0; day < 7; day++)
                {
                    foreach (TimeOnly time in weekly.Days[day])
                    {
                        if (proof.Week[(day * 1440) + (time.Hour * 60) + time.Minute]) return true;
                    }
                }

                return false;
            case CronTimes cron:
                return !CronExpression.TryParse(cron.Expression, out CronExpression? expression, out _) || expression.NextLocal(AnyYear) is not null;
            case OnceAt once:
                return proof.Week[((int)once.Local.DayOfWeek * 1440) + (once.Local.Hour * 60) + once.Local.Minute] && !once.Except.Contains(DateOnly.FromDateTime(once.Local));
            default:
                return true;
        }
    }

    private static bool HasScript(ImmutableArray<Step> steps) => steps.Any(s => s switch
    {
        ScriptStep => true,
        IfStep i => HasScript(i.Then) || HasScript(i.Else) || ConditionProof.Of(i.Condition).HasScript,
        RepeatStep r => HasScript(r.Steps),
        WaitStep w => ConditionProof.Of(w.Until).HasScript,
        _ => false,
    });
}
