using System.Globalization;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Thresholds;

/// <summary>The bounds of a <see cref="ThresholdTrigger"/>, ready to compare with. Immutable; shared by all sources of the trigger.</summary>
internal sealed class ThresholdBounds
{
    private readonly TemperatureUnit? _unit;

    private ThresholdBounds(ThresholdTrigger trigger)
    {
        Property = trigger.Property;
        UnitProperty = trigger.Property + "Unit";
        Above = trigger.Above ?? double.PositiveInfinity;
        Below = trigger.Below ?? double.NegativeInfinity;
        ClearBelow = Math.Min(trigger.ClearBelow ?? Above, Above);
        ClearAbove = Math.Max(trigger.ClearAbove ?? Below, Below);
        For = trigger.For;
        RatePer = trigger.RatePer;
        Restart = trigger.Restart;
        if (trigger.Unit is { } unit && TemperatureUnits.TryParse(unit, out TemperatureUnit parsed)) _unit = parsed;
    }

    public string Property { get; }

    /// <summary>Where a report names its own unit: <c>temperatureUnit</c> beside <c>temperature</c>.</summary>
    public string UnitProperty { get; }

    /// <summary>Infinite where the trigger has no such bound.</summary>
    public double Above { get; }

    public double Below { get; }

    /// <summary>At most <see cref="Above"/>.</summary>
    public double ClearBelow { get; }

    /// <summary>At least <see cref="Below"/>.</summary>
    public double ClearAbove { get; }

    public TimeSpan For { get; }

    public TimeSpan RatePer { get; }

    public HoldPolicy Restart { get; }

    public static ThresholdBounds Compile(ThresholdTrigger trigger) => new(trigger);

    /// <summary>The property's number in the trigger's unit; NaN when it is unknown. Numbers may come as texts (EVT-4).</summary>
    /// <param name="data">A resource's whole state, or an event's data.</param>
    public double ValueIn(DataObject data) => data.TryGet(Property, out DataValue value) ? Normalise(value, data[UnitProperty]) : double.NaN;

    /// <param name="unit">The unit the value came with; null or no known unit: the trigger's.</param>
    public double Normalise(DataValue value, DataValue unit)
    {
        double number = value.Kind switch
        {
            DataKind.Number => value.Number,
            DataKind.Text when double.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double parsed) && double.IsFinite(parsed) => parsed,
            _ => double.NaN,
        };
        return _unit is { } wanted && TemperatureUnits.TryParse(unit.Text, out TemperatureUnit given) ? TemperatureUnits.Convert(number, given, wanted) : number;
    }

    /// <summary>Whether the number is outside the bounds, and on which side.</summary>
    public ThresholdSide SideOf(double value) => value > Above ? ThresholdSide.Above : value < Below ? ThresholdSide.Below : ThresholdSide.Inside;

    /// <summary>Whether a number lets go of the alarm of this side; with a gap (hysteresis) not every number inside does.</summary>
    public bool Clears(ThresholdSide side, double value) => side == ThresholdSide.Above ? value <= ClearBelow : value >= ClearAbove;
}

internal enum ThresholdSide : byte
{
    Inside,
    Above,
    Below,
}
