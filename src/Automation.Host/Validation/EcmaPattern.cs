using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Automation.Host.Validation;

/// <summary>Rewrites an ECMA-262 expression (Unicode mode) so that .NET's engine means the same: digits are ASCII, <c>$</c> is the very end, and so on.</summary>
internal static class EcmaPattern
{
    private const string Digit = "0-9";
    private const string Word = "A-Za-z0-9_";
    private const string Space = @"\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff";

    private static readonly FrozenDictionary<string, string> Categories = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Letter"] = "L", ["Lowercase_Letter"] = "Ll", ["Uppercase_Letter"] = "Lu", ["Titlecase_Letter"] = "Lt", ["Modifier_Letter"] = "Lm",
        ["Other_Letter"] = "Lo", ["Mark"] = "M", ["Combining_Mark"] = "M", ["Nonspacing_Mark"] = "Mn", ["Spacing_Mark"] = "Mc", ["Enclosing_Mark"] = "Me",
        ["Number"] = "N", ["Decimal_Number"] = "Nd", ["digit"] = "Nd", ["Letter_Number"] = "Nl", ["Other_Number"] = "No", ["Punctuation"] = "P", ["punct"] = "P",
        ["Connector_Punctuation"] = "Pc", ["Dash_Punctuation"] = "Pd", ["Open_Punctuation"] = "Ps", ["Close_Punctuation"] = "Pe",
        ["Initial_Punctuation"] = "Pi", ["Final_Punctuation"] = "Pf", ["Other_Punctuation"] = "Po", ["Symbol"] = "S", ["Math_Symbol"] = "Sm",
        ["Currency_Symbol"] = "Sc", ["Modifier_Symbol"] = "Sk", ["Other_Symbol"] = "So", ["Separator"] = "Z", ["Space_Separator"] = "Zs",
        ["Line_Separator"] = "Zl", ["Paragraph_Separator"] = "Zp", ["Other"] = "C", ["Control"] = "Cc", ["cntrl"] = "Cc", ["Format"] = "Cf",
        ["Surrogate"] = "Cs", ["Private_Use"] = "Co", ["Unassigned"] = "Cn",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Null with the reason when it is no ECMA expression.</summary>
    public static string? Translate(string pattern, out string problem)
    {
        var output = new StringBuilder(pattern.Length + 16);
        problem = "";
        int i = 0;
        while (i < pattern.Length)
        {
            char c = pattern[i];
            string? piece;
            switch (c)
            {
                case '\\':
                    piece = Escape(pattern, ref i, inClass: false, out problem);
                    break;
                case '[':
                    piece = Class(pattern, ref i, out problem);
                    break;
                case '$':
                    i++;
                    piece = @"\z";
                    break;
                case '.':
                    i++;
                    piece = @"(?:[\ud800-\udbff][\udc00-\udfff]|[^\n\r\u2028\u2029])";
                    break;
                case '(' when i + 2 < pattern.Length && pattern[i + 1] == '?' && !IsGroup(pattern, i + 2):
                    problem = $"the group at {i} is not known to ECMA-262";
                    return null;
                default:
                    piece = Literal(pattern, ref i);
                    break;
            }

            if (piece is null) return null;
            output.Append(piece);
        }

        return output.ToString();
    }

    // (?: (?= (?! (?<= (?<! (?<name>; .NET's own inline options, comments and conditions are something else.
    private static bool IsGroup(string pattern, int at) =>
        pattern[at] is ':' or '=' or '!' || (pattern[at] == '<' && at + 1 < pattern.Length && (pattern[at + 1] is '=' or '!' or '_' || char.IsLetter(pattern[at + 1])));

    // A character beyond the basic plane is two units in .NET: kept together, so that a quantifier counts it once.
    private static string Literal(string pattern, ref int i)
    {
        char c = pattern[i++];
        if (!char.IsHighSurrogate(c) || i == pattern.Length || !char.IsLowSurrogate(pattern[i])) return c.ToString();
        return $"(?:{c}{pattern[i++]})";
    }

    private static string? Class(string pattern, ref int i, out string problem)
    {
        int start = i++;
        problem = "";
        var set = new StringBuilder("[");
        var pairs = new StringBuilder();
        bool negated = i < pattern.Length && pattern[i] == '^';
        if (negated)
        {
            set.Append('^');
            i++;
        }

        int empty = set.Length;
        while (i < pattern.Length && pattern[i] != ']')
        {
            if (pattern[i] == '\\')
            {
                if (Escape(pattern, ref i, inClass: true, out problem) is not { } piece) return null;
                set.Append(piece);
            }
            else if (char.IsHighSurrogate(pattern[i]) && i + 1 < pattern.Length)
            {
                pairs.Append('|').Append(pattern, i, 2);
                i += 2;
            }
            else
            {
                // An inner [ is literal in ECMA, and subtraction in .NET.
                set.Append(pattern[i] == '[' ? @"\[" : pattern[i].ToString());
                i++;
            }
        }

        if (i == pattern.Length)
        {
            problem = $"the class at {start} does not end";
            return null;
        }

        i++;
        bool nothing = set.Length == empty;
        if (nothing && pairs.Length == 0) return negated ? @"[\s\S]" : @"(?!)";
        if (pairs.Length > 0 && negated)
        {
            problem = $"the negated class at {start} has characters beyond U+FFFF";
            return null;
        }

        set.Append(']');
        if (pairs.Length == 0) return set.ToString();
        return nothing ? $"(?:{pairs.ToString(1, pairs.Length - 1)})" : $"(?:{set}{pairs})";
    }

    private static string? Escape(string pattern, ref int i, bool inClass, out string problem)
    {
        problem = "";
        if (i + 1 == pattern.Length)
        {
            problem = "ends with a backslash";
            return null;
        }

        char c = pattern[i + 1];
        int at = i;
        i += 2;
        switch (c)
        {
            case 'd': return inClass ? Digit : $"[{Digit}]";
            case 'w': return inClass ? Word : $"[{Word}]";
            case 's': return inClass ? Space : $"[{Space}]";
            case 'D' when !inClass: return $"[^{Digit}]";
            case 'W' when !inClass: return $"[^{Word}]";
            case 'S' when !inClass: return $"[^{Space}]";
            // Inside a class a negated set has no short form: the ranges around it.
            case 'D': return @"\u0000-/:-\uffff";
            case 'W': return @"\u0000-/:-@\[-\^`{-\uffff";
            case 'S': return @"\u0000-\u0008\u000e-\u001f!-\u009f\u00a1-\u167f\u1681-\u1fff\u200b-\u2027\u202a-\u202e\u2030-\u205e\u2060-\u2fff\u3001-\ufefe\uff00-\uffff";
            case 'b': return inClass ? @"\b" : $"(?:(?<=[{Word}])(?![{Word}])|(?<![{Word}])(?=[{Word}]))";
            case 'B' when !inClass: return $"(?:(?<=[{Word}])(?=[{Word}])|(?<![{Word}])(?![{Word}]))";
            case 't' or 'n' or 'v' or 'f' or 'r': return "\\" + c;
            case '0': return @"\u0000";
            case '-' when inClass: return @"\-";
            case 'c' when i < pattern.Length && char.IsAsciiLetter(pattern[i]): return Unit(pattern[i++] % 32);
            case 'x' when Hex(pattern, i, 2) is { } value:
                i += 2;
                return Unit(value);
            case 'u' when CodePoint(pattern, ref i) is { } point:
                return point <= char.MaxValue ? Unit(point) : inClass ? null : $"(?:{char.ConvertFromUtf32(point)})";
            case 'p' or 'P' when Property(pattern, ref i) is { } category: return $"\\{c}{{{category}}}";
            case 'k' when !inClass && i < pattern.Length && pattern[i] == '<': return @"\k";
            case >= '1' and <= '9' when !inClass: return "\\" + c;
            default:
                // Unicode mode: only syntax characters may be escaped for nothing.
                if (@"^$\.*+?()[]{}|/".Contains(c, StringComparison.Ordinal)) return "\\" + c;
                problem = $"the escape \\{c} at {at} is not known to ECMA-262";
                return null;
        }
    }

    private static string Unit(int value) => string.Create(CultureInfo.InvariantCulture, $"\\u{value:x4}");

    private static int? Hex(string text, int at, int length) =>
        at + length <= text.Length && int.TryParse(text.AsSpan(at, length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value) ? value : null;

    private static int? CodePoint(string text, ref int i)
    {
        if (i < text.Length && text[i] == '{')
        {
            int end = text.IndexOf('}', i);
            if (end < 0 || end - i is < 2 or > 7 || Hex(text, i + 1, end - i - 1) is not { } value || value > 0x10ffff || value is >= 0xd800 and <= 0xdfff) return null;
            i = end + 1;
            return value;
        }

        if (Hex(text, i, 4) is not { } unit) return null;
        i += 4;
        // Two escaped halves are one character.
        if (unit is < 0xd800 or > 0xdbff || i + 1 >= text.Length || text[i] != '\\' || text[i + 1] != 'u' || Hex(text, i + 2, 4) is not (>= 0xdc00 and <= 0xdfff and int low)) return unit;
        i += 6;
        return char.ConvertToUtf32((char)unit, (char)low);
    }

    private static string? Property(string text, ref int i)
    {
        if (i >= text.Length || text[i] != '{') return null;
        int end = text.IndexOf('}', i);
        if (end < 0) return null;
        string name = text[(i + 1)..end];
        int equals = name.IndexOf('=', StringComparison.Ordinal);
        if (equals >= 0)
        {
            // Scripts are not known to .NET; general categories are.
            if (name[..equals] is not ("gc" or "General_Category")) return null;
            name = name[(equals + 1)..];
        }

        i = end + 1;
        return Categories.TryGetValue(name, out string? category) ? category : Categories.Values.Contains(name, StringComparer.Ordinal) ? name : null;
    }
}
