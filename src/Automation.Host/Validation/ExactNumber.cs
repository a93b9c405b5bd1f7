using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Automation.Host.Validation;

/// <summary>A JSON number, exactly: <c>Mantissa × 10^Exponent</c>, the mantissa without trailing zeros. So 1.0 is 1, and 0.1 is not what a double makes of it.</summary>
internal readonly record struct ExactNumber : IComparable<ExactNumber>
{
    private ExactNumber(BigInteger mantissa, int exponent, int digits)
    {
        Mantissa = mantissa;
        Exponent = exponent;
        Digits = digits;
    }

    public BigInteger Mantissa { get; }

    public int Exponent { get; }

    /// <summary>Digits of the mantissa; 0 for zero.</summary>
    public int Digits { get; }

    public bool IsInteger => Exponent >= 0;

    /// <summary>Reads a number element; false beyond the bounds: the digits, and a hundred times as much for the exponent.</summary>
    public static bool TryRead(JsonElement element, int maximumDigits, out ExactNumber number)
    {
        number = default;
        ReadOnlySpan<byte> raw = JsonMarshal.GetRawUtf8Value(element);
        bool negative = raw[0] == (byte)'-';
        if (negative) raw = raw[1..];
        long exponent = 0;
        int e = raw.IndexOfAny((byte)'e', (byte)'E');
        if (e >= 0)
        {
            // Ten characters hold every exponent that is accepted; a longer one is beyond the bounds anyway.
            ReadOnlySpan<byte> text = raw[(e + 1)..].TrimStart((byte)'+');
            if (text.Length > 10 || !long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)) return false;
            raw = raw[..e];
        }

        Span<char> digits = stackalloc char[maximumDigits];
        int count = 0;
        bool fraction = false;
        foreach (byte b in raw)
        {
            if (b == (byte)'.')
            {
                fraction = true;
                continue;
            }

            if (fraction) exponent--;
            if (count == 0 && b == (byte)'0') continue;
            if (count == digits.Length) return false;
            digits[count++] = (char)b;
        }

        while (count > 0 && digits[count - 1] == '0')
        {
            count--;
            exponent++;
        }

        if (count == 0) return true;
        if (Math.Abs(exponent) > maximumDigits * 100L) return false;
        BigInteger mantissa = BigInteger.Parse(digits[..count], NumberStyles.None, CultureInfo.InvariantCulture);
        number = new ExactNumber(negative ? -mantissa : mantissa, (int)exponent, count);
        return true;
    }

    public int CompareTo(ExactNumber other)
    {
        if (Mantissa.Sign != other.Mantissa.Sign) return Mantissa.Sign.CompareTo(other.Mantissa.Sign);
        if (Mantissa.IsZero) return 0;
        // The magnitude decides without writing out 1e40000; where it is the same, the exponents differ by at most the digits.
        int magnitude = (Digits + Exponent).CompareTo(other.Digits + other.Exponent);
        if (magnitude != 0) return magnitude * Mantissa.Sign;
        int common = Math.Min(Exponent, other.Exponent);
        return (Mantissa * BigInteger.Pow(10, Exponent - common)).CompareTo(other.Mantissa * BigInteger.Pow(10, other.Exponent - common));
    }

    /// <summary>Whether this is a whole multiple of the divisor, which is above zero.</summary>
    public bool IsMultipleOf(ExactNumber divisor)
    {
        if (Mantissa.IsZero) return true;
        int shift = Exponent - divisor.Exponent;
        // This mantissa has no factor ten to give, so it cannot be a multiple of something with more of them.
        if (shift < 0) return false;
        BigInteger factor = BigInteger.ModPow(10, shift, divisor.Mantissa);
        return (Mantissa * factor % divisor.Mantissa).IsZero;
    }

    /// <summary>A count as keywords such as <c>maxItems</c> give it; large ones become <see cref="int.MaxValue"/>.</summary>
    public int ToCount() =>
        Digits + Exponent > 10 ? int.MaxValue : (int)BigInteger.Min(int.MaxValue, Mantissa * BigInteger.Pow(10, Math.Max(0, Exponent)));

    public static bool operator <(ExactNumber left, ExactNumber right) => left.CompareTo(right) < 0;

    public static bool operator >(ExactNumber left, ExactNumber right) => left.CompareTo(right) > 0;

    public static bool operator <=(ExactNumber left, ExactNumber right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ExactNumber left, ExactNumber right) => left.CompareTo(right) >= 0;
}
