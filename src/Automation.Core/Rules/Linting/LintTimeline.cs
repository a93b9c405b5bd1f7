using System.Collections.Immutable;
using System.Globalization;
using Automation.Core.Calendars;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Lines for <c>replay</c> that bring a rule to the point in question: states its conditions ask for, then what triggers it.</summary>
internal static class LintTimeline
{
    // A plain week without a change of the clocks in any zone of note: Sunday, 15 November 2026.
    private static readonly DateTime Sunday = new(2026, 11, 15, 0, 0, 0, DateTimeKind.Unspecified);

    public static ImmutableArray<string> For(Site site, params ReadOnlySpan<EngineRule> rules)
    {
        var lines = ImmutableArray.CreateBuilder<string>();
        ConditionProof proof = ConditionProof.Of(rules[0].Condition);
        WeekMap week = proof.Week;
        for (int i = 1; i < rules.Length; i++) week = week.And(ConditionProof.Of(rules[i].Condition).Week);
        Trigger? trigger = rules.Length > 1 && Shared(rules[0], rules[1]) is { } both ? both : rules[0].Triggers.IsEmpty ? null : rules[0].Triggers[0];
        DateTime local = Sunday.AddMinutes(Math.Max(week.First, 0));
        if (trigger is ScheduleTrigger scheduled && Instant(scheduled.Schedule, site) is { } instant) local = TimeZoneInfo.ConvertTime(instant, site.TimeZone).DateTime.AddMinutes(-1);
        DateTimeOffset at = Utc(local, site);
        foreach (EngineRule rule in rules)
        {
            foreach ((ResourceAddress resource, string property, DataValue value) in ConditionProof.Of(rule.Condition).Examples) lines.Add(Set(at, resource, property, value));
        }

        Add(lines, trigger, at.AddSeconds(5));
        lines.Add($"{{\"at\":\"{Say(at.AddMinutes(5))}\"}}");
        return lines.ToImmutable();
    }

    // The event that sets off both rules, if there is one.
    private static EventTrigger? Shared(EngineRule one, EngineRule other)
    {
        foreach (EventTrigger mine in one.Triggers.OfType<EventTrigger>())
        {
            foreach (EventTrigger theirs in other.Triggers.OfType<EventTrigger>())
            {
                string? type = mine.Pattern.Events.FirstOrDefault(theirs.Pattern.Events.Contains);
                ResourceAddress source = mine.Pattern.Sources.FirstOrDefault(theirs.Pattern.Sources.Contains);
                if (type is not null && !source.IsEmpty) return mine with { Pattern = mine.Pattern with { Sources = [source], Events = [type] } };
            }
        }

        return null;
    }

    private static void Add(ImmutableArray<string>.Builder lines, Trigger? trigger, DateTimeOffset at)
    {
        switch (trigger)
        {
            case EventTrigger t: Event(lines, t.Pattern, at); break;
            case CountTrigger t:
                for (int i = 0; i < Math.Min(t.Count, 20); i++)
                {
                    Event(lines, t.Pattern, at.AddMilliseconds(200 * i));
                    Event(lines, t.Pattern, at.AddMilliseconds((200 * i) + 100), over: true);
                }

                break;
            case SequenceTrigger t:
                for (int i = 0; i < t.Steps.Length; i++)
                {
                    Event(lines, t.Steps[i], at.AddMilliseconds(200 * i));
                    Event(lines, t.Steps[i], at.AddMilliseconds((200 * i) + 100), over: true);
                }

                break;
            case AbsenceTrigger t:
                Event(lines, t.After, at);
                lines.Add($"{{\"at\":\"{Say(at + t.Within + TimeSpan.FromSeconds(1))}\"}}");
                break;
            case StateTrigger { Sources.Length: > 0 } t:
                if (!t.From.IsEmpty) lines.Add(Set(at, t.Sources[0], t.Property, t.From[0]));
                lines.Add(Set(at.AddSeconds(1), t.Sources[0], t.Property, t.To.IsEmpty ? "changed" : t.To[0]));
                if (t.For > TimeSpan.Zero) lines.Add($"{{\"at\":\"{Say(at + t.For + TimeSpan.FromSeconds(2))}\"}}");
                break;
            case ThresholdTrigger { Sources.Length: > 0 } t:
                double inside = t.Above is { } high ? (t.ClearBelow ?? high) - 1 : (t.ClearAbove ?? t.Below!.Value) + 1;
                lines.Add(Set(at, t.Sources[0], t.Property, inside));
                lines.Add(Set(at.AddSeconds(1), t.Sources[0], t.Property, t.Above is { } above ? above + 1 : t.Below!.Value - 1));
                if (t.For > TimeSpan.Zero) lines.Add($"{{\"at\":\"{Say(at + t.For + TimeSpan.FromSeconds(2))}\"}}");
                break;
        }
    }

    private static void Event(ImmutableArray<string>.Builder lines, EventPattern pattern, DateTimeOffset at, bool over = false)
    {
        if (pattern.Sources.IsEmpty) return;
        string type = pattern.Events[0];
        bool lasts = EventTypes.All[type].Lasts;
        if (over && !lasts) return;
        string data = string.Join(",", pattern.Where.Where(t => t.Comparison == Comparison.In).Select(t => $"{JsonText.Quote(t.Property)}:{Value(t.Values[0])}"));
        string state = !lasts ? "" : over ? ",\"state\":\"inactive\"" : ",\"state\":\"active\"";
        lines.Add($"{{\"at\":\"{Say(at)}\",\"resource\":\"{pattern.Sources[0]}\",\"event\":\"{type}\"{state},\"data\":{{{data}}}}}");
    }

    private static string Set(DateTimeOffset at, ResourceAddress resource, string property, DataValue value) =>
        $"{{\"at\":\"{Say(at)}\",\"resource\":\"{resource}\",\"set\":{{{JsonText.Quote(property)}:{Value(value)}}}}}";

    private static string Value(DataValue value) => value.Kind == DataKind.Text ? JsonText.Quote(value.Text) : value.ToString();

    private static string Say(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture);

    private static DateTimeOffset? Instant(TimeSchedule schedule, Site site) => TimesCompiler.Compile(schedule, site.TimeZone, site.Position).Next(Utc(Sunday, site));

    private static DateTimeOffset Utc(DateTime local, Site site)
    {
        TimeSpan offset = site.TimeZone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset);
    }
}
