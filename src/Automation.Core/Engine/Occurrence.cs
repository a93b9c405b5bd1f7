using Automation.Core.Model;

namespace Automation.Core.Engine;

internal enum OccurrenceKind : byte
{
    StateChanged,
    RuleFired,
}

/// <summary>Something a rule did that other rules may look at; taken in order after the rules of the present occurrence.</summary>
/// <param name="Rule">The rule that did it.</param>
/// <param name="Follower">RuleFired: the rule to look at.</param>
/// <param name="Parent">Place in the agenda of what set the rule off; -1 at the start of a chain.</param>
internal readonly record struct Occurrence(
    OccurrenceKind Kind, int Rule, int Follower, int Parent, int Depth, int Resource, ResourceAddress Source, DataObject Before, DataObject Changed);
