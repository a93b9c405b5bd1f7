using System.Collections.Immutable;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Reads one template document.</summary>
internal static class TemplateReader
{
    private static readonly string[] Names = ["$schema", "template", "version", "name", "description", "inputs", "rule", "tests"];
    private static readonly string[] CommonNames = ["title", "description", "optional", "default"];
    private static readonly string[] ResourceNames = [.. CommonNames, "resource", "events", "capability", "many", "max"];
    private static readonly string[] ValueNames = [.. CommonNames, "type", "min", "max", "values"];
    private static readonly string[] Types = ["schedule", "text", "number", "duration", "time", "flag", "choice", "calendars"];
    private const int MaxInputs = 50;

    /// <summary>A template has a rule; an instance has none.</summary>
    public static bool IsTemplate(JsonNode document) => document.Has("template") && document.Has("rule");

    /// <summary>Null after a finding.</summary>
    public static Template? Read(ReadContext context, JsonNode document)
    {
        int errors = context.Findings.Errors;
        if (!ObjectReader.TryOpen(context, document, "a template", Names, out ObjectReader reader)) return null;
        string? id = reader.Require("template", "the template") is { } t ? Values.Slug(context, t, "template") : null;
        TemplateVersion? version = reader.Require("version", "the template") is { } v ? Version(context, v) : null;
        string? name = reader.Text("name", 128);
        string? description = reader.Text("description", 4096);
        ImmutableArray<TemplateInput> inputs = reader.Find("inputs") is { } list ? Inputs(context, list) : [];
        JsonNode? rule = reader.Require("rule", "the template");
        if (rule is { Kind: not JsonKind.Object })
        {
            context.Error(Codes.WrongType, rule, $"'rule' is an object, not {rule.KindWord}", "write the rule with placeholders such as \"{{source}}\"");
            rule = null;
        }

        if (id is null || version is null || rule is null || context.Findings.Errors > errors) return null;
        var template = new Template(document)
        {
            Id = id, Version = version.Value, Name = name ?? id, Description = description, Kind = rule.Find("kind") is { Kind: JsonKind.Text } kind ? kind.Text : "", Inputs = inputs,
        };
        Placeholders(context, template);
        if (context.Findings.Errors == errors) TemplateSample.Check(context, template);
        return context.Findings.Errors == errors ? template : null;
    }

    public static TemplateVersion? Version(ReadContext context, JsonNode node)
    {
        if (Values.Text(context, node, "version", 32) is not { } text) return null;
        if (TemplateVersion.TryParse(text, out TemplateVersion version)) return version;
        context.Error(Codes.VersionShape, node, $"'{Nearest.Shorten(text)}' is not a version", "write three numbers: \"1.0.0\"");
        return null;
    }

    private static ImmutableArray<TemplateInput> Inputs(ReadContext context, JsonNode list)
    {
        if (list.Kind != JsonKind.Object || list.Children.Count > MaxInputs)
        {
            context.Error(Codes.WrongType, list, $"'inputs' is an object of up to {MaxInputs} inputs", "write { \"source\": { \"resource\": \"channel\" } }");
            return [];
        }

        var inputs = ImmutableArray.CreateBuilder<TemplateInput>();
        foreach (JsonNode node in list.Children)
        {
            if (!node.Name!.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            {
                context.Findings.AtName(Codes.NotASlug, node, $"'{Nearest.Shorten(node.Name!)}' is not a name of an input", "use letters, digits, - and _");
                continue;
            }

            if (Input(context, node) is { } input) inputs.Add(input);
        }

        return inputs.ToImmutable();
    }

    private static TemplateInput? Input(ReadContext context, JsonNode node)
    {
        bool resource = node.Has("resource");
        if (!ObjectReader.TryOpen(context, node, $"the input '{node.Name}'", resource ? ResourceNames : ValueNames, out ObjectReader reader)) return null;
        int errors = context.Findings.Errors;
        var input = new TemplateInput
        {
            Name = node.Name!, Type = InputType.Resource, Title = reader.Text("title", 128), Description = reader.Text("description", 1024),
            Optional = reader.Flag("optional", false), HasDefault = node.Has("default"), Default = reader.Find("default"),
        };
        if (resource)
        {
            bool many = reader.Flag("many", false);
            input = input with
            {
                Kinds = Values.Words(context, reader.Find("resource")!, "resource", [.. ResourceKinds.All.Append("device").Append("group").Order(StringComparer.Ordinal)]),
                Events = reader.Find("events") is { } events ? EventReader.Events(context, events) : [],
                Capability = reader.Text("capability", 64), Many = many, Max = reader.Whole("max", 1, 500) ?? (many ? 500 : 1),
            };
        }
        else
        {
            string? word = reader.Require("type", $"the input '{node.Name}'") is { } type ? Values.Choice(context, type, "type", Types) : null;
            if (word is null) return null;
            input = input with
            {
                Type = Enum.Parse<InputType>(word, ignoreCase: true), Min = reader.Number("min", -1e9, 1e9) ?? -1e9, Max = reader.Number("max", -1e9, 1e9) ?? 1e9,
                Words = reader.Find("values") is { } words ? [.. (Values.List(context, words, "values", 1, 50) ?? []).Select(w => Values.Text(context, w, "values", 64)).OfType<string>()] : [],
            };
            if (input.Type == InputType.Choice && input.Words.IsEmpty && context.Findings.Errors == errors)
            {
                context.Error(Codes.PropertyMissing, node, $"the input '{node.Name}' lacks the property 'values'", "add \"values\": [ … ] with the words to choose from");
            }
        }

        if (input.Default is { } given && !InputValues.Fits(context, input, given)) return null;
        return context.Findings.Errors == errors ? input : null;
    }

    private static void Placeholders(ReadContext context, Template template)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        Walk(template.Rule);
        foreach (TemplateInput input in template.Inputs)
        {
            if (used.Contains(input.Name)) continue;
            JsonNode at = template.Document.Find("inputs")!.Find(input.Name)!;
            context.Findings.AtName(Codes.InputUnused, at, $"the input '{input.Name}' is not used in the rule", "use \"{{" + input.Name + "}}\" or remove the input", FindingSeverity.Warning);
        }

        void Walk(JsonNode node)
        {
            foreach (JsonNode child in node.Children) Walk(child);
            if (node.Kind != JsonKind.Text) return;
            foreach (string name in Placeholder.In(node.Text))
            {
                used.Add(name);
                if (template.Inputs.Any(i => i.Name == name)) continue;
                context.Error(Codes.PlaceholderUnknown, node, $"the template has no input '{Nearest.Shorten(name)}'", context.DidYouMean(name, template.Inputs.Select(i => i.Name), "add it to \"inputs\""));
            }
        }
    }
}
