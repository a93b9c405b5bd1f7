using System.Collections.Immutable;
using Automation.Core.Compilation;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Engine;

/// <summary>What rules set off in other rules, and the guard against rules that set each other off for ever.</summary>
public sealed partial class SiteEngine
{
    private readonly Dictionary<int, (long Second, int Count)> _chained = [];
    private Occurrence[] _agenda = new Occurrence[16];
    private int _agendaCount;

    private void RunAgenda()
    {
        // Grows while it runs; the guard bounds it.
        for (int i = 0; i < _agendaCount; i++)
        {
            Occurrence occurrence = _agenda[i];
            if (occurrence.Kind == OccurrenceKind.RuleFired)
            {
                int trigger = FollowingTrigger(occurrence.Follower, occurrence.Rule);
                string label = _image.Infos[occurrence.Follower].Labels[trigger];
                Consider(occurrence.Follower, new Spark(occurrence.Resource, occurrence.Source, null, -1, DataObject.Empty, label, trigger, IsSilent(occurrence.Resource), i));
            }
            else
            {
                React(occurrence.Resource, occurrence.Source, occurrence.Before, occurrence.Changed, initial: false, i);
            }
        }

        Array.Clear(_agenda, 0, _agendaCount);
        _agendaCount = 0;
    }

    /// <summary>Which trigger of the follower watches the rule: what a firing does may depend on it (an exception that has an end).</summary>
    private int FollowingTrigger(int follower, int rule)
    {
        ImmutableArray<Trigger> triggers = _image.Infos[follower].Form.Triggers;
        for (int i = 0; i < triggers.Length; i++)
        {
            if (triggers[i] is RuleFiredTrigger fired && fired.Rule == _names[rule].Id) return i;
        }

        return 0;
    }

    private bool IsSilent(int resource) => resource >= 0 && (_resources[resource].Flags & ResourceFlags.Silent) != 0;

    private void FollowUp(int rule, in Spark spark)
    {
        foreach (int follower in _image.Followers[rule])
        {
            AddOccurrence(new Occurrence(OccurrenceKind.RuleFired, rule, follower, spark.Chain, DepthOf(spark.Chain) + 1, spark.Resource, spark.Source, DataObject.Empty, DataObject.Empty));
        }
    }

    private int DepthOf(int chain) => chain < 0 ? 0 : _agenda[chain].Depth;

    private void AddOccurrence(in Occurrence occurrence)
    {
        if (_agendaCount == _agenda.Length) Array.Resize(ref _agenda, _agendaCount * 2);
        _agenda[_agendaCount++] = occurrence;
    }

    private bool MayChain(int rule, int chain)
    {
        if (_agenda[chain].Depth > _options.MaxChainDepth)
        {
            Fault(rule, EngineFaultKind.Loop, $"rules set each other off: {ChainText(rule, chain)}; cut after {_options.MaxChainDepth}");
            return false;
        }

        long second = _now / TimeSpan.TicksPerSecond;
        _chained.TryGetValue(rule, out (long Second, int Count) seen);
        if (seen.Second != second) seen = (second, 0);
        if (seen.Count > _options.MaxChainedFiringsPerSecond) return false;
        _chained[rule] = (second, seen.Count + 1);
        if (seen.Count < _options.MaxChainedFiringsPerSecond) return true;
        Fault(rule, EngineFaultKind.Loop, $"fired {_options.MaxChainedFiringsPerSecond} times in a second by other rules: {ChainText(rule, chain)}; cut until the next second");
        return false;
    }

    /// <summary>The rules in the order in which they set each other off; the last of them only, when there are many.</summary>
    private string ChainText(int rule, int chain)
    {
        var names = new List<string> { _names[rule].Id };
        for (int at = chain; at >= 0; at = _agenda[at].Parent) names.Add(_names[_agenda[at].Rule].Id);
        names.Reverse();
        return string.Join(" -> ", names.Count > 20 ? names[^20..] : names);
    }
}
