using System.Globalization;

namespace Automation.Core.Rules;

/// <summary>Durations as documents write them.</summary>
internal static class DurationText
{
    private static readonly string[] Forms = [@"hh\:mm\:ss", @"h\:mm\:ss", @"d\.hh\:mm\:ss", @"hh\:mm\:ss\.FFFFFFF", @"d\.hh\:mm\:ss\.FFFFFFF"];

    public static bool TryParse(string text, out TimeSpan value)
    {
        bool negative = text.StartsWith('-');
        if (!TimeSpan.TryParseExact(negative ? text[1..] : text, Forms, CultureInfo.InvariantCulture, out value)) return false;
        if (negative) value = -value;
        return true;
    }

    public static string Write(TimeSpan value) => value.ToString("c", CultureInfo.InvariantCulture);
}
