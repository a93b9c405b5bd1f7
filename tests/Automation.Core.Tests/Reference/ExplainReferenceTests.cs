using Automation.Core.Compilation.Form;
using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Core.Tracing;

namespace Automation.Core.Tests.Reference;

/// <summary>Every rule has one answer for every input, the reference's; and who does what the answer says gets further.</summary>
public sealed class ExplainReferenceTests
{
    private const Features Plain = Features.States | Features.Holds | Features.Thresholds | Features.Counts | Features.Sequences | Features.Absences | Features.Schedules
        | Features.Delays | Features.Notification | Features.Toggles | Features.Waits | Features.Modes;

    private const int Rules = 5;
    private const int Inputs = 40;

    [Fact, Trait("Req", "LNK-13")]
    public void Explain_AfterEachInputOfRandomHistories_IsTheReferencesClass()
    {
        for (int seed = 1; seed <= 150; seed++)
        {
            var site = new RandomSite(seed, Plain);
            SiteProgram program = site.Program(Rules);
            List<EngineInput> history = site.History(Inputs, Rules);
            var engine = new SiteEngine(program, EngineOptions.Default);
            var reference = new ReferenceEngine(program, new OutputLog());
            engine.Start(history[0], new OutputLog());
            reference.Start(history[0]);
            for (int i = 1; i < history.Count; i++)
            {
                engine.Step(history[i], new OutputLog());
                reference.Step(history[i]);
                if (history[i].At <= history[i - 1].At) continue;
                foreach (EngineRule rule in program.Rules)
                {
                    Explanation found = engine.Explain(rule.Id, history[i].At);
                    ExplainClass wanted = reference.ClassOf(rule.Id);

                    // An event that the hot path gave to the one rule that waits for it is not noted for others: to them nothing came.
                    if (wanted == ExplainClass.OtherEvent && found.Class == ExplainClass.NoEvent) continue;
                    Assert.True(wanted == found.Class, $"seed {seed}, input {i}: {wanted} wanted, {found} found{Environment.NewLine}{Describe.Value(rule)}{Environment.NewLine}{Describe.Value(history[i])}");
                    Assert.True(found.Remedy.Length > 0 || found.Class == ExplainClass.Fired, $"seed {seed}, input {i}: no remedy for {found}");
                }
            }
        }
    }

    [Fact, Trait("Req", "LNK-13")]
    public void Explain_RemediesTakenOneAfterTheOther_MakeTheRuleFire()
    {
        var tried = new Dictionary<ExplainClass, int>();
        for (int seed = 1; seed <= 300; seed++)
        {
            var site = new RandomSite(seed, Plain & ~(Features.Toggles | Features.Sequences | Features.Absences | Features.Counts));
            SiteProgram program = site.Program(3);
            program = program with { Rules = [.. program.Rules.Select((rule, i) => Hindered(rule, (seed + i) % 5))] };
            List<EngineInput> history = site.History(Inputs, 3);
            var engine = new SiteEngine(program, EngineOptions.Default);
            engine.Start(history[0], new OutputLog());
            for (int i = 1; i < history.Count; i++)
            {
                engine.Step(history[i], new OutputLog());
                if (history[i].At <= history[i - 1].At) continue;
                foreach (EngineRule rule in program.Rules)
                {
                    ExplainClass found = engine.Explain(rule.Id, history[i].At).Class;
                    if (found is not (ExplainClass.Disabled or ExplainClass.NotificationOff or ExplainClass.ConditionsMissing or ExplainClass.Cooldown or ExplainClass.RunMode)) continue;
                    tried[found] = tried.GetValueOrDefault(found) + 1;
                    if (tried[found] > 40) continue;
                    string? failure = FollowRemedies(program, [.. history[..(i + 1)]], rule.Id);
                    Assert.True(failure is null, $"seed {seed}, input {i}, {rule.Id}, {found}: {failure}");
                }
            }
        }

        Assert.True(tried.Count == 5, string.Join(", ", tried));
    }

    private static EngineRule Hindered(EngineRule rule, int way) => way switch
    {
        0 => rule with { Enabled = false },
        1 => rule with { Cooldown = TimeSpan.FromHours(2) },
        2 => rule with { Mode = RunMode.Single, Steps = rule.Steps.Insert(0, new DelayStep(TimeSpan.FromHours(2))) },
        _ => rule,
    };

    /// <returns>Null: the rule fires in the end, or begins to wait for more.</returns>
    private static string? FollowRemedies(SiteProgram program, List<EngineInput> history, string id)
    {
        EngineInput last = history[^1];
        int index = program.Rules.IndexOf(program.Rules.Single(r => r.Id == id));
        var path = new List<string>();
        while (path.Count < 6)
        {
            var engine = new SiteEngine(program, EngineOptions.Default);
            engine.Start(history[0], new OutputLog());
            for (int i = 1; i < history.Count; i++) engine.Step(history[i], new OutputLog());
            Explanation found = engine.Explain(id, last.At);
            EngineRule rule = program.Rules[index];
            if (path.Contains(found.Class.ToString())) return $"{found.Class} again after {string.Join(", ", path)}: {found.Summary}{Environment.NewLine}{Describe.Value(rule)}";
            path.Add(found.Class.ToString());
            switch (found.Class)
            {
                case ExplainClass.Fired or ExplainClass.Pending:
                    return null;
                case ExplainClass.Disabled:
                    history.Insert(history.Count - 1, EngineInput.RuleToggle(last.Sequence, last.At, id, true));
                    break;
                case ExplainClass.NotificationOff:
                    history.Insert(history.Count - 1, EngineInput.State(last.Sequence, last.At, last.Resource.DeviceAddress, DataObject.Of(("notification", true))));
                    program = program with { Site = program.Site with { Devices = [.. program.Site.Devices.Select(d => d with { NotificationSchedule = null })] } };
                    break;
                case ExplainClass.ConditionsMissing:
                    Condition? less = Without(rule.Condition!, found.Missing);
                    if (Equals(less, rule.Condition)) return $"nothing of {Describe.Value(rule.Condition)} is missing: {Describe.Value(found.Missing)}";
                    program = program with { Rules = program.Rules.SetItem(index, rule with { Condition = less }) };
                    break;
                case ExplainClass.Cooldown:
                    program = program with { Rules = program.Rules.SetItem(index, rule with { Cooldown = TimeSpan.Zero }) };
                    break;
                case ExplainClass.RunMode:
                    program = program with { Rules = program.Rules.SetItem(index, rule with { Mode = RunMode.Parallel, MaxRuns = 100 }) };
                    break;
                default:
                    return $"{found.Class} after {string.Join(", ", path)}: {found.Summary}";
            }
        }

        return string.Join(", ", path);
    }

    /// <summary>The condition with the missing parts of its outermost "all" taken as met.</summary>
    private static Condition? Without(Condition condition, IEnumerable<MissingCondition> missing)
    {
        if (missing.Any(m => Describe.Value(m.Condition) == Describe.Value(condition))) return null;
        if (condition is not AllOf all) return condition;
        Condition[] left = [.. all.Conditions.Select(c => Without(c, missing)).OfType<Condition>()];
        return left.Length == 0 ? null : left.Select(Describe.Value).SequenceEqual(all.Conditions.Select(Describe.Value)) ? condition : new AllOf([.. left]);
    }
}
