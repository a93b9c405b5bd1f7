using System.Collections.Immutable;
using Automation.Core.Rules;

namespace Automation.Host.Hub;

/// <summary>Something that is not as it should be, as it is told on <c>…/exceptions</c>.</summary>
/// <param name="Type">An exception type of EXC-2, or a fault of the hub's own in the same form, e.g. <c>actionFailed</c>.</param>
/// <param name="Source">The address it is about; empty for the whole site.</param>
internal sealed record HubException(
    string Type, string Source, string? Rule, bool Active, DateTimeOffset At, string Message, ImmutableArray<string> ReceivedBy, ImmutableArray<string> Recipients, string? Cause)
{
    /// <summary>By which people can acknowledge it; null: it cannot be.</summary>
    public string? Id { get; init; }
}

/// <summary>What a dashboard shows of a rule.</summary>
/// <param name="Health"><c>ok</c>, or why the rule cannot work.</param>
/// <param name="Settings">Numbers that <c>rules/set</c> changes.</param>
internal sealed record RuleView(string Id, string Kind, string Name, bool Enabled, DateTimeOffset? LastFired, long Firings, DateTimeOffset? NextRun, string Health, ImmutableArray<RuleSetting> Settings);
