using System.Collections.Immutable;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>What a condition demands for certain: minutes of the week, and values of states and event data. Parts that cannot be told apart (any, not, scripts) demand nothing.</summary>
internal sealed class ConditionProof
{
    private readonly Dictionary<(ResourceAddress Resource, string Property), Demand> _demands = [];
    private readonly Dictionary<string, bool> _rules = new(StringComparer.Ordinal);

    /// <summary>When it may hold.</summary>
    public WeekMap Week { get; private set; } = WeekMap.Always();

    /// <summary>Whether a schedule takes part.</summary>
    public bool HasWeek { get; private set; }

    /// <summary>Two demands that no value meets, in words; null when none was found.</summary>
    public string? Contradiction { get; private set; }

    public bool HasScript { get; private set; }

    /// <summary>The states it asks for and a value that meets each.</summary>
    public IEnumerable<(ResourceAddress Resource, string Property, DataValue Value)> Examples
    {
        get
        {
            foreach (((ResourceAddress resource, string property), Demand demand) in _demands)
            {
                if (!resource.IsEmpty && demand.Example is { } value) yield return (resource, property, value);
            }
        }
    }

    public static ConditionProof Of(Condition? condition)
    {
        var proof = new ConditionProof();
        if (condition is not null) proof.Add(condition);
        return proof;
    }

    /// <summary>Whether both can hold at one instant, as far as can be told.</summary>
    public bool CanMeet(ConditionProof other)
    {
        if (!Week.Overlaps(other.Week)) return false;
        foreach ((var key, Demand demand) in _demands)
        {
            // What an event carries is not what another event carries; states are the same for both.
            if (other._demands.TryGetValue(key, out Demand? theirs) && demand.And(theirs) is { Possible: false }) return false;
        }

        foreach ((string rule, bool enabled) in _rules)
        {
            if (other._rules.TryGetValue(rule, out bool theirs) && theirs != enabled) return false;
        }

        return true;
    }

    private void Add(Condition condition)
    {
        switch (condition)
        {
            case AllOf all:
                foreach (Condition part in all.Conditions) Add(part);
                break;
            case AnyOf { Conditions.Length: 1 } any:
                Add(any.Conditions[0]);
                break;
            case AnyOf any when any.Conditions.All(c => c is ScheduleCondition):
                WeekMap union = any.Conditions.Select(c => WeekMap.Of(((ScheduleCondition)c).Windows)?.Not() ?? WeekMap.Always().Not()).Aggregate((a, b) => a.And(b)).Not();
                Restrict(union);
                break;
            case ScheduleCondition schedule:
                if (WeekMap.Of(schedule.Windows) is { } week) Restrict(week);
                break;
            case NotCondition { Inner: ScheduleCondition inner } when inner.Windows.Except.IsEmpty && WeekMap.Of(inner.Windows) is { } closed:
                Restrict(closed.Not());
                break;
            case StateCondition state: Demanded(state.Resource, state.Test); break;
            case EventDataCondition data: Demanded(default, data.Test); break;
            case RuleEnabledCondition rule:
                if (!_rules.TryAdd(rule.Rule, rule.Enabled) && _rules[rule.Rule] != rule.Enabled) Contradiction ??= $"the rule '{rule.Rule}' cannot be on and off at once";
                break;
            default:
                HasScript |= Opaque(condition);
                break;
        }
    }

    private static bool Opaque(Condition condition) => condition switch
    {
        ScriptCondition => true,
        AnyOf any => any.Conditions.Any(Opaque),
        AllOf all => all.Conditions.Any(Opaque),
        NotCondition not => Opaque(not.Inner),
        _ => false,
    };

    private void Restrict(WeekMap week)
    {
        HasWeek = true;
        Week = Week.And(week);
    }

    private void Demanded(ResourceAddress resource, DataTest test)
    {
        var demand = Demand.Of(test);
        var key = (resource, test.Property);
        if (_demands.TryGetValue(key, out Demand? known)) demand = known.And(demand);
        _demands[key] = demand;
        if (demand.Possible) return;
        string what = resource.IsEmpty ? $"'{test.Property}' of the event" : $"'{test.Property}' of '{resource}'";
        Contradiction ??= $"no value of {what} meets all the conditions";
    }

    /// <summary>The values that are left: some, or all but some, within bounds.</summary>
    private sealed record Demand(ImmutableHashSet<DataValue>? Only, ImmutableHashSet<DataValue> Never, double Low, bool LowIn, double High, bool HighIn)
    {
        private static readonly Demand Anything = new(null, [], double.NegativeInfinity, true, double.PositiveInfinity, true);

        public bool Possible => Only is null ? Low < High || (Low == High && LowIn && HighIn) : Only.Any(Fits);

        public DataValue? Example
        {
            get
            {
                if (Only is not null) return Only.Where(Fits).OrderBy(v => v.ToString(), StringComparer.Ordinal).Cast<DataValue?>().FirstOrDefault();
                if (double.IsFinite(Low)) return double.IsFinite(High) ? (Low + High) / 2 : Low + 1;
                return double.IsFinite(High) ? High - 1 : null;
            }
        }

        public static Demand Of(DataTest test) => test.Comparison switch
        {
            Comparison.In => Anything with { Only = [.. test.Values] },
            Comparison.NotIn => Anything with { Never = [.. test.Values] },
            Comparison.Above => Anything with { Low = test.Values[0].Number, LowIn = false },
            Comparison.AtLeast => Anything with { Low = test.Values[0].Number },
            Comparison.Below => Anything with { High = test.Values[0].Number, HighIn = false },
            _ => Anything with { High = test.Values[0].Number },
        };

        public Demand And(Demand other)
        {
            bool low = other.Low > Low || (other.Low == Low && !other.LowIn);
            bool high = other.High < High || (other.High == High && !other.HighIn);
            return new Demand(
                Only is null ? other.Only : other.Only is null ? Only : Only.Intersect(other.Only), Never.Union(other.Never),
                low ? other.Low : Low, low ? other.LowIn : LowIn, high ? other.High : High, high ? other.HighIn : HighIn);
        }

        private bool Fits(DataValue value)
        {
            if (Never.Contains(value)) return false;
            bool bounded = double.IsFinite(Low) || double.IsFinite(High);
            if (!bounded) return true;
            double number = value.Number;
            return (number > Low || (LowIn && number == Low)) && (number < High || (HighIn && number == High));
        }
    }
}
