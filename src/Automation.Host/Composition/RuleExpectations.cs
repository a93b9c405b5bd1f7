using System.Collections.Immutable;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Host.Composition;

/// <summary>Which events the rules of a site wait for, and which rule waits for which.</summary>
internal sealed class RuleExpectations
{
    private readonly Dictionary<(ResourceAddress Resource, string Event), SortedSet<string>> _rules = [];

    public RuleExpectations(SiteProgram program)
    {
        foreach (EngineRule rule in program.Rules.Where(r => r.Enabled))
        {
            foreach (EventPattern pattern in rule.Triggers.SelectMany(Patterns)) Add(rule.PartOf ?? rule.Id, pattern.Sources, pattern.Events);
        }

        foreach (CountingGroup group in program.Groups.Where(g => g.Enabled)) Add(group.Id, [.. group.Channels.Select(c => c.Channel)], ["peopleCounting"]);
    }

    /// <summary>The events of one device and of its resources that some rule waits for.</summary>
    public IReadOnlyCollection<(ResourceAddress Resource, string Event)> Of(ResourceAddress device) => [.. _rules.Keys.Where(k => k.Resource.DeviceAddress == device)];

    /// <summary>The rules that wait for the event.</summary>
    public IReadOnlyCollection<string> RulesOf(ResourceAddress resource, string type) => _rules.TryGetValue((resource, type), out SortedSet<string>? rules) ? rules : [];

    private void Add(string rule, ImmutableArray<ResourceAddress> sources, ImmutableArray<string> types)
    {
        foreach (ResourceAddress source in sources)
        {
            string kind = source.IsDevice ? "device" : source.Kind;
            foreach (string type in types)
            {
                // A rule over many kinds names events that only some of them have.
                if (!EventTypes.All.TryGetValue(type, out EventTypeInfo? known) || !known.Kinds.Contains(kind)) continue;
                if (!_rules.TryGetValue((source, type), out SortedSet<string>? rules)) _rules[(source, type)] = rules = new SortedSet<string>(StringComparer.Ordinal);
                rules.Add(rule);
            }
        }
    }

    private static IEnumerable<EventPattern> Patterns(Trigger trigger) => trigger switch
    {
        EventTrigger t => [t.Pattern],
        SequenceTrigger t => t.Steps,
        CountTrigger t => [t.Pattern],
        AbsenceTrigger t => [t.Expected, t.After],
        _ => [],
    };
}
