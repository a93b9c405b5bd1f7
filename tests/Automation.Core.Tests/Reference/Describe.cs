using System.Collections;
using System.Reflection;
using Automation.Core.Model;

namespace Automation.Core.Tests.Reference;

/// <summary>Prints the form of rules and inputs in full, defaults left out: what a failing test shows.</summary>
internal static class Describe
{
    public static string Value(object? value) => value switch
    {
        null => "null",
        string text => $"'{text}'",
        DataValue or DataObject or ResourceAddress or Enum or TimeSpan or bool or int or long or double or TimeZoneInfo => value.ToString()!,
        DateTimeOffset at => at.ToString("yyyy-MM-dd HH:mm:ss.fff", System.Globalization.CultureInfo.InvariantCulture),
        IEnumerable many => "[" + string.Join(", ", many.Cast<object?>().Select(Value)) + "]",
        _ => Record(value),
    };

    private static string Record(object value)
    {
        var parts = new List<string>();
        foreach (PropertyInfo property in value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetIndexParameters().Length > 0 || property.Name == "EqualityContract") continue;
            object? inner = property.GetValue(value);
            if (inner is null or false || inner.Equals(TimeSpan.Zero) || (inner is int or long && Convert.ToInt64(inner, System.Globalization.CultureInfo.InvariantCulture) == 0)) continue;
            string text = Value(inner);
            if (text is not ("[]" or "''" or "")) parts.Add($"{property.Name}={text}");
        }

        return $"{value.GetType().Name}({string.Join(", ", parts)})";
    }
}
