using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Compilation;

/// <summary>A <see cref="DataTest"/> ready to run. Unknown values meet nothing.</summary>
internal readonly struct CompiledTest
{
    private readonly DataValue[] _values;
    private readonly double _bound;
    private readonly Comparison _comparison;

    public CompiledTest(DataTest test)
    {
        Property = test.Property;
        _comparison = test.Comparison;
        _values = [.. test.Values];
        _bound = _values.Length > 0 ? NumberOf(_values[0]) : double.NaN;
    }

    public string Property { get; }

    public bool Holds(DataObject? data) => data is not null && data.TryGet(Property, out DataValue value) && Holds(value);

    public bool Holds(DataValue value)
    {
        if (value.IsNull) return false;
        return _comparison switch
        {
            Comparison.In => Contains(value),
            Comparison.NotIn => !Contains(value),
            Comparison.Above => NumberOf(value) > _bound,
            Comparison.AtLeast => NumberOf(value) >= _bound,
            Comparison.Below => NumberOf(value) < _bound,
            Comparison.AtMost => NumberOf(value) <= _bound,
            _ => false,
        };
    }

    /// <summary>Devices send numbers as text (EVT-4); anything else is NaN and compares false.</summary>
    public static double NumberOf(DataValue value) => value.Kind switch
    {
        DataKind.Number => value.Number,
        DataKind.Text when double.TryParse(value.Text, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out double number) => number,
        _ => double.NaN,
    };

    public static bool Contains(ReadOnlySpan<DataValue> values, DataValue value)
    {
        foreach (DataValue candidate in values)
        {
            if (candidate == value) return true;
        }

        return false;
    }

    private bool Contains(DataValue value) => Contains(_values, value);
}
