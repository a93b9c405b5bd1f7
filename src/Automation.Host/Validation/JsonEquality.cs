using System.Text.Json;

namespace Automation.Host.Validation;

/// <summary>Equality of JSON values as the specification has it (core §4.2.2): numbers by value, objects without order.</summary>
internal sealed class JsonEquality(int maximumDigits) : IEqualityComparer<JsonElement>
{
    public bool Equals(JsonElement left, JsonElement right)
    {
        if (left.ValueKind != right.ValueKind) return false;
        switch (left.ValueKind)
        {
            case JsonValueKind.Number:
                return ExactNumber.TryRead(left, maximumDigits, out ExactNumber a) && ExactNumber.TryRead(right, maximumDigits, out ExactNumber b) && a == b;
            case JsonValueKind.String:
                return string.Equals(left.GetString(), right.GetString(), StringComparison.Ordinal);
            case JsonValueKind.Array:
                return left.GetArrayLength() == right.GetArrayLength() && SameItems(left, right);
            case JsonValueKind.Object:
                return left.GetPropertyCount() == right.GetPropertyCount() && SameProperties(left, right);
            default:
                return true;
        }
    }

    public int GetHashCode(JsonElement element)
    {
        var hash = new HashCode();
        Add(ref hash, element);
        return hash.ToHashCode();
    }

    private bool SameItems(JsonElement left, JsonElement right)
    {
        using JsonElement.ArrayEnumerator others = right.EnumerateArray();
        JsonElement.ArrayEnumerator rights = others.GetEnumerator();
        foreach (JsonElement item in left.EnumerateArray())
        {
            if (!rights.MoveNext() || !Equals(item, rights.Current)) return false;
        }

        return true;
    }

    private bool SameProperties(JsonElement left, JsonElement right)
    {
        foreach (JsonProperty property in left.EnumerateObject())
        {
            if (!right.TryGetProperty(property.Name, out JsonElement other) || !Equals(property.Value, other)) return false;
        }

        return true;
    }

    private void Add(ref HashCode hash, JsonElement element)
    {
        hash.Add(element.ValueKind);
        switch (element.ValueKind)
        {
            case JsonValueKind.Number:
                if (ExactNumber.TryRead(element, maximumDigits, out ExactNumber number)) hash.Add(number);
                break;
            case JsonValueKind.String:
                hash.Add(element.GetString(), StringComparer.Ordinal);
                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in element.EnumerateArray()) Add(ref hash, item);
                break;
            case JsonValueKind.Object:
                // Order does not count, so the properties' hashes are added up.
                int sum = 0;
                foreach (JsonProperty property in element.EnumerateObject())
                    sum = unchecked(sum + (property.Name.GetHashCode(StringComparison.Ordinal) * 31) + GetHashCode(property.Value));
                hash.Add(sum);
                break;
        }
    }
}
