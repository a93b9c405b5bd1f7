namespace Automation.Core.Model;

/// <summary>How the effect of an action can be seen on the device afterwards (design §6).</summary>
/// <param name="Seen">What shows it, as a person reads it: <c>the area's arming</c>.</param>
/// <param name="Within">How long it may take until it is seen; then the action had no effect.</param>
/// <param name="Property">The property of the target's state that shows it; null where it is read back in another way.</param>
/// <param name="Value">What the property is then.</param>
/// <param name="ValueOf">The parameter of the action that says what the property is then; null: <paramref name="Value"/>.</param>
public sealed record ActionEffectInfo(string Seen, TimeSpan Within, string? Property = null, DataValue Value = default, string? ValueOf = null)
{
    /// <summary>What <see cref="Property"/> is, once the action with these parameters had its effect.</summary>
    public DataValue Expected(DataObject parameters) => ValueOf is null ? Value : parameters[ValueOf];
}
