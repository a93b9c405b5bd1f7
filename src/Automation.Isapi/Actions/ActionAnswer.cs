using Automation.Core.Model;

namespace Automation.Isapi;

/// <summary>What came of an action: the device's answer at once, its effect later.</summary>
/// <param name="Outcome">What the device said; its effect is not known yet.</param>
/// <param name="WithEffect">Ends within a bounded time with the outcome and whether its effect was seen; never fails. Null when nothing is looked for.</param>
public readonly record struct ActionAnswer(ActionOutcome Outcome, Task<ActionOutcome>? WithEffect = null);
