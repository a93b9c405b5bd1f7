using System.Collections.Immutable;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;
using Automation.Core.Rules;

namespace Automation.Core.Compilation.Lowering;

/// <summary>Schedules: instants of the calendar as triggers. No device is the source, so no notification switch is asked.</summary>
internal static class ScheduleLowering
{
    // An arming missed while the process was down is made up for within the hour; one of last night is not.
    private static readonly MissedRuns MadeUpFor = new(MissedPolicy.Latest, TimeSpan.FromHours(1));

    public static IEnumerable<EngineRule> Lower(ScheduleRule rule)
    {
        ImmutableArray<TimeSchedule> at = rule.During is { } during ? [Edges(during, starts: true)] : rule.At;
        yield return RuleLowering.Start(rule, rule.Run) with
        {
            Triggers = [.. at.Select(t => new ScheduleTrigger(t, rule.Missed))], Condition = rule.Conditions, Steps = rule.Actions, NeedsNotification = false,
        };
        if (rule.During is null || rule.EndActions.IsEmpty) yield break;
        yield return RuleLowering.Part(rule, "end", rule.Run) with
        {
            Triggers = [new ScheduleTrigger(Edges(rule.During, starts: false), rule.Missed)],
            Condition = Conditions.All(RuleLowering.SwitchedOn(rule), rule.Conditions),
            Steps = rule.EndActions,
            NeedsNotification = false,
        };
    }

    public static IEnumerable<EngineRule> Lower(ArmingScheduleRule rule, Site site)
    {
        bool first = true;
        if (rule.AutoArm is { } arm)
        {
            EngineRule start = Timed(rule, "arm", arm, first);
            first = false;
            yield return start with { Steps = [Act("arm", rule.Areas, DataObject.Of(("mode", rule.Mode)))] };
        }

        if (rule.AutoDisarm is { } disarm)
        {
            EngineRule start = Timed(rule, "disarm", disarm, first);
            first = false;
            yield return start with { Steps = [Act("disarm", rule.Areas, DataObject.Empty)] };
        }

        if (rule.LateToDisarm is not { } late) yield break;
        EngineRule reminder = Timed(rule, "late", late, first);
        ImmutableArray<Condition> armed = [.. rule.Areas.Select(Armed)];
        Condition any = armed.Length == 1 ? armed[0] : new AnyOf(armed);
        yield return reminder with
        {
            Condition = Conditions.All(reminder.Condition, any),
            Steps = [.. rule.Areas.Select((area, i) => new IfStep(armed[i], [RuleLowering.Push($"{rule.Name}: {NameOf(area, site)} is still armed")], []))],
        };
    }

    private static EngineRule Timed(ArmingScheduleRule rule, string part, TimeOnly time, bool first)
    {
        ImmutableArray<TimeOnly> once = [time];
        var days = ImmutableArray.CreateBuilder<ImmutableArray<TimeOnly>>(7);
        for (DayOfWeek day = DayOfWeek.Sunday; day <= DayOfWeek.Saturday; day++)
        {
            bool weekend = day is DayOfWeek.Saturday or DayOfWeek.Sunday;
            days.Add(rule.WeekendException && weekend ? [] : once);
        }

        var trigger = new ScheduleTrigger(new WeeklyTimes(days.ToImmutable()) { Except = rule.HolidayException }, MadeUpFor);
        EngineRule start = first ? RuleLowering.Start(rule, RunPolicy.Default) : RuleLowering.Part(rule, part, RunPolicy.Default);
        return start with { Triggers = [trigger], Condition = first ? null : RuleLowering.SwitchedOn(rule), NeedsNotification = false };
    }

    private static ActionStep Act(string action, ImmutableArray<ResourceAddress> targets, DataObject parameters) => new(action, targets, false, parameters, null);

    private static StateCondition Armed(ResourceAddress area) => new(area, new DataTest("arming", Comparison.In, ["away", "stay"]));

    private static string NameOf(ResourceAddress address, Site site)
    {
        string? name = site.Devices.SelectMany(d => d.Resources).FirstOrDefault(r => r.Address == address)?.Name;
        return string.IsNullOrEmpty(name) ? address.Value : name;
    }

    // The starts or the ends of the windows as times of day; an end of 24:00, or over midnight, falls on the next day.
    private static WeeklyTimes Edges(WeeklyWindows windows, bool starts)
    {
        var days = new SortedSet<TimeOnly>[7];
        for (int day = 0; day < 7; day++)
        {
            foreach (DayRange range in windows.Days[day])
            {
                bool nextDay = !starts && (range.EndMinute == 1440 || range.EndMinute <= range.StartMinute);
                int minute = starts ? range.StartMinute : range.EndMinute % 1440;
                (days[(day + (nextDay ? 1 : 0)) % 7] ??= []).Add(TimeOnly.MinValue.AddMinutes(minute));
            }
        }

        return new WeeklyTimes([.. days.Select(d => d is null ? ImmutableArray<TimeOnly>.Empty : [.. d])]) { Except = windows.Except };
    }
}
