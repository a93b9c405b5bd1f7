using Automation.Core.Model;

namespace Automation.Core.Engine;

/// <summary>What set a rule off.</summary>
/// <param name="Resource">Number of the triggering resource; -1: none.</param>
/// <param name="Event">Type of the triggering event; null when it was no event.</param>
/// <param name="EventType">Number of that type; -1: none.</param>
/// <param name="Trigger">Number of the trigger in its rule.</param>
/// <param name="Chain">Place in the agenda of what led here; -1 when no rule did.</param>
internal readonly record struct Spark(int Resource, ResourceAddress Source, string? Event, int EventType, DataObject Data, string Label, int Trigger, bool Silent, int Chain);
