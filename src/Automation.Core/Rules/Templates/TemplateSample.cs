using System.Text;

namespace Automation.Core.Rules;

/// <summary>Fills a template with sample values, so that what could never work is told when the template is read, not at its first instance.</summary>
internal static class TemplateSample
{
    public static void Check(ReadContext context, Template template)
    {
        // Once with everything and once with only what is required: both must make a rule.
        Read(context, template, Values(template, optional: true));
        if (template.Inputs.Any(i => i.Optional)) Read(context, template, Values(template, optional: false));
    }

    private static void Read(ReadContext context, Template template, Dictionary<string, JsonNode> values)
    {
        int errors = context.Findings.Errors;
        List<JsonNode> front = template.Rule.Has("id") ? [] : [Text("sample", template.Rule, "id")];
        JsonNode rule = new TemplateExpander(template, values, instance: null).Rule(front);
        RuleSetReader.ReadKind(context, rule, out _);
        if (context.Findings.Errors == errors && template.Kind.Length == 0) context.Error(Codes.KindMissing, template.Rule, "the template's rule has no kind", "add \"kind\"");
    }

    private static Dictionary<string, JsonNode> Values(Template template, bool optional)
    {
        var values = new Dictionary<string, JsonNode>(StringComparer.Ordinal);
        int number = 1;
        foreach (TemplateInput input in template.Inputs)
        {
            JsonNode at = template.Document.Find("inputs")!.Find(input.Name)!;
            if (input.Default is { } given) values[input.Name] = given;
            else if (!input.Optional || optional) values[input.Name] = Parse(Sample(input, ref number), at, null);
        }

        return values;
    }

    private static string Sample(TemplateInput input, ref int number)
    {
        switch (input.Type)
        {
            case InputType.Resource:
                string first = Address(input.Kinds[0], number++);
                return input.Many && input.Max > 1 ? $"[\"{first}\"]" : $"\"{first}\"";
            case InputType.Schedule: return "\"allDays\"";
            case InputType.Text: return "\"text\"";
            case InputType.Number: return Math.Clamp(1, input.Min, input.Max).ToString(System.Globalization.CultureInfo.InvariantCulture);
            case InputType.Duration: return "\"00:10:00\"";
            case InputType.Time: return $"\"{number++ % 24:00}:00\"";
            case InputType.Flag: return "true";
            case InputType.Choice: return JsonText.Quote(input.Words[0]);
            default: return "[]";
        }
    }

    private static string Address(string kind, int number) => kind switch
    {
        "device" => $"sample/device-{number}",
        "group" => $"sample/groups/group-{number}",
        _ => $"sample/device/{kind}/{number}",
    };

    /// <summary>A text at the place of another node.</summary>
    public static JsonNode Text(string text, JsonNode at, string name) => Parse(JsonText.Quote(text), at, name);

    // A value at the place of another node.
    private static JsonNode Parse(string json, JsonNode at, string? name)
    {
        var source = new SourceText(new SourceFile("sample", Encoding.UTF8.GetBytes(json)));
        JsonNode parsed = JsonTreeReader.Read(source, ReadingLimits.Default, new FindingSink(ReadingLimits.Default))!;
        return Move(parsed, at, name);
    }

    private static JsonNode Move(JsonNode node, JsonNode at, string? name)
    {
        var moved = new JsonNode
        {
            Kind = node.Kind, Source = at.Source, Offset = at.Offset, NameOffset = at.NameOffset, End = at.End, Name = name ?? node.Name, Index = node.Index,
            Text = node.Text, Number = node.Number, Boolean = node.Boolean, Children = [], PointerInstead = at.Pointer,
        };
        foreach (JsonNode child in node.Children) moved.Children.Add(Move(child, at, null));
        return moved;
    }
}
