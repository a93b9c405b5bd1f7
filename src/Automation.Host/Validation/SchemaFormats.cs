using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Automation.Host.Validation;

/// <summary>The formats that are checked (validation §7.3). Others only annotate: internationalised names, IRIs, URI templates.</summary>
internal static partial class SchemaFormats
{
    // Longer texts are refused before anything looks at them: RFC 3986 sets no bound, practice does.
    private const int Longest = 8_192;

    private static readonly FrozenDictionary<string, Func<string, bool>> Known = new Dictionary<string, Func<string, bool>>(StringComparer.Ordinal)
    {
        ["date-time"] = IsDateTime,
        ["date"] = text => IsDate(text),
        ["time"] = text => IsTime(text),
        ["duration"] = text => Duration().IsMatch(text),
        ["uri"] = text => InternetFormats.IsUri(text, absolute: true),
        ["uri-reference"] = text => InternetFormats.IsUri(text, absolute: false),
        ["uuid"] = text => Uuid().IsMatch(text),
        ["ipv4"] = InternetFormats.IsIPv4,
        ["ipv6"] = InternetFormats.IsIPv6,
        ["hostname"] = InternetFormats.IsHostname,
        ["email"] = InternetFormats.IsEmail,
        ["regex"] = text => SchemaPattern.TryCreate(text, TimeSpan.FromMilliseconds(100), out _) is not null,
        ["json-pointer"] = text => Pointers.IsPointer(text),
        ["relative-json-pointer"] = text => IsRelativePointer(text),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static IReadOnlyCollection<string> Names => Known.Keys;

    /// <summary>The check of a format; null when it only annotates.</summary>
    public static Func<string, bool>? Find(string format) =>
        Known.TryGetValue(format, out Func<string, bool>? fits) ? text => text.Length <= Longest && fits(text) : null;

    // RFC 3339 §5.6: T and Z in either case.
    private static bool IsDateTime(string text) =>
        text.Length > 11 && text[10] is 'T' or 't' && IsDate(text.AsSpan(0, 10)) && IsTime(text.AsSpan(11));

    private static bool IsDate(ReadOnlySpan<char> text) =>
        text.Length == 10 && IsAscii(text) && DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    private static bool IsTime(ReadOnlySpan<char> text)
    {
        if (!IsAscii(text) || text.Length < 9 || text[2] != ':' || text[5] != ':' ||
            !Two(text, 0, 23, out int hour) || !Two(text, 3, 59, out int minute) || !Two(text, 6, 60, out int second)) return false;
        int at = 8;
        if (text[at] == '.')
        {
            int digits = 0;
            while (++at < text.Length && char.IsAsciiDigit(text[at])) digits++;
            if (digits == 0 || at == text.Length) return false;
        }

        int offset = 0;
        ReadOnlySpan<char> zone = text[at..];
        if (zone is not "Z" and not "z")
        {
            if (zone.Length != 6 || zone[0] is not ('+' or '-') || zone[3] != ':' || !Two(zone, 1, 23, out int hours) || !Two(zone, 4, 59, out int minutes)) return false;
            offset = ((hours * 60) + minutes) * (zone[0] == '-' ? -1 : 1);
        }

        // A leap second is only ever inserted at the end of a UTC day.
        return second < 60 || ((hour * 60) + minute - offset + 1440) % 1440 == 1439;
    }

    private static bool Two(ReadOnlySpan<char> text, int at, int maximum, out int value)
    {
        value = 0;
        if (!char.IsAsciiDigit(text[at]) || !char.IsAsciiDigit(text[at + 1])) return false;
        value = ((text[at] - '0') * 10) + text[at + 1] - '0';
        return value <= maximum;
    }

    private static bool IsAscii(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('\0', '\x7f');

    private static bool IsRelativePointer(string text)
    {
        int digits = 0;
        while (digits < text.Length && char.IsAsciiDigit(text[digits])) digits++;
        if (digits == 0 || (digits > 1 && text[0] == '0')) return false;
        return digits == text.Length || text[digits..] == "#" || (text[digits] == '/' && Pointers.IsPointer(text[digits..]));
    }

    // RFC 3339 appendix A: units in order, none left out between two, weeks alone.
    [GeneratedRegex(@"^P(?:[0-9]+W|(?:[0-9]+Y(?:[0-9]+M(?:[0-9]+D)?)?|[0-9]+M(?:[0-9]+D)?|[0-9]+D)(?:T(?:[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?|[0-9]+M(?:[0-9]+S)?|[0-9]+S))?|T(?:[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?|[0-9]+M(?:[0-9]+S)?|[0-9]+S))\z", RegexOptions.NonBacktracking)]
    private static partial Regex Duration();

    [GeneratedRegex(@"^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Uuid();
}
