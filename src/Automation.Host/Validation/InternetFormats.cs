using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace Automation.Host.Validation;

/// <summary>Names and addresses of the Internet: RFC 3986, 2673, 4291, 1123, 5321.</summary>
internal static partial class InternetFormats
{
    public static bool IsIPv4(string text)
    {
        string[] parts = text.Split('.');
        return parts.Length == 4 && Array.TrueForAll(parts, p =>
            p.Length is >= 1 and <= 3 && (p.Length == 1 || p[0] != '0') &&
            byte.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out _));
    }

    public static bool IsIPv6(string text)
    {
        // The base library also takes zones, brackets and ports; RFC 4291 §2.2 has none of them.
        foreach (char c in text)
        {
            if (!char.IsAsciiHexDigit(c) && c is not (':' or '.')) return false;
        }

        if (text.Contains('.', StringComparison.Ordinal) && !IsIPv4(text[(text.LastIndexOf(':') + 1)..])) return false;
        return text.Contains(':', StringComparison.Ordinal) && IPAddress.TryParse(text, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetworkV6;
    }

    public static bool IsHostname(string text) => text.Length is > 0 and <= 253 && Array.TrueForAll(text.Split('.'), IsLabel);

    public static bool IsEmail(string text)
    {
        int at = text.LastIndexOf('@');
        if (at is < 1 or > 64) return false;
        string local = text[..at];
        string domain = text[(at + 1)..];
        bool localFits = DotAtom().IsMatch(local) || QuotedString().IsMatch(local);
        if (!domain.StartsWith('[')) return localFits && IsHostname(domain);
        if (!domain.EndsWith(']')) return false;
        string literal = domain[1..^1];
        return localFits && (literal.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase) ? IsIPv6(literal[5..]) : IsIPv4(literal));
    }

    public static bool IsUri(string text, bool absolute)
    {
        Match match = UriParts().Match(text);
        if (!match.Success || (absolute && !match.Groups["scheme"].Success)) return false;
        // RFC 3986 §4.2: without a scheme, a colon may not stand in the first segment.
        if (!match.Groups["scheme"].Success && !match.Groups["authority"].Success)
        {
            string path = match.Groups["path"].Value;
            int end = path.AsSpan().IndexOfAny(':', '/');
            if (end >= 0 && path[end] == ':') return false;
        }

        return !match.Groups["authority"].Success || IsAuthority(match.Groups["authority"].Value);
    }

    private static bool IsAuthority(string text)
    {
        int at = text.IndexOf('@', StringComparison.Ordinal);
        string host = text[(at + 1)..];
        if (at >= 0 && text.AsSpan(0, at).ContainsAny('[', ']')) return false;
        if (!host.StartsWith('[')) return HostAndPort().IsMatch(host);
        int end = host.IndexOf(']', StringComparison.Ordinal);
        if (end < 0 || !Port().IsMatch(host[(end + 1)..])) return false;
        string literal = host[1..end];
        return IsIPv6(literal) || FutureAddress().IsMatch(literal);
    }

    private static bool IsLabel(string label)
    {
        if (label.Length is 0 or > 63 || label[0] == '-' || label[^1] == '-') return false;
        foreach (char c in label)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '-') return false;
        }

        // RFC 5891 §4.2.3.1: two hyphens there announce an encoded name, and only xn-- is one.
        return label.Length < 4 || label[2..4] != "--" || IsEncodedName(label);
    }

    private static bool IsEncodedName(string label)
    {
        if (!label.StartsWith("xn--", StringComparison.OrdinalIgnoreCase)) return false;
        try
        {
            return new IdnMapping { UseStd3AsciiRules = true }.GetUnicode(label) != label;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private const string Character = @"[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2}";

    // Whatever could be read as a path of two slashes is read as an authority first: the alternatives stand in that order.
    [GeneratedRegex(@"^(?:(?<scheme>[A-Za-z][A-Za-z0-9+.\-]*):)?(?://(?<authority>(?:[A-Za-z0-9\-._~!$&'()*+,;=:@\[\]]|%[0-9A-Fa-f]{2})*)(?:/(?:" + Character + @"|/)*)?|(?<path>(?:" + Character + @"|/)*))(?:\?(?:" + Character + @"|[/?])*)?(?:\#(?:" + Character + @"|[/?])*)?\z", RegexOptions.NonBacktracking)]
    private static partial Regex UriParts();

    [GeneratedRegex(@"^(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*(?::[0-9]*)?\z", RegexOptions.NonBacktracking)]
    private static partial Regex HostAndPort();

    [GeneratedRegex(@"^(?::[0-9]*)?\z", RegexOptions.NonBacktracking)]
    private static partial Regex Port();

    [GeneratedRegex(@"^[vV][0-9A-Fa-f]+\.[A-Za-z0-9\-._~!$&'()*+,;=:]+\z", RegexOptions.NonBacktracking)]
    private static partial Regex FutureAddress();

    [GeneratedRegex(@"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-]+)*\z", RegexOptions.NonBacktracking)]
    private static partial Regex DotAtom();

    [GeneratedRegex(@"^""(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*""\z", RegexOptions.NonBacktracking)]
    private static partial Regex QuotedString();
}
