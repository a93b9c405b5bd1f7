using Automation.Core.Model;

namespace Automation.Host.Hub;

/// <summary>The topics of design section 4, below the configured base.</summary>
internal sealed class TopicNames(string baseTopic)
{
    public string Base { get; } = baseTopic;

    public string Status => Base + "/status";

    public string Info => Base + "/info";

    /// <summary>Every toggle command; the level before <c>enabled</c> is the rule's id.</summary>
    public string RuleSetFilter => Base + "/rules/+/enabled/set";

    /// <summary>Commands of the site's devices and of their resources.</summary>
    public string[] CommandFilters(string site) => [$"{Base}/{site}/+/set", $"{Base}/{site}/+/+/+/set"];

    public string Availability(ResourceAddress device) => $"{Base}/{device.Value}/availability";

    public string State(ResourceAddress resource) => $"{Base}/{resource.Value}/state";

    public string Event(ResourceAddress resource) => $"{Base}/{resource.Value}/event";

    public string Snapshot(ResourceAddress resource) => $"{Base}/{resource.Value}/snapshot";

    /// <summary>Where commands to a device or resource are published.</summary>
    public string Set(ResourceAddress resource) => $"{Base}/{resource.Value}/set";

    public string Exceptions(string site) => $"{Base}/{site}/exceptions";

    public string Actions(string site) => $"{Base}/{site}/actions";

    public string Firings(string site) => $"{Base}/{site}/firings";

    public string Notifications(string site) => $"{Base}/{site}/notifications";

    public string MobileNotifications(string site) => $"{Base}/{site}/notifications/mobile";

    public string RuleState(string rule) => $"{Base}/rules/{rule}/state";

    public string RuleEnabled(string rule) => $"{Base}/rules/{rule}/enabled";

    public string RuleEnabledSet(string rule) => $"{Base}/rules/{rule}/enabled/set";

    /// <summary>Every request to the plugin itself; the levels after <c>request</c> are the verb.</summary>
    public string RequestFilter => Base + "/request/#";

    public string Request(string verb) => $"{Base}/request/{verb}";

    public string Response(string verb) => $"{Base}/response/{verb}";

    /// <summary>The verb of <c>base/request/VERB</c>; empty for anything else.</summary>
    public string VerbOf(string topic)
    {
        string head = Base + "/request/";
        return topic.StartsWith(head, StringComparison.Ordinal) ? topic[head.Length..] : "";
    }

    /// <summary>The rule of <c>base/rules/RULE/enabled/set</c>, or null.</summary>
    public string? RuleOfSet(string topic)
    {
        string head = Base + "/rules/";
        const string Tail = "/enabled/set";
        return topic.StartsWith(head, StringComparison.Ordinal) && topic.EndsWith(Tail, StringComparison.Ordinal) && topic.Length > head.Length + Tail.Length
            ? topic[head.Length..^Tail.Length]
            : null;
    }

    /// <summary>What is between the base and <c>/set</c> in a topic of <see cref="CommandFilters"/>: an address, if it is a right one.</summary>
    public string TargetOfSet(string topic) => topic[(Base.Length + 1)..^"/set".Length];
}
