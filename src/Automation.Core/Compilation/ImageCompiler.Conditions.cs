using System.Collections.Immutable;
using System.Numerics;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Compilation;

internal sealed partial class ImageCompiler
{
    private readonly List<BitInfo> _bits = [];
    private readonly List<StateBit> _stateBits = [];
    private readonly Dictionary<StateCondition, int> _stateNumbers = new(StateComparer.Instance);
    private readonly Dictionary<RuleEnabledCondition, int> _toggleNumbers = [];
    private readonly Dictionary<int, List<(int Bit, bool Enabled)>> _toggleBits = [];
    private readonly Dictionary<WeeklyWindows, int> _windowNumbers = new(WindowsComparer.Instance);
    private readonly List<NeedSet> _needSets = [default];
    private readonly Dictionary<NeedSet, int> _needNumbers = new() { [default] = 0 };
    private readonly List<NotificationWindow> _notifications = [];
    private WindowSet _windows = new([]);

    private readonly record struct Needs((int Word, ulong Mask)[] More, Expression[] Residuals, Condition[] Forms);

    /// <summary>Windows get the first bits, so that a new minute writes whole words.</summary>
    private void CollectWindows(IEnumerable<EngineRule> rules)
    {
        var windows = new List<WeeklyWindows>();
        foreach (EngineRule rule in rules)
        {
            Collect(rule.Condition, windows);
            CollectSteps(rule.Steps, windows);
        }

        foreach (Device device in _program.Site.Devices)
        {
            if (device.NotificationSchedule is not { } schedule) continue;
            if (_windowNumbers.TryAdd(schedule, windows.Count)) windows.Add(schedule);
            _notifications.Add(new NotificationWindow(ResourceOf(device.Address), _windowNumbers[schedule]));
        }

        _windows = new WindowSet(windows);
        for (int i = 0; i < _windows.Words * 64; i++) _bits.Add(i < windows.Count ? new BitInfo(BitKind.Window, i, null, null) : default);
    }

    private void CollectSteps(ImmutableArray<Step> steps, List<WeeklyWindows> windows)
    {
        foreach (Step step in steps)
        {
            switch (step)
            {
                case WaitStep w:
                    Collect(w.Until, windows);
                    break;
                case IfStep i:
                    Collect(i.Condition, windows);
                    CollectSteps(i.Then, windows);
                    CollectSteps(i.Else, windows);
                    break;
                case RepeatStep r:
                    CollectSteps(r.Steps, windows);
                    break;
            }
        }
    }

    private void Collect(Condition? condition, List<WeeklyWindows> windows)
    {
        switch (condition)
        {
            case ScheduleCondition s:
                if (_windowNumbers.TryAdd(s.Windows, windows.Count)) windows.Add(s.Windows);
                break;
            case AllOf all:
                foreach (Condition part in all.Conditions) Collect(part, windows);
                break;
            case AnyOf any:
                foreach (Condition part in any.Conditions) Collect(part, windows);
                break;
            case NotCondition not:
                Collect(not.Inner, windows);
                break;
        }
    }

    /// <summary>What the condition needs: bits in the first two words it meets, other words, and what is no bit.</summary>
    private Needs CompileNeeds(Condition? condition, ref RuleRow row)
    {
        if (condition is null) return new Needs([], [], []);
        var bits = new List<int>();
        var residuals = new List<Expression>();
        var forms = new List<Condition>();
        Flatten(condition, bits, residuals, forms);
        var more = new List<(int Word, ulong Mask)>();
        var needs = default(NeedSet);
        int used = 0;
        foreach (IGrouping<int, int> word in bits.Distinct().GroupBy(b => b >> 6).OrderBy(g => g.Key))
        {
            ulong mask = 0;
            foreach (int bit in word) mask |= 1ul << (bit & 63);
            if (used == 0) needs = needs with { Word0 = checked((ushort)word.Key), Need0 = mask };
            else if (used == 1) needs = needs with { Word1 = checked((ushort)word.Key), Need1 = mask };
            else more.Add((word.Key, mask));
            used++;
        }

        if (!_needNumbers.TryGetValue(needs, out row.Needs))
        {
            row.Needs = _needSets.Count;
            _needSets.Add(needs);
            _needNumbers.Add(needs, row.Needs);
        }

        return new Needs([.. more], [.. residuals], [.. forms]);
    }

    private void Flatten(Condition condition, List<int> bits, List<Expression> residuals, List<Condition> forms)
    {
        if (condition is AllOf all)
        {
            foreach (Condition part in all.Conditions) Flatten(part, bits, residuals, forms);
        }
        else if (CompileExpression(condition) is var expression)
        {
            if (expression is BitExpression bit)
            {
                bits.Add(bit.Bit);
                return;
            }

            residuals.Add(expression);
            forms.Add(condition);
        }
    }

    private Expression CompileExpression(Condition condition) => condition switch
    {
        AllOf all => new AllExpression([.. all.Conditions.Select(CompileExpression)]),
        AnyOf any => new AnyExpression([.. any.Conditions.Select(CompileExpression)]),
        NotCondition not => new NotExpression(CompileExpression(not.Inner)),
        ScheduleCondition schedule => new BitExpression(_windowNumbers[schedule.Windows]),
        StateCondition state => new BitExpression(BitOf(state)),
        RuleEnabledCondition toggle => new BitExpression(BitOf(toggle)),
        EventDataCondition data => new DataExpression(new CompiledTest(data.Test), ConditionText.Of(data)),
        ScriptCondition script => new ScriptExpression(script.Source),
        _ => throw new ArgumentException($"The engine does not know the condition {condition.GetType().Name}.", nameof(condition)),
    };

    private int BitOf(StateCondition condition)
    {
        if (_stateNumbers.TryGetValue(condition, out int bit)) return bit;
        bit = _bits.Count;
        _bits.Add(new BitInfo(BitKind.State, 0, condition, null));
        _stateNumbers.Add(condition, bit);
        _stateBits.Add(new StateBit(ResourceOf(condition.Resource), new CompiledTest(condition.Test), bit));
        return bit;
    }

    private int BitOf(RuleEnabledCondition condition)
    {
        if (_toggleNumbers.TryGetValue(condition, out int bit)) return bit;
        bit = _bits.Count;
        _bits.Add(new BitInfo(BitKind.Toggle, 0, null, condition));
        _toggleNumbers.Add(condition, bit);
        if (_numbers.TryGetValue(condition.Rule, out int rule))
        {
            if (!_toggleBits.TryGetValue(rule, out List<(int Bit, bool Enabled)>? list)) _toggleBits.Add(rule, list = []);
            list.Add((bit, condition.Enabled));
        }

        return bit;
    }

    private sealed class StateComparer : IEqualityComparer<StateCondition>
    {
        public static readonly StateComparer Instance = new();

        public bool Equals(StateCondition? x, StateCondition? y) => ReferenceEquals(x, y) ||
            (x is not null && y is not null && x.Resource == y.Resource && x.Test.Comparison == y.Test.Comparison
             && string.Equals(x.Test.Property, y.Test.Property, StringComparison.Ordinal) && x.Test.Values.AsSpan().SequenceEqual(y.Test.Values.AsSpan()));

        public int GetHashCode(StateCondition obj) => HashCode.Combine(obj.Resource, obj.Test.Property, obj.Test.Comparison, obj.Test.Values.Length);
    }

    private sealed class WindowsComparer : IEqualityComparer<WeeklyWindows>
    {
        public static readonly WindowsComparer Instance = new();

        public bool Equals(WeeklyWindows? x, WeeklyWindows? y)
        {
            if (ReferenceEquals(x, y)) return true;
            if (x is null || y is null || !x.Except.SetEquals(y.Except) || !x.Holidays.SetEquals(y.Holidays)) return false;
            if (!x.HolidayRanges.AsSpan().SequenceEqual(y.HolidayRanges.AsSpan())) return false;
            for (int day = 0; day < 7; day++)
            {
                if (!x.Days[day].AsSpan().SequenceEqual(y.Days[day].AsSpan())) return false;
            }

            return true;
        }

        public int GetHashCode(WeeklyWindows obj)
        {
            uint hash = (uint)(obj.Except.Count * 31 + obj.Holidays.Count);
            foreach (ImmutableArray<DayRange> day in obj.Days)
            {
                foreach (DayRange range in day) hash = BitOperations.RotateLeft(hash, 5) ^ (uint)(range.StartMinute * 2048 + range.EndMinute);
                hash = BitOperations.RotateLeft(hash, 7) ^ (uint)day.Length;
            }

            return unchecked((int)hash);
        }
    }
}
