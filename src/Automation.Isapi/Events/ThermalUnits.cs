using System.Text;

namespace Automation.Isapi.Events;

internal enum TemperatureUnit : byte
{
    Celsius,
    Fahrenheit,
    Kelvin,
}

/// <summary>Temperatures are told in degrees Celsius, whatever the device is set to (TMP-3).</summary>
internal static class ThermalUnits
{
    private const double KelvinOffset = 273.15;

    /// <summary>By word, by letter, or as live temperatures have it: 0, 1, 2. Anything else is Celsius.</summary>
    public static TemperatureUnit Of(ReadOnlySpan<byte> unit)
    {
        if (Ascii.EqualsIgnoreCase(unit, "fahrenheit"u8) || Ascii.EqualsIgnoreCase(unit, "F"u8) || unit.SequenceEqual("1"u8)) return TemperatureUnit.Fahrenheit;
        if (Ascii.EqualsIgnoreCase(unit, "kelvin"u8) || Ascii.EqualsIgnoreCase(unit, "K"u8) || unit.SequenceEqual("2"u8)) return TemperatureUnit.Kelvin;
        return TemperatureUnit.Celsius;
    }

    public static double ToCelsius(double value, TemperatureUnit unit) => unit switch
    {
        TemperatureUnit.Fahrenheit => Math.Round((value - 32) / 1.8, 2),
        TemperatureUnit.Kelvin => Math.Round(value - KelvinOffset, 2),
        _ => value,
    };

    public static double ToCelsius(double value, string? unit) => ToCelsius(value, Of(Encoding.UTF8.GetBytes(unit ?? "")));

    /// <summary>A difference of temperatures.</summary>
    public static double ToKelvins(double value, TemperatureUnit unit) => unit == TemperatureUnit.Fahrenheit ? Math.Round(value / 1.8, 2) : value;
}
