using System.Buffers.Text;

namespace Automation.Isapi.Documents;

/// <summary>Numbers as devices write them: plain, in quotes, with a fraction of zero.</summary>
internal static class DeviceNumber
{
    /// <summary>A finite number; null for anything else.</summary>
    public static double? Number(ReadOnlySpan<byte> text) =>
        text.Length is > 0 and <= 64 && Utf8Parser.TryParse(text[0] == '+' ? text[1..] : text, out double number, out int used) && used == text.Length - (text[0] == '+' ? 1 : 0) && double.IsFinite(number) ? number : null;

    public static int? Int(ReadOnlySpan<byte> text)
    {
        if (Utf8Parser.TryParse(text, out int plain, out int used) && used == text.Length && used > 0) return plain;
        return Number(text) is { } number && number == Math.Floor(number) && Math.Abs(number) <= int.MaxValue ? (int)number : null;
    }

    /// <summary><c>true</c>, <c>1</c>, <c>yes</c> and their opposites.</summary>
    public static bool? Flag(ReadOnlySpan<byte> text)
    {
        if (text.SequenceEqual("1"u8) || System.Text.Ascii.EqualsIgnoreCase(text, "true"u8) || System.Text.Ascii.EqualsIgnoreCase(text, "yes"u8)) return true;
        if (text.SequenceEqual("0"u8) || System.Text.Ascii.EqualsIgnoreCase(text, "false"u8) || System.Text.Ascii.EqualsIgnoreCase(text, "no"u8)) return false;
        return null;
    }
}
