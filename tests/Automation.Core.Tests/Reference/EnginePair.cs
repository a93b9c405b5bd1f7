using System.Text;
using Automation.Core.Compilation.Form;
using Automation.Core.Engine;

namespace Automation.Core.Tests.Reference;

/// <summary>Runs a program and a history through both engines; makes a failing case small before it is shown.</summary>
internal static class EnginePair
{
    private static readonly EngineOptions Options = new() { MaxChainDepth = 64, MaxChainedFiringsPerSecond = 10_000 };

    /// <summary>Null: the same came out. Otherwise a report of the smallest program and history found that still differ.</summary>
    public static string? Compare(SiteProgram program, List<EngineInput> history)
    {
        if (FirstDifference(program, history) is null) return null;
        (SiteProgram small, List<EngineInput> few) = Shrink(program, history);
        var text = new StringBuilder();
        foreach (EngineRule rule in small.Rules) text.AppendLine(Describe.Value(rule));
        foreach (EngineInput input in few) text.AppendLine(Describe.Value(input));
        return text.AppendLine(FirstDifference(small, few)).ToString();
    }

    private static string? FirstDifference(SiteProgram program, List<EngineInput> history)
    {
        string[] wanted = Reference(program, history);
        string[] found = Engine(program, history);
        for (int i = 0; i < Math.Max(wanted.Length, found.Length); i++)
        {
            string? left = i < wanted.Length ? wanted[i] : null;
            string? right = i < found.Length ? found[i] : null;
            if (left == right) continue;
            return $"after {string.Join(Environment.NewLine + "      ", wanted[Math.Max(0, i - 6)..i])}{Environment.NewLine}reference: {left ?? "nothing"}{Environment.NewLine}engine:    {right ?? "nothing"}";
        }

        return null;
    }

    private static string[] Reference(SiteProgram program, List<EngineInput> history)
    {
        var log = new OutputLog();
        var engine = new ReferenceEngine(program, log);
        engine.Start(history[0]);
        for (int i = 1; i < history.Count; i++) engine.Step(history[i]);
        return [.. log.Lines];
    }

    private static string[] Engine(SiteProgram program, List<EngineInput> history)
    {
        var log = new OutputLog();
        var engine = new SiteEngine(program, Options);
        engine.Start(history[0], log);
        for (int i = 1; i < history.Count; i++) engine.Step(history[i], log);
        return [.. log.Lines];
    }

    private static (SiteProgram Program, List<EngineInput> History) Shrink(SiteProgram program, List<EngineInput> history)
    {
        bool smaller = true;
        while (smaller)
        {
            smaller = false;
            for (int i = program.Rules.Length - 1; i >= 0; i--) smaller |= Try(program with { Rules = program.Rules.RemoveAt(i) }, history);
            for (int i = 0; i < program.Rules.Length; i++)
            {
                for (int step = program.Rules[i].Steps.Length - 1; step >= 0; step--) smaller |= TryRule(i, program.Rules[i] with { Steps = program.Rules[i].Steps.RemoveAt(step) });
                for (int trigger = program.Rules[i].Triggers.Length - 1; trigger >= 0; trigger--) smaller |= TryRule(i, program.Rules[i] with { Triggers = program.Rules[i].Triggers.RemoveAt(trigger) });
                if (program.Rules[i].Condition is not null) smaller |= TryRule(i, program.Rules[i] with { Condition = null });
                if (program.Rules[i].Cooldown != TimeSpan.Zero) smaller |= TryRule(i, program.Rules[i] with { Cooldown = TimeSpan.Zero });
            }

            for (int i = history.Count - 1; i > 0; i--) smaller |= Try(program, [.. history[..i], .. history[(i + 1)..]]);
        }

        return (program, history);

        bool TryRule(int index, EngineRule rule) => Try(program with { Rules = program.Rules.SetItem(index, rule) }, history);

        bool Try(SiteProgram fewer, List<EngineInput> inputs)
        {
            if (FirstDifference(fewer, inputs) is null) return false;
            (program, history) = (fewer, inputs);
            return true;
        }
    }
}
