using System.Collections.Immutable;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>What concerns several rules at once: ids, LNK-6, LNK-8, the limits of people counting. One pass, cost linear in what the rules name.</summary>
internal sealed class RuleSetChecks(ReadContext context)
{
    public const int MaxCameraActions = 4;

    private readonly List<(RuleDefinition Rule, bool Sound)> _rules = [];
    private readonly Dictionary<string, JsonNode> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<(ResourceAddress Source, string Event, EventPhases On, ResourceAddress Target, string Action), string> _linkages = [];
    private readonly Dictionary<ResourceAddress, int> _cameraActions = [];
    private readonly Dictionary<ResourceAddress, int> _groupsOfChannel = [];
    private int _groups;

    /// <summary>How many (source, event, target, action) were looked up; tests hold it to the size of the input.</summary>
    public int Lookups { get; private set; }

    public void Add(RuleDefinition rule, JsonNode document, List<(ActionStep Step, JsonNode At)> actions, bool sound)
    {
        int errors = context.Findings.Errors;
        JsonNode id = document.Find("id") ?? document;
        if (_ids.TryGetValue(rule.Id, out JsonNode? first))
        {
            context.Error(Codes.RuleIdTwice, id, $"the id '{rule.Id}' is already used in {first.Source.Path}, line {first.Source.Place(first.Offset).Line}", "give each rule an id of its own");
        }
        else
        {
            _ids.Add(rule.Id, id);
        }

        switch (rule)
        {
            case LinkageRule linkage: Linkage(linkage, document, actions); break;
            case PeopleCountingRule counting: Counting(counting, document); break;
        }

        _rules.Add((rule, sound && context.Findings.Errors == errors));
    }

    public ImmutableArray<RuleDefinition> Sound() => [.. _rules.Where(r => r.Sound).Select(r => r.Rule)];

    private void Linkage(LinkageRule rule, JsonNode document, List<(ActionStep Step, JsonNode At)> actions)
    {
        foreach ((ActionStep step, JsonNode at) in actions)
        {
            if (Same(rule, step) is not { } other) continue;
            string message = other.Rule == rule.Id
                ? $"'{step.Action}' on '{other.Target}' is written twice in the rule"
                : $"the rule '{other.Rule}' already does '{step.Action}' on '{other.Target}' at '{other.Event}' of '{other.Source}'";
            context.Error(Codes.LinkageTwice, StepReader.Place(at, other.Target), message, "remove one of them");
        }

        int cameras = 0;
        foreach ((ActionStep step, _) in actions)
        {
            foreach (ResourceAddress target in step.Targets)
            {
                if (target.Kind == "channel") cameras++;
            }
        }

        if (cameras == 0) return;
        ResourceAddress? over = null;
        int most = 0;
        foreach (ResourceAddress source in rule.Source.Sources)
        {
            int total = _cameraActions[source] = _cameraActions.GetValueOrDefault(source) + cameras;
            if (total <= MaxCameraActions || total <= most) continue;
            most = total;
            over = source;
        }

        if (over is not { } named) return;
        string count = most == cameras ? $"the rule has {cameras} actions on cameras" : $"with this rule the source '{named}' has {most} actions on cameras";
        context.Error(Codes.CameraActionCount, document.Find("actions") ?? document, count, $"keep at most {MaxCameraActions} for one source");
    }

    // Every (source, event, target, action) is remembered; the first that is already there is told.
    private (string Rule, ResourceAddress Source, string Event, ResourceAddress Target)? Same(LinkageRule rule, ActionStep step)
    {
        (string, ResourceAddress, string, ResourceAddress)? found = null;
        foreach (ResourceAddress source in rule.Source.Sources)
        {
            foreach (string type in rule.Source.Events)
            {
                foreach (ResourceAddress target in step.Targets)
                {
                    Lookups++;
                    if (!_linkages.TryAdd((source, type, rule.On, target, step.Action), rule.Id)) found ??= (_linkages[(source, type, rule.On, target, step.Action)], source, type, target);
                }
            }
        }

        return found;
    }

    private void Counting(PeopleCountingRule rule, JsonNode document)
    {
        if (++_groups > PeopleCountingReader.MaxGroupsOfSite)
        {
            context.Error(Codes.SiteGroupCount, document, $"this is people-counting group {_groups} of the site", $"keep at most {PeopleCountingReader.MaxGroupsOfSite}");
        }

        foreach (CountingChannel channel in rule.Channels)
        {
            int groups = _groupsOfChannel[channel.Channel] = _groupsOfChannel.GetValueOrDefault(channel.Channel) + 1;
            if (groups > PeopleCountingReader.MaxGroupsOfChannel)
            {
                context.Error(Codes.ChannelGroupCount, document.Find("channels") ?? document, $"'{channel.Channel}' is in {groups} groups", $"keep a channel in at most {PeopleCountingReader.MaxGroupsOfChannel}");
            }
        }
    }
}
