using System.Globalization;
using Automation.Core.Model;

namespace Automation.Isapi.Actions;

/// <summary>Reads an action's parameters; a number may be given as text.</summary>
internal static class ActionParameters
{
    public static string? TextOf(this DataObject parameters, string name) =>
        parameters.TryGet(name, out DataValue value) && value.Kind != DataKind.Null ? value.ToString() : null;

    public static int? IntOf(this DataObject parameters, string name) =>
        parameters.NumberOf(name) is { } number && number == Math.Floor(number) && Math.Abs(number) < 1_000_000_000 ? (int)number : null;

    public static double? NumberOf(this DataObject parameters, string name)
    {
        if (!parameters.TryGet(name, out DataValue value)) return null;
        if (value.Kind == DataKind.Number) return value.Number;
        return double.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : null;
    }

    /// <summary>The number within the bounds; the default when it is not given.</summary>
    public static double Within(this DataObject parameters, string name, double least, double most, double whenMissing) =>
        Math.Clamp(parameters.NumberOf(name) ?? whenMissing, least, most);

    /// <summary>The parameter is missing, or one of the words (compared without case).</summary>
    public static string? WordOf(this DataObject parameters, string name, string whenMissing, params ReadOnlySpan<string> words)
    {
        string given = parameters.TextOf(name) ?? whenMissing;
        foreach (string word in words)
        {
            if (word.Equals(given, StringComparison.OrdinalIgnoreCase)) return word;
        }

        return null;
    }

    public static ActionOutcome Invalid(string what) => ActionOutcome.Failed(ActionReason.Invalid, retrySafe: false, what);
}
