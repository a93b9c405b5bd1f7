using System.Collections.Immutable;
using System.Globalization;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Compilation;

internal sealed partial class ImageCompiler
{
    /// <returns>The trigger as a person reads it.</returns>
    private string CompileTrigger(Trigger trigger, int rule, int number)
    {
        switch (trigger)
        {
            case EventTrigger e:
                Post(e.Pattern, rule, number, PostingKind.Fire, e.On, 0);
                return string.Join(", ", e.Pattern.Events);
            case StateTrigger s:
                foreach (ResourceAddress source in s.Sources) _stateWatches.Add(new StateWatch(ResourceOf(source), rule, number, s, _stateWatches.Count));
                return LabelOf(s);
            case ThresholdTrigger t:
                foreach (ResourceAddress source in t.Sources) _thresholdWatches.Add(new ThresholdWatch(ResourceOf(source), rule, number, t, _thresholdWatches.Count));
                return LabelOf(t);
            case SequenceTrigger q:
                for (int i = 0; i < q.Steps.Length; i++) Post(q.Steps[i], rule, _temporals.Count, PostingKind.SequenceStep, EventPhases.Begin, i);
                _temporals.Add(new TemporalTrigger(rule, number, PostingKind.SequenceStep, q.Steps.Length, q.Within.Ticks));
                return "sequence " + string.Join(", ", q.Steps.Select(p => string.Join("|", p.Events)));
            case CountTrigger c:
                Post(c.Pattern, rule, _temporals.Count, PostingKind.Count, EventPhases.Begin, 0);
                _temporals.Add(new TemporalTrigger(rule, number, PostingKind.Count, c.Count, c.Within.Ticks));
                return string.Create(CultureInfo.InvariantCulture, $"{c.Count} x {string.Join("|", c.Pattern.Events)} within {c.Within}");
            case AbsenceTrigger a:
                Post(a.Expected, rule, _temporals.Count, PostingKind.AbsenceExpected, EventPhases.Begin, 0);
                Post(a.After, rule, _temporals.Count, PostingKind.AbsenceAfter, EventPhases.Begin, 0);
                _temporals.Add(new TemporalTrigger(rule, number, PostingKind.AbsenceAfter, 1, a.Within.Ticks));
                return string.Create(CultureInfo.InvariantCulture, $"no {string.Join("|", a.Expected.Events)} within {a.Within} after {string.Join("|", a.After.Events)}");
            case ScheduleTrigger s:
                _schedules.Add(new ScheduleWatch(rule, number, s));
                return "schedule";
            case RuleFiredTrigger f:
                // A rule that is not there (any more) never fires; its follower stays valid.
                if (_numbers.TryGetValue(f.Rule, out int watched) && !FollowersOf(watched).Contains(rule)) FollowersOf(watched).Add(rule);
                return "rule " + f.Rule;
            case StartupTrigger:
                // The same trigger twice is still one occurrence.
                if (_startups.Count == 0 || _startups[^1] != rule) _startups.Add(rule);
                return "startup";
            default:
                throw new ArgumentException($"The engine does not know the trigger {trigger.GetType().Name}.", nameof(trigger));
        }
    }

    private List<int> FollowersOf(int rule)
    {
        if (!_followers.TryGetValue(rule, out List<int>? followers)) _followers.Add(rule, followers = []);
        return followers;
    }

    private void Post(EventPattern pattern, int rule, int trigger, PostingKind kind, EventPhases phases, int step)
    {
        int where = 0;
        if (pattern.Where.Length > 0)
        {
            where = _wheres.Count;
            _wheres.Add([.. pattern.Where.Select(t => new CompiledTest(t))]);
        }

        foreach (ResourceAddress source in pattern.Sources)
        {
            int resource = ResourceOf(source);
            foreach (string type in pattern.Events)
            {
                _postings.Add((resource, new Posting
                {
                    Rule = rule, Trigger = trigger, Where = where, Type = (ushort)TypeOf(type), Step = (ushort)step, Phases = phases, Kind = kind,
                }));
            }
        }
    }

    private static string LabelOf(StateTrigger trigger)
    {
        string to = trigger.To.IsEmpty ? "changed" : "is " + string.Join("|", trigger.To);
        return trigger.For > TimeSpan.Zero ? $"{trigger.Property} {to} for {trigger.For:c}" : $"{trigger.Property} {to}";
    }

    private static string LabelOf(ThresholdTrigger trigger)
    {
        string text = trigger.Property;
        if (trigger.RatePer > TimeSpan.Zero) text += $" change within {trigger.RatePer:c}";
        if (trigger.Above is { } above) text += string.Create(CultureInfo.InvariantCulture, $" above {above}");
        if (trigger is { Above: not null, Below: not null }) text += " or";
        if (trigger.Below is { } below) text += string.Create(CultureInfo.InvariantCulture, $" below {below}");
        return text;
    }
}
