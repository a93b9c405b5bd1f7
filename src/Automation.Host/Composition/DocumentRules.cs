using System.Collections.Frozen;
using Automation.Core.Compilation.Form;
using Automation.Core.Engine;
using Automation.Core.Tracing;

namespace Automation.Host.Composition;

/// <summary>The rules of a program by the document they came from: one document may be several engine rules (<see cref="EngineRule.PartOf"/>), and people ask about documents.</summary>
internal sealed class DocumentRules(SiteProgram program)
{
    private readonly FrozenDictionary<string, string[]> _parts = program.Rules
        .GroupBy(r => r.PartOf ?? r.Id, StringComparer.Ordinal)
        .ToFrozenDictionary(g => g.Key, g => g.Select(r => r.Id).Order(StringComparer.Ordinal).ToArray(), StringComparer.Ordinal);

    /// <summary>How the document stands: switched like its first part, fired as often as all of them, next when the first of them is.</summary>
    public RuleStatus Status(SiteEngine engine, string document)
    {
        RuleStatus status = engine.Status(document);
        foreach (string part in Others(document))
        {
            RuleStatus other = engine.Status(part);
            status = status with
            {
                Firings = status.Firings + other.Firings,
                LastFired = Later(status.LastFired, other.LastFired),
                NextRun = status.Enabled ? Earlier(status.NextRun, other.NextRun) : null,
                Running = status.Running + other.Running,
                LastFault = other.LastFault ?? status.LastFault,
            };
        }

        return status;
    }

    /// <summary>The explanation of the part that says most: one whose action failed, else one that fired, else one that something happened to, else the first.</summary>
    public Explanation Explain(SiteEngine engine, string document, DateTimeOffset at)
    {
        Explanation best = engine.Explain(document, at);
        foreach (string part in Others(document))
        {
            Explanation other = engine.Explain(part, at);
            if (Weight(other) > Weight(best)) best = other;
        }

        return best with { Rule = document };
    }

    private static int Weight(Explanation explanation) => explanation.Class switch { ExplainClass.ActionFailed => 3, ExplainClass.Fired => 2, ExplainClass.NoEvent or ExplainClass.NotDue => 0, _ => 1 };

    private static DateTimeOffset? Later(DateTimeOffset? a, DateTimeOffset? b) => a is null || b > a ? b : a;

    private static DateTimeOffset? Earlier(DateTimeOffset? a, DateTimeOffset? b) => a is null || b < a ? b : a;

    private IEnumerable<string> Others(string document) => _parts.TryGetValue(document, out string[]? parts) ? parts.Where(p => p != document) : [];
}
