using System.Collections.Immutable;
using System.Globalization;

namespace Automation.Core.Model;

/// <summary>What one parameter of an action may be (ACT-1…ACT-7): one table for rules, commands and what is checked before a request leaves.</summary>
/// <param name="Kind">A number given as text is taken as well, where no rule reader stands before it. <see cref="DataKind.Null"/>: a text, a number, true or false.</param>
public sealed record ActionParameterInfo(string Name, DataKind Kind)
{
    /// <summary>Least and most of a number, both taken.</summary>
    public double Min { get; init; }

    public double Max { get; init; }

    /// <summary>Whole numbers only.</summary>
    public bool Whole { get; init; }

    /// <summary>The words of a choice; empty for everything else.</summary>
    public ImmutableArray<string> Words { get; init; } = [];

    public bool Required { get; init; }

    /// <summary>What counts when it is not given; null: nothing, the action does without.</summary>
    public DataValue Default { get; init; }

    /// <summary>Where the parameter <c>mode</c> decides what it may be: its words, each with the range there. A mode that is missing does not take the parameter.</summary>
    public ImmutableArray<(string Mode, double Min, double Max)> ByMode { get; init; } = [];

    /// <summary>The shape of a text that is no free one: what is wrong with it and what to write instead; null when nothing is.</summary>
    internal Func<string, string?>? Shape { get; init; }

    /// <summary>What a person writes, e.g. <c>a whole number from 1 to 300</c>.</summary>
    public string Takes => Kind switch
    {
        DataKind.Boolean => "true or false",
        DataKind.Number => Range(Min, Max),
        DataKind.Null => "a text, a number, true or false",
        _ when Words.Length > 0 => "one of " + string.Join(", ", Words),
        _ => "a text",
    };

    internal static ActionParameterInfo Integer(string name, double min, double max) => new(name, DataKind.Number) { Min = min, Max = max, Whole = true };

    internal static ActionParameterInfo Decimal(string name, double min, double max) => new(name, DataKind.Number) { Min = min, Max = max };

    internal static ActionParameterInfo Flag(string name) => new(name, DataKind.Boolean);

    internal static ActionParameterInfo Choice(string name, params string[] words) => new(name, DataKind.Text) { Words = [.. words] };

    internal static ActionParameterInfo Any(string name) => new(name, DataKind.Null);

    internal static ActionParameterInfo Text(string name, Func<string, string?> shape) => new(name, DataKind.Text) { Shape = shape };

    /// <summary>What is wrong with a value, and what to write; null when it will do.</summary>
    /// <param name="mode">The value of <c>mode</c>, given or by default.</param>
    public string? Problem(DataValue value, string? mode)
    {
        switch (Kind)
        {
            case DataKind.Null:
                return null;
            case DataKind.Boolean:
                return value.Kind == DataKind.Boolean || value.ToString() is "true" or "false" ? null : $"'{Name}' is true or false";
            case DataKind.Number:
                if (NumberOf(value) is not { } number) return $"'{Name}' is {Takes}";
                if (Whole && number != Math.Truncate(number)) return $"'{Name}' is a whole number";
                return RangeProblem(number, mode);
            default:
                string text = value.ToString();
                if (Words.Length > 0) return Words.Contains(text) ? null : $"'{Name}' is {Takes}";
                return value.Kind == DataKind.Text ? Shape?.Invoke(text) : $"'{Name}' is a text";
        }
    }

    /// <summary>What is wrong with a number; narrower than <see cref="Min"/> to <see cref="Max"/> where the mode decides.</summary>
    internal string? RangeProblem(double number, string? mode)
    {
        (double min, double max) = (Min, Max);
        if (!ByMode.IsEmpty)
        {
            int at = ByMode.IndexOf(ByMode.FirstOrDefault(m => m.Mode == mode));
            if (at < 0) return $"'{Name}' is not taken in the mode {mode}";
            (_, min, max) = ByMode[at];
        }

        return number >= min && number <= max ? null : $"'{Name}' is {Range(min, max)}";
    }

    /// <summary>The number of a value, also of one that is written as a text; null when it is none.</summary>
    public static double? NumberOf(DataValue value)
    {
        if (value.Kind == DataKind.Number) return value.Number;
        return value.Kind == DataKind.Text && double.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : null;
    }

    private string Range(double min, double max) => string.Create(CultureInfo.InvariantCulture, $"{(Whole ? "a whole number" : "a number")} from {min} to {max}");
}
