namespace Automation.Core.Thresholds;

public enum TemperatureUnit : byte
{
    Celsius,
    Fahrenheit,
    Kelvin,
}

/// <summary>Reads and converts temperature units (TMP-3).</summary>
public static class TemperatureUnits
{
    /// <summary>Reads <c>celsius</c>, <c>centigrade</c>, <c>fahrenheit</c>, <c>kelvin</c>, <c>C</c>, <c>°F</c>, …, in any case.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TemperatureUnit unit)
    {
        text = text.Trim().TrimStart('°');
        unit = TemperatureUnit.Celsius;
        if (Is(text, "celsius") || Is(text, "centigrade") || Is(text, "c")) return true;
        unit = TemperatureUnit.Fahrenheit;
        if (Is(text, "fahrenheit") || Is(text, "f")) return true;
        unit = TemperatureUnit.Kelvin;
        return Is(text, "kelvin") || Is(text, "k");
    }

    /// <summary>Converts exactly for equal units, else to within rounding of a double, cut to a millionth of a degree.</summary>
    public static double Convert(double value, TemperatureUnit from, TemperatureUnit to)
    {
        if (from == to) return value;
        double celsius = from switch
        {
            TemperatureUnit.Fahrenheit => (value - 32) * 5 / 9,
            TemperatureUnit.Kelvin => value - 273.15,
            _ => value,
        };
        double converted = to switch
        {
            TemperatureUnit.Fahrenheit => (celsius * 9 / 5) + 32,
            TemperatureUnit.Kelvin => celsius + 273.15,
            _ => celsius,
        };

        // 353.15 K is 80 °C and does not pass "above 80": binary fractions must not make it 80.00000000000006.
        return Math.Round(converted, 6);
    }

    private static bool Is(ReadOnlySpan<char> text, string word) => text.Equals(word, StringComparison.OrdinalIgnoreCase);
}
