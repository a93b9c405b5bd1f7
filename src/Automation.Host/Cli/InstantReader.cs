using System.Buffers.Text;

namespace Automation.Host.Cli;

/// <summary>Reads instants such as <c>2026-11-20T18:00:00.250+01:00</c>. Lines of a file share their day and offset, so those are worked out once.</summary>
internal sealed class InstantReader
{
    private const int DayLength = 10;
    private const int SecondsLength = 19;

    private readonly byte[] _day = new byte[DayLength];
    private readonly byte[] _offset = new byte[6];
    private long _dayTicks = -1;
    private TimeSpan _offsetValue;

    /// <summary>The instant; false for another shape (which may still be an instant) and for what is none.</summary>
    public bool TryRead(ReadOnlySpan<byte> text, out DateTimeOffset at)
    {
        at = default;
        if (text.Length < SecondsLength + 1 || text[DayLength] != (byte)'T' || !TryDay(text[..DayLength])) return false;
        if (!TwoDigits(text, 11, 23, out int hour) || text[13] != ':' || !TwoDigits(text, 14, 59, out int minute) || text[16] != ':' || !TwoDigits(text, 17, 59, out int second)) return false;
        long ticks = _dayTicks + (hour * TimeSpan.TicksPerHour) + (minute * TimeSpan.TicksPerMinute) + (second * TimeSpan.TicksPerSecond);
        ReadOnlySpan<byte> rest = text[SecondsLength..];
        if (rest[0] == '.')
        {
            int digits = 1;
            long fraction = 0;
            while (digits < rest.Length && char.IsAsciiDigit((char)rest[digits]) && digits <= 7) fraction = (fraction * 10) + (rest[digits++] - '0');
            if (digits == 1 || (digits < rest.Length && char.IsAsciiDigit((char)rest[digits]))) return false;
            for (int i = digits; i <= 7; i++) fraction *= 10;
            ticks += fraction;
            rest = rest[digits..];
        }

        if (rest is [(byte)'Z'])
        {
            at = new DateTimeOffset(ticks, TimeSpan.Zero);
            return true;
        }

        if (!TryOffset(rest)) return false;
        long utc = ticks - _offsetValue.Ticks;
        if (utc < 0 || utc > DateTime.MaxValue.Ticks) return false;
        at = new DateTimeOffset(ticks, _offsetValue);
        return true;
    }

    private bool TryDay(ReadOnlySpan<byte> text)
    {
        if (_dayTicks >= 0 && text.SequenceEqual(_day)) return true;
        if (!Utf8Parser.TryParse(text[..4], out int year, out int used) || used != 4 || text[4] != '-' || !TwoDigits(text, 5, 12, out int month) || text[7] != '-' || !TwoDigits(text, 8, 31, out int day)) return false;
        if (year < 1 || month < 1 || day < 1 || day > DateTime.DaysInMonth(year, month)) return false;
        _dayTicks = new DateTime(year, month, day).Ticks;
        text.CopyTo(_day);
        return true;
    }

    private bool TryOffset(ReadOnlySpan<byte> text)
    {
        if (text.SequenceEqual(_offset)) return true;
        if (text.Length != 6 || text[0] is not ((byte)'+' or (byte)'-') || !TwoDigits(text, 1, 14, out int hours) || text[3] != ':' || !TwoDigits(text, 4, 59, out int minutes)) return false;
        if (hours == 14 && minutes > 0) return false;
        TimeSpan offset = new(hours, minutes, 0);
        _offsetValue = text[0] == '-' ? -offset : offset;
        text.CopyTo(_offset);
        return true;
    }

    private static bool TwoDigits(ReadOnlySpan<byte> text, int at, int most, out int value)
    {
        value = 0;
        if (!char.IsAsciiDigit((char)text[at]) || !char.IsAsciiDigit((char)text[at + 1])) return false;
        value = ((text[at] - '0') * 10) + (text[at + 1] - '0');
        return value <= most;
    }
}
