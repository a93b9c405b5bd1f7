using System.Collections.Immutable;

namespace Automation.Core.Rules;

/// <summary>Reads an instance: names a template, gives its inputs, and becomes the rule.</summary>
internal static class InstanceReader
{
    private static readonly string[] Names = ["$schema", "template", "version", "id", "name", "enabled", "description", "inputs"];
    private static readonly string[] Front = ["id", "name", "enabled", "description"];

    /// <summary>The rule's document, or null after a finding.</summary>
    public static JsonNode? Expand(ReadContext context, JsonNode document, TemplateLibrary library, out Template? template)
    {
        template = null;
        int errors = context.Findings.Errors;
        if (!ObjectReader.TryOpen(context, document, "a template's instance", Names, out ObjectReader reader)) return null;
        RuleHeader.Read(context, reader);
        JsonNode nameNode = document.Find("template")!;
        TemplateVersion? version = reader.Find("version") is { } v ? TemplateReader.Version(context, v) : null;
        if (Values.Slug(context, nameNode, "template") is not { } name) return null;
        template = library.Find(name);
        if (template is null)
        {
            context.Error(Codes.TemplateUnknown, nameNode, $"there is no template '{name}'", context.DidYouMean(name, library.Templates.Select(t => t.Id), "add its file to the templates folder, or name another"));
            return null;
        }

        if (version is { } wanted && !template.Version.Serves(wanted))
        {
            context.Error(Codes.TemplateVersion, reader.Find("version")!, $"the template is {template}, which does not serve an instance of {wanted}", $"check the inputs against the template and write \"version\": \"{template.Version}\"");
        }

        Dictionary<string, JsonNode> values = Inputs(context, document, reader.Find("inputs"), template);
        if (context.Findings.Errors > errors) return null;
        IEnumerable<JsonNode> front = Front.Select(document.Find).OfType<JsonNode>();
        return new TemplateExpander(template, values, document).Rule(front);
    }

    /// <summary>The value of each input that has one: given, or its default.</summary>
    public static Dictionary<string, JsonNode> Inputs(ReadContext context, JsonNode document, JsonNode? given, Template template)
    {
        var values = new Dictionary<string, JsonNode>(StringComparer.Ordinal);
        if (given is { Kind: not JsonKind.Object })
        {
            context.Error(Codes.WrongType, given, $"'inputs' is an object, not {given.KindWord}", "write { \"source\": \"store/nvr/channel/1\" }");
            return values;
        }

        foreach (JsonNode node in given?.Children ?? [])
        {
            TemplateInput? input = template.Inputs.FirstOrDefault(i => i.Name == node.Name);
            if (input is null)
            {
                IEnumerable<string> known = template.Inputs.Select(i => i.Name);
                context.Findings.AtName(Codes.InputUnknown, node, $"the template {template} has no input '{Nearest.Shorten(node.Name!)}'", context.DidYouMean(node.Name!, known, "its inputs are " + string.Join(", ", known)));
            }
            else if (InputValues.Fits(context, input, node))
            {
                values[input.Name] = node;
            }
        }

        foreach (TemplateInput input in template.Inputs)
        {
            if (given?.Has(input.Name) == true) continue;
            if (input.Default is { } otherwise) values[input.Name] = otherwise;
            else if (!input.Optional) context.Error(Codes.InputMissing, given ?? document, $"the template {template} needs the input '{input.Name}'", $"add \"{input.Name}\": {Wanted(input)}");
        }

        return values;
    }

    private static string Wanted(TemplateInput input) => input.Type == InputType.Resource
        ? "the address of a resource of kind " + string.Join(" or ", input.Kinds)
        : "a " + input.Type.ToString().ToLowerInvariant();
}
