using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Chains of rules that set each other off and come back to the first: through what their actions make devices report, through states they set, or by firing.</summary>
internal static class LoopFinder
{
    public static void Find(LintReport report, SiteProgram program)
    {
        int count = program.Rules.Length;
        var listeners = new Listeners(program);
        var next = new List<int>[count];
        for (int i = 0; i < count; i++) next[i] = listeners.SetOffBy(program.Rules[i]);
        foreach (List<int> loop in StronglyConnected(next))
        {
            if (loop.Count == 1 && !next[loop[0]].Contains(loop[0])) continue;
            List<int> chain = Chain(loop, next);
            EngineRule first = program.Rules[chain[0]];
            string words = string.Join(" → ", chain.Append(chain[0]).Take(12).Select(i => $"'{program.Rules[i].Id}'"));
            EngineRule? other = chain.Count > 1 ? program.Rules[chain[1]] : null;
            report.Add(Codes.Loop, first, $"rules set each other off in a circle: {words}", "add a condition that ends it, or remove one of the actions", LintTimeline.For(report.Site, first), other);
        }
    }

    // One way round through the component, from its first rule.
    private static List<int> Chain(List<int> component, List<int>[] next)
    {
        int start = component.Min();
        var members = component.ToHashSet();
        var from = new Dictionary<int, int>();
        var queue = new Queue<int>();
        queue.Enqueue(start);
        while (queue.TryDequeue(out int rule))
        {
            foreach (int to in next[rule])
            {
                if (to == start)
                {
                    var chain = new List<int> { rule };
                    while (chain[^1] != start) chain.Add(from[chain[^1]]);
                    chain.Reverse();
                    return chain;
                }

                if (members.Contains(to) && from.TryAdd(to, rule)) queue.Enqueue(to);
            }
        }

        return component;
    }

    // Tarjan's algorithm without recursion: rules in the thousands must not exhaust the stack.
    private static IEnumerable<List<int>> StronglyConnected(List<int>[] next)
    {
        int[] number = new int[next.Length];
        int[] low = new int[next.Length];
        bool[] open = new bool[next.Length];
        var path = new Stack<int>();
        var work = new Stack<(int Rule, int Edge)>();
        int counter = 0;
        for (int root = 0; root < next.Length; root++)
        {
            if (number[root] != 0) continue;
            work.Push((root, 0));
            while (work.TryPop(out (int Rule, int Edge) step))
            {
                (int rule, int edge) = step;
                if (edge == 0)
                {
                    number[rule] = low[rule] = ++counter;
                    path.Push(rule);
                    open[rule] = true;
                }
                else
                {
                    low[rule] = Math.Min(low[rule], low[next[rule][edge - 1]]);
                }

                bool descended = false;
                for (; edge < next[rule].Count; edge++)
                {
                    int to = next[rule][edge];
                    if (number[to] == 0)
                    {
                        work.Push((rule, edge + 1));
                        work.Push((to, 0));
                        descended = true;
                        break;
                    }

                    if (open[to]) low[rule] = Math.Min(low[rule], number[to]);
                }

                if (descended || low[rule] != number[rule]) continue;
                var component = new List<int>();
                int member;
                do
                {
                    member = path.Pop();
                    open[member] = false;
                    component.Add(member);
                }
                while (member != rule);
                yield return component;
            }
        }
    }

    /// <summary>Which rules listen to what.</summary>
    private sealed class Listeners
    {
        private readonly Dictionary<(ResourceAddress, string), List<int>> _events = [];
        private readonly Dictionary<(ResourceAddress, string), List<(int Rule, StateTrigger Trigger)>> _states = [];
        private readonly Dictionary<string, List<int>> _fired = new(StringComparer.Ordinal);

        public Listeners(SiteProgram program)
        {
            for (int i = 0; i < program.Rules.Length; i++)
            {
                foreach (Trigger trigger in program.Rules[i].Triggers) Add(i, trigger);
            }
        }

        public List<int> SetOffBy(EngineRule rule)
        {
            var found = new HashSet<int>();
            if (_fired.TryGetValue(rule.Id, out List<int>? chained)) found.UnionWith(chained);
            foreach (Effects.Effect effect in Effects.Of(rule.Steps))
            {
                if (effect.Event.Length > 0 && _events.TryGetValue((effect.On, effect.Event), out List<int>? listening)) found.UnionWith(listening);
                if (effect.Property.Length == 0 || !_states.TryGetValue((effect.On, effect.Property), out List<(int Rule, StateTrigger Trigger)>? watching)) continue;
                foreach ((int watcher, StateTrigger trigger) in watching)
                {
                    if (trigger.To.IsEmpty || trigger.To.Contains(effect.Value)) found.Add(watcher);
                }
            }

            return [.. found.Order()];
        }

        private void Add(int rule, Trigger trigger)
        {
            switch (trigger)
            {
                case EventTrigger t: Events(rule, t.Pattern); break;
                case CountTrigger t: Events(rule, t.Pattern); break;
                case SequenceTrigger t: Events(rule, t.Steps[^1]); break;
                case AbsenceTrigger t: Events(rule, t.After); break;
                case StateTrigger t:
                    foreach (ResourceAddress source in t.Sources) Of(_states, (source, t.Property)).Add((rule, t));
                    break;
                case RuleFiredTrigger t: Of(_fired, t.Rule).Add(rule); break;
            }
        }

        private void Events(int rule, EventPattern pattern)
        {
            foreach (ResourceAddress source in pattern.Sources)
            {
                foreach (string type in pattern.Events) Of(_events, (source, type)).Add(rule);
            }
        }

        private static List<T> Of<TKey, T>(Dictionary<TKey, List<T>> index, TKey key)
            where TKey : notnull
        {
            if (!index.TryGetValue(key, out List<T>? list)) index[key] = list = [];
            return list;
        }
    }
}
