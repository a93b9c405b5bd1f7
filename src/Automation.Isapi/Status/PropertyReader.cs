using Automation.Core.Model;
using Automation.Isapi.Documents;

namespace Automation.Isapi.Status;

/// <summary>Collects the properties a status element has; what it lacks or says unreadably is left out.</summary>
internal sealed class PropertyReader(DeviceElement element)
{
    private readonly List<KeyValuePair<string, DataValue>> _properties = new(12);

    public DataObject Properties => DataObject.From(_properties);

    public PropertyReader Text(string wire, string name)
    {
        if (element.TextOf(wire) is { } text) _properties.Add(new(name, text.Length <= 128 ? text : text[..128]));
        return this;
    }

    public PropertyReader Number(string wire, string name)
    {
        if (element.NumberOf(wire) is { } number) _properties.Add(new(name, number));
        return this;
    }

    public PropertyReader Flag(string wire, string name)
    {
        if (element.BoolOf(wire) is { } flag) _properties.Add(new(name, flag));
        return this;
    }

    /// <summary>True when the wire's word is the given one, false when it is another, nothing when it is missing.</summary>
    public PropertyReader Is(string wire, string name, params ReadOnlySpan<string> words)
    {
        if (element.TextOf(wire) is not { } text) return this;
        bool any = false;
        foreach (string word in words) any |= word.Equals(text, StringComparison.OrdinalIgnoreCase);
        _properties.Add(new(name, any));
        return this;
    }

    public PropertyReader IsNot(string wire, string name, params ReadOnlySpan<string> words)
    {
        if (element.TextOf(wire) is not { } text) return this;
        bool any = false;
        foreach (string word in words) any |= word.Equals(text, StringComparison.OrdinalIgnoreCase);
        _properties.Add(new(name, !any));
        return this;
    }

    /// <summary>A list of single values, joined by commas.</summary>
    public PropertyReader List(string wire, string name)
    {
        string[] values = [.. element.Children.Where(c => c.Is(wire)).Select(c => c.Text.Trim()).Where(t => t.Length is > 0 and <= 32).Take(64)];
        if (values.Length > 0) _properties.Add(new(name, string.Join(',', values)));
        return this;
    }

    public PropertyReader Put(string name, DataValue value)
    {
        _properties.Add(new(name, value));
        return this;
    }
}
