using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Automation.Core.Calendars;

/// <summary>One field of a cron expression as a set of values.</summary>
/// <param name="Values">Bit n: the value n is in the set. Sunday is bit 0 alone.</param>
/// <param name="StartsWithStar">Not restricted, in the words of crontab(5).</param>
internal readonly record struct CronField(ulong Values, bool StartsWithStar)
{
    public const int Count = 5;

    private const int MaxLength = 200;

    private static readonly Kind[] Kinds =
    [
        new("minute", 0, 59, []),
        new("hour", 0, 23, []),
        new("day of month", 1, 31, []),
        new("month", 1, 12, ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
        new("day of week", 0, 7, ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
    ];

    public static bool TryParseAll(string? text, Span<CronField> fields, [NotNullWhen(false)] out string? error)
    {
        error = null;
        if (string.IsNullOrWhiteSpace(text)) error = "cron: the expression is empty; write five fields: minute hour day-of-month month day-of-week";
        else if (text.Length > MaxLength) error = $"cron: the expression has {text.Length} characters; at most {MaxLength} are read";
        if (error is not null) return false;

        int position = 0;
        int count = 0;
        while (true)
        {
            while (position < text!.Length && text[position] is ' ' or '\t') position++;
            if (position == text.Length) break;
            int end = position;
            while (end < text.Length && text[end] is not (' ' or '\t')) end++;
            if (count == Count)
            {
                error = $"cron: position {position + 1}: more than five fields; seconds and years are not read, write minute hour day-of-month month day-of-week";
                return false;
            }

            var parser = new Parser(text, position, end, count);
            if (!parser.TryParse(out fields[count], out error)) return false;
            position = end;
            count++;
        }

        if (count == Count) return true;
        error = $"cron: position {text.Length + 1}: {count} of five fields; the {Kinds[count].Name} is missing";
        return false;
    }

    private sealed record Kind(string Name, int Min, int Max, string[] Names);

    /// <summary>Reads the characters [<paramref name="start"/>, <paramref name="end"/>) of the expression as one field.</summary>
    private ref struct Parser(string text, int start, int end, int index)
    {
        private readonly Kind _kind = Kinds[index];
        private int _at = start;

        public bool TryParse(out CronField field, [NotNullWhen(false)] out string? error)
        {
            field = default;
            ulong values = 0;
            bool star = text[_at] is '*' or '?';
            while (true)
            {
                error = TryItem(ref values);
                if (error is not null) return false;
                if (_at == end) break;
                if (text[_at] != ',')
                {
                    error = Wrong(_at, $"unexpected '{text[_at]}'; write values, ranges 'a-b', steps '/n', separated by ','");
                    return false;
                }

                _at++;
            }

            // 7 is Sunday too.
            if (index == 4 && (values & 1UL << 7) != 0) values = (values | 1) & 0x7F;
            field = new CronField(values, star);
            return true;
        }

        private string? TryItem(ref ulong values)
        {
            int itemStart = _at;
            int low;
            int high;
            bool range = true;
            if (_at < end && (text[_at] == '*' || (text[_at] == '?' && index is 2 or 4)))
            {
                _at++;
                (low, high) = (_kind.Min, _kind.Max);
            }
            else
            {
                if (TryValue(out low, false) is { } wrong) return wrong;
                high = low;
                range = false;
                if (_at < end && text[_at] == '-')
                {
                    _at++;
                    if (TryValue(out high, true) is { } wrongEnd) return wrongEnd;
                    range = true;
                }
            }

            if (high < low) return Wrong(itemStart, $"the range {text[itemStart.._at]} goes backwards; write it as two, '{low}-{_kind.Max},{_kind.Min}-{high}'");
            int step = 1;
            if (_at < end && text[_at] == '/')
            {
                int stepStart = ++_at;
                if (!TryNumber(out step) || step < 1 || step > _kind.Max)
                {
                    return Wrong(stepStart, $"the step is {(stepStart == _at ? "missing" : $"'{text[stepStart.._at]}'")}; write a number from 1 to {_kind.Max}");
                }

                if (!range) high = index == 4 ? 6 : _kind.Max;
            }

            for (int value = low; value <= high; value += step) values |= 1UL << value;
            return null;
        }

        private string? TryValue(out int value, bool endOfRange)
        {
            int valueStart = _at;
            value = 0;
            if (_at < end && char.IsAsciiLetter(text[_at]))
            {
                while (_at < end && char.IsAsciiLetter(text[_at])) _at++;
                string name = text[valueStart.._at];
                int known = Array.FindIndex(_kind.Names, n => n.Equals(name, StringComparison.OrdinalIgnoreCase));
                if (known < 0)
                {
                    string right = _kind.Names.Length == 0 ? $"a number from {_kind.Min} to {_kind.Max}" : $"{_kind.Names[0]} to {_kind.Names[^1]}";
                    return Wrong(valueStart, $"'{name}' is not known; write {right}");
                }

                // Months count from 1; a range that ends on Sunday ends the week.
                value = index == 3 ? known + 1 : endOfRange && known == 0 ? 7 : known;
                return null;
            }

            if (!TryNumber(out value))
            {
                return Wrong(valueStart, _at < end && _at == valueStart ? $"'{text[_at]}' is no value; write {_kind.Min} to {_kind.Max}" : $"a value is missing; write {_kind.Min} to {_kind.Max}");
            }

            return value < _kind.Min || value > _kind.Max ? Wrong(valueStart, $"{text[valueStart.._at]} is outside {_kind.Min} to {_kind.Max}") : null;
        }

        private bool TryNumber(out int number)
        {
            int numberStart = _at;
            while (_at < end && char.IsAsciiDigit(text[_at])) _at++;
            number = 0;
            if (_at == numberStart) return false;
            // Longer numbers are outside every field; int.MaxValue says so without overflow.
            if (_at - numberStart > 4) number = int.MaxValue;
            else number = int.Parse(text.AsSpan(numberStart, _at - numberStart), NumberStyles.None, CultureInfo.InvariantCulture);
            return true;
        }

        private readonly string Wrong(int position, string what) => $"cron: field {index + 1} ({_kind.Name}), position {position + 1}: {what}";
    }
}
