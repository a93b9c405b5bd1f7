namespace Automation.Core.Rules;

/// <summary>Fills a template's rule with values: a tree to a tree.</summary>
/// <remarks>
/// An input that is left out takes with it what needs it: a property of the rule is omitted, an entry of a list (an action, a trigger) is
/// left out whole, a list that was only of it is omitted.
/// </remarks>
/// <param name="template">The template.</param>
/// <param name="values">The value of each input that has one.</param>
/// <param name="instance">Where findings in the template's own words are shown; null: in the template.</param>
internal sealed class TemplateExpander(Template template, IReadOnlyDictionary<string, JsonNode> values, JsonNode? instance)
{
    private readonly string _origin = $"in the template {template}";

    /// <summary>The rule with the given properties in front, which replace its own of the same name.</summary>
    public JsonNode Rule(IEnumerable<JsonNode> front)
    {
        JsonNode rule = template.Rule;
        JsonNode root = Copy(rule, null, name: null, 0, children: []);
        root.End = instance?.End ?? rule.End;
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (JsonNode node in front)
        {
            names.Add(node.Name!);
            root.Children.Add(Given(node, root, node.Name, 0, null));
        }

        foreach (JsonNode child in rule.Children)
        {
            if (!names.Contains(child.Name!)) Expand(child, root, child.Name, root.Children, out _);
        }

        return root;
    }

    /// <summary>Fills any other part of the template, e.g. a step of a timeline.</summary>
    public JsonNode? Part(JsonNode node)
    {
        var list = new List<JsonNode>();
        Expand(node, node.Parent, node.Name, list, out _);
        return list.Count == 0 ? null : list[0];
    }

    // Adds what the node becomes: one node, several (a list spliced into a list), or none.
    private void Expand(JsonNode node, JsonNode? parent, string? name, List<JsonNode> into, out bool lost)
    {
        lost = false;
        switch (node.Kind)
        {
            case JsonKind.Text:
                Text(node, parent, name, into, out lost);
                break;
            case JsonKind.Array:
                JsonNode array = Copy(node, parent, name, into.Count, children: []);
                foreach (JsonNode child in node.Children) Expand(child, array, null, array.Children, out _);
                lost = array.Children.Count == 0 && node.Children.Count > 0;
                if (!lost) into.Add(array);
                break;
            case JsonKind.Object:
                JsonNode made = Copy(node, parent, name, into.Count, children: []);
                foreach (JsonNode child in node.Children)
                {
                    Expand(child, made, child.Name, made.Children, out bool lostChild);
                    lost |= lostChild && name is null;
                }

                if (!lost) into.Add(made);
                break;
            default:
                into.Add(Copy(node, parent, name, into.Count, []));
                break;
        }
    }

    private void Text(JsonNode node, JsonNode? parent, string? name, List<JsonNode> into, out bool lost)
    {
        lost = false;
        if (Placeholder.Only(node.Text) is { } only)
        {
            if (!values.TryGetValue(only, out JsonNode? value))
            {
                lost = true;
            }
            else if (name is null && value.Kind == JsonKind.Array)
            {
                foreach (JsonNode item in value.Children) into.Add(Given(item, parent, null, into.Count, Sample(node)));
            }
            else
            {
                into.Add(Given(value, parent, name, into.Count, Sample(node)));
            }

            return;
        }

        bool missing = false;
        string filled = Placeholder.Fill(node.Text, blank =>
        {
            if (values.TryGetValue(blank, out JsonNode? value)) return Plain(value);
            missing = true;
            return "";
        });
        lost = missing;
        if (!lost) into.Add(Copy(node, parent, name, into.Count, [], filled));
    }

    private static string Plain(JsonNode value) => value.Kind switch
    {
        JsonKind.Array => string.Join(", ", value.Children.Select(Plain)),
        JsonKind.Boolean => value.Boolean ? "true" : "false",
        JsonKind.Object => JsonText.Write(value),
        _ => value.Text,
    };

    // With an instance, findings point at the value its author wrote; without, at the blank in the template.
    private JsonNode? Sample(JsonNode blank) => instance is null ? blank : null;

    private static JsonNode Given(JsonNode value, JsonNode? parent, string? name, int index, JsonNode? at)
    {
        JsonNode place = at ?? value;
        var copy = new JsonNode
        {
            Kind = value.Kind, Source = place.Source, Offset = place.Offset, NameOffset = place.NameOffset, End = place.End, Parent = parent, Name = name, Index = index,
            Text = value.Text, Number = value.Number, Boolean = value.Boolean, Children = value.Children.Count == 0 ? value.Children : [], PointerInstead = place.Pointer,
        };
        foreach (JsonNode child in value.Children) copy.Children.Add(Given(child, copy, child.Name, child.Index, at));
        return copy;
    }

    private JsonNode Copy(JsonNode node, JsonNode? parent, string? name, int index, List<JsonNode> children, string? text = null) => new()
    {
        Kind = node.Kind, Source = instance?.Source ?? node.Source, Offset = instance?.Offset ?? node.Offset, NameOffset = instance?.Offset ?? node.NameOffset,
        End = instance?.End ?? node.End, Parent = parent, Name = name, Index = index, Text = text ?? node.Text, Number = node.Number, Boolean = node.Boolean, Children = children,
        PointerInstead = instance is null ? node.Pointer : instance.Pointer, Origin = instance is null ? null : $"{_origin} at {node.Pointer}",
    };
}
