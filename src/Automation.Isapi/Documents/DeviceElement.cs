using System.Globalization;

namespace Automation.Isapi.Documents;

/// <summary>One node of a device's document, whichever dialect it came in: an XML element by its local name, or a JSON property.</summary>
/// <remarks>
/// A JSON array becomes repeated nodes of one name, as XML has it, so a list with one entry and a bare object read the same. Numbers and
/// booleans are kept as text, because devices write them as strings as often as not (EVT-4). Names compare without case: firmwares differ.
/// </remarks>
internal sealed class DeviceElement(string name)
{
    private static readonly List<DeviceElement> None = [];

    private List<DeviceElement>? _children;

    public string Name { get; } = name;

    public string Text { get; set; } = "";

    /// <summary>In document order; not to be changed.</summary>
    public List<DeviceElement> Children => _children ?? None;

    public void Add(DeviceElement child) => (_children ??= []).Add(child);

    public DeviceElement? Child(string name)
    {
        if (_children is null) return null;
        foreach (DeviceElement child in _children)
        {
            if (child.Is(name)) return child;
        }

        return null;
    }

    public bool Is(string name) => string.Equals(Name, name, StringComparison.OrdinalIgnoreCase);

    /// <summary>The text of the child, trimmed; null when it is missing or empty.</summary>
    public string? TextOf(string name)
    {
        string? text = Child(name)?.Text.Trim();
        return string.IsNullOrEmpty(text) ? null : text;
    }

    /// <summary>The whole number of the child; null when it is missing or not one. Accepts <c>3.0</c> and <c>"3"</c>.</summary>
    public int? IntOf(string name) => NumberOf(name) is { } number && number == Math.Floor(number) && Math.Abs(number) <= int.MaxValue ? (int)number : null;

    public double? NumberOf(string name) => ToNumber(TextOf(name));

    public bool? BoolOf(string name) => TextOf(name)?.ToUpperInvariant() switch
    {
        "TRUE" or "1" or "YES" => true,
        "FALSE" or "0" or "NO" => false,
        _ => null,
    };

    /// <summary>The first node of the name below this one, in document order, at any depth.</summary>
    public DeviceElement? Find(string name)
    {
        if (_children is null) return null;
        foreach (DeviceElement child in _children)
        {
            if (child.Is(name)) return child;
            if (child.Find(name) is { } found) return found;
        }

        return null;
    }

    /// <summary>Every node of the name below this one; does not look inside one that was found.</summary>
    public IEnumerable<DeviceElement> All(string name)
    {
        if (_children is null) yield break;
        foreach (DeviceElement child in _children)
        {
            if (child.Is(name))
            {
                yield return child;
                continue;
            }

            foreach (DeviceElement inner in child.All(name)) yield return inner;
        }
    }

    public static double? ToNumber(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : null;
}
