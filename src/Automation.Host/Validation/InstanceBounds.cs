using System.Text.Json;

namespace Automation.Host.Validation;

/// <summary>One walk over an instance before it is validated, so that nothing after it needs to fear its depth, its numbers or its text.</summary>
internal static class InstanceBounds
{
    public static SchemaFinding? Check(JsonElement instance, SchemaLimits limits) => Check(instance, limits, limits.Depth, "");

    private static SchemaFinding? Check(JsonElement element, SchemaLimits limits, int depthLeft, string pointer)
    {
        if (depthLeft < 0) return new(pointer, "", "limit", $"nested deeper than {limits.Depth} levels");
        switch (element.ValueKind)
        {
            case JsonValueKind.Undefined:
                return new(pointer, "", "json", "there is no value");
            case JsonValueKind.Number when !ExactNumber.TryRead(element, limits.NumberDigits, out _):
                return new(pointer, "", "limit", $"a number of more than {limits.NumberDigits} digits, or with too large an exponent");
            case JsonValueKind.String when !IsText(element):
                return new(pointer, "", "json", "the text has half a surrogate pair (an escape from \\uD800 to \\uDFFF that stands alone)");
            case JsonValueKind.Array:
                int index = 0;
                foreach (JsonElement item in element.EnumerateArray())
                {
                    if (Check(item, limits, depthLeft - 1, pointer) is { } found) return found with { InstancePointer = Under(found, pointer, index.ToString(System.Globalization.CultureInfo.InvariantCulture)) };
                    index++;
                }

                break;
            case JsonValueKind.Object:
                foreach (JsonProperty property in element.EnumerateObject())
                {
                    if (!IsName(property)) return new(pointer, "", "json", "a property name has half a surrogate pair");
                    if (Check(property.Value, limits, depthLeft - 1, pointer) is { } found) return found with { InstancePointer = Under(found, pointer, Pointers.Escape(property.Name)) };
                }

                break;
        }

        return null;
    }

    // The pointer is put together only on the way out of a failure: the common walk builds no text.
    private static string Under(SchemaFinding found, string pointer, string level) => $"{pointer}/{level}{found.InstancePointer[pointer.Length..]}";

    private static bool IsText(JsonElement element)
    {
        try
        {
            return element.GetString() is not null;
        }
        catch (InvalidOperationException)
        {
            // The reader keeps escapes as written and finds half a pair only when asked for the text.
            return false;
        }
    }

    private static bool IsName(JsonProperty property)
    {
        try
        {
            return property.Name is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
