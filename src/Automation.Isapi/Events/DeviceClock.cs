namespace Automation.Isapi.Events;

/// <summary>Reads the times that devices write: <c>2018-01-21T12:50:39+08:00</c>, with a fraction, a <c>Z</c>, a blank for the T, or no offset.</summary>
internal static class DeviceClock
{
    /// <summary>The instant; without an offset it is taken as UTC, since what counts is the difference to the same clock.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out DateTimeOffset instant)
    {
        instant = default;
        if (text.Length < 19 || text[4] != '-' || text[7] != '-' || text[10] is not ((byte)'T' or (byte)' ') || text[13] != ':' || text[16] != ':') return false;
        if (!Digits(text[..4], out int year) || !Digits(text[5..7], out int month) || !Digits(text[8..10], out int day)) return false;
        if (!Digits(text[11..13], out int hour) || !Digits(text[14..16], out int minute) || !Digits(text[17..19], out int second)) return false;
        // Years at the ends of the calendar would overflow when a clock's error is added; no clock that runs says so.
        if (year is < 1951 or > 2199 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 60) return false;
        ReadOnlySpan<byte> rest = text[19..];
        if (rest.StartsWith("."u8))
        {
            int end = rest[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            rest = end < 0 ? default : rest[(end + 1)..];
        }

        if (!TryOffset(rest.Trim((byte)' '), out TimeSpan offset)) return false;
        instant = new DateTimeOffset(new DateTime(year, month, day, hour, minute, Math.Min(second, 59), DateTimeKind.Utc) - offset);
        return true;
    }

    private static bool TryOffset(ReadOnlySpan<byte> text, out TimeSpan offset)
    {
        offset = TimeSpan.Zero;
        if (text.IsEmpty || text.SequenceEqual("Z"u8)) return true;
        if (text[0] is not ((byte)'+' or (byte)'-') || text.Length < 3 || !Digits(text[1..3], out int hours)) return false;
        int minutes = 0;
        ReadOnlySpan<byte> rest = text[3..].TrimStart((byte)':');
        if (!rest.IsEmpty && (rest.Length != 2 || !Digits(rest, out minutes))) return false;
        if (hours > 14 || minutes > 59) return false;
        offset = new TimeSpan(hours, minutes, 0) * (text[0] == '-' ? -1 : 1);
        return true;
    }

    private static bool Digits(ReadOnlySpan<byte> text, out int number)
    {
        number = 0;
        foreach (byte c in text)
        {
            if (c is < (byte)'0' or > (byte)'9') return false;
            number = (number * 10) + c - '0';
        }

        return true;
    }
}
