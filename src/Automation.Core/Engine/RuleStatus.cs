namespace Automation.Core.Engine;

/// <summary>How a rule stands.</summary>
/// <param name="LastFired">Null: not yet.</param>
/// <param name="Firings">Since the rule was first loaded.</param>
/// <param name="NextRun">The next instant of the rule's schedules; null without one, or when it is switched off.</param>
/// <param name="Running">Runs under way or waiting their turn.</param>
/// <param name="LastFault">Null: none since the engine started.</param>
public readonly record struct RuleStatus(bool Enabled, DateTimeOffset? LastFired, long Firings, DateTimeOffset? NextRun, int Running, EngineFault? LastFault);
