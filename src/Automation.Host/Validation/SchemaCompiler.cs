using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Automation.Host.Validation.Keywords;

namespace Automation.Host.Validation;

/// <summary>Makes nodes of schema locations, each once; only what the root can reach is compiled.</summary>
internal sealed partial class SchemaCompiler(SchemaRegistry registry, SchemaOptions options)
{
    // Recursion through references is as deep as a chain of them; far beyond what anybody writes, far below the stack.
    private const int MaximumDepth = 500;

    private readonly JsonEquality _equality = new(options.Limits.NumberDigits);
    private int _depth;

    /// <exception cref="JsonSchemaException">Something in the schema makes no sense.</exception>
    public SchemaNode NodeOf(SchemaLocation location)
    {
        if (location.Node is { } known) return known;
        if (++_depth > MaximumDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack()) throw new JsonSchemaException(location.Absolute, $"more than {MaximumDepth} schemas inside each other");
        var node = new SchemaNode(location);
        location.Node = node;
        CompileDynamicAnchors(location.Resource);
        switch (location.Element.ValueKind)
        {
            case JsonValueKind.True:
                node.Constant = true;
                break;
            case JsonValueKind.False:
                node.Constant = false;
                break;
            case JsonValueKind.Object:
                Fill(node);
                break;
            default:
                throw new JsonSchemaException(location.Absolute, $"a schema is an object, true or false; this is {Describe.Kind(location.Element)}");
        }

        _depth--;
        return node;
    }

    private void CompileDynamicAnchors(SchemaResource resource)
    {
        if (resource.DynamicNodes is not null) return;
        resource.DynamicNodes = new(StringComparer.Ordinal);
        foreach (string name in resource.DynamicAnchors) resource.DynamicNodes[name] = NodeOf(resource.Anchors[name]);
    }

    private void Fill(SchemaNode node)
    {
        var keywords = new List<SchemaKeyword>();
        var last = new List<SchemaKeyword>();
        SchemaVocabulary vocabulary = VocabularyOf(node.Location.Resource);
        foreach (JsonProperty property in node.Location.Element.EnumerateObject())
        {
            var source = new KeywordSource(node.Location, property.Name, property.Value, options.Limits);
            SchemaKeyword? keyword = Reference(source);
            if (vocabulary.Applicator) keyword ??= Applicator(source);
            if (vocabulary.Validation) keyword ??= Validation(source);
            if (property.Name == "format" && (options.AssertFormats || vocabulary.FormatAssertion)) keyword ??= Format(source);
            if (keyword is not null) keywords.Add(keyword);
            if (vocabulary.Unevaluated && Unevaluated(source) is { } unevaluated) last.Add(unevaluated);
        }

        node.NeedsMarks = last.Count > 0;
        node.Keywords = [.. keywords, .. last];
    }

    private SchemaVocabulary VocabularyOf(SchemaResource resource)
    {
        if (resource.Vocabulary is { } known) return known;
        // An embedded resource without $schema of its own follows its document.
        SchemaLocation root = resource.File.ByPointer[resource.Pointer];
        if (!HasSchema(root.Element, out JsonElement schema) && !HasSchema(resource.File.Document.Root, out schema)) return resource.Vocabulary = SchemaVocabulary.Standard;
        SchemaResource? meta = registry.FindResource(schema.GetString()!.TrimEnd('#'));
        return resource.Vocabulary = SchemaVocabulary.Of(meta?.File.ByPointer.GetValueOrDefault(meta.Pointer));
    }

    private static bool HasSchema(JsonElement element, out JsonElement schema)
    {
        schema = default;
        return element.ValueKind == JsonValueKind.Object && element.TryGetProperty("$schema", out schema) && schema.ValueKind == JsonValueKind.String;
    }

    private SchemaKeyword? Reference(KeywordSource source)
    {
        if (source.Name is not ("$ref" or "$dynamicRef")) return null;
        string reference = source.Text();
        SchemaLocation target = registry.Resolve(source.Owner.Resource, reference, out string fragment)
            ?? throw source.Wrong($"the reference {reference} leads nowhere");
        SchemaNode node = NodeOf(target);
        // Only an anchor that is dynamic where it stands makes the reference dynamic.
        bool dynamic = source.Name == "$dynamicRef" && target.Resource.DynamicAnchors.Contains(fragment) && ReferenceEquals(target.Resource.Anchors[fragment], target);
        return dynamic ? new DynamicRefKeyword(source.Location, node, fragment) : new AllOfKeyword(source.Name, source.Location, [node]);
    }

    private SchemaKeyword? Unevaluated(KeywordSource source) => source.Name switch
    {
        "unevaluatedItems" => new ItemsKeyword(source.Name, source.Location, Child(source), 0, unevaluatedOnly: true),
        "unevaluatedProperties" => new UnevaluatedPropertiesKeyword(source.Location, Child(source)),
        _ => null,
    };

    private SchemaKeyword? Applicator(KeywordSource source)
    {
        switch (source.Name)
        {
            case "allOf": return new AllOfKeyword(source.Name, source.Location, Children(source));
            case "anyOf": return new ChoiceKeyword(source.Name, source.Location, Children(source), exactlyOne: false);
            case "oneOf": return new ChoiceKeyword(source.Name, source.Location, Children(source), exactlyOne: true);
            case "not": return new NotKeyword(source.Location, Child(source));
            case "if": return new IfKeyword(source.Location, Child(source), Neighbour(source, "then"), Neighbour(source, "else"));
            case "dependentSchemas": return new DependentSchemasKeyword(source.Location, [.. NamedChildren(source)]);
            case "properties":
                return new PropertiesKeyword(source.Location, NamedChildren(source).DistinctBy(c => c.Name).ToFrozenDictionary(c => c.Name, c => c.Schema, StringComparer.Ordinal));
            case "patternProperties":
                return new PatternPropertiesKeyword(source.Location, [.. NamedChildren(source).Select(c => (source.Pattern(c.Name), c.Schema))]);
            case "additionalProperties": return AdditionalProperties(source);
            case "propertyNames": return new PropertyNamesKeyword(source.Location, Child(source));
            case "prefixItems": return new PrefixItemsKeyword(source.Location, Children(source));
            case "items":
                int first = source.Beside("prefixItems", out JsonElement prefix) && prefix.ValueKind == JsonValueKind.Array ? prefix.GetArrayLength() : 0;
                return new ItemsKeyword(source.Name, source.Location, Child(source), first, unevaluatedOnly: false);
            case "contains":
                int minimum = source.BesideCount("minContains") ?? 1;
                return new ContainsKeyword(source.Location, Child(source), minimum, source.BesideCount("maxContains") ?? int.MaxValue);
            default: return null;
        }
    }

    private AdditionalPropertiesKeyword AdditionalProperties(KeywordSource source)
    {
        FrozenSet<string> names = source.BesideNames("properties").ToFrozenSet(StringComparer.Ordinal);
        SchemaPattern[] patterns = [.. source.BesideNames("patternProperties").Select(source.Pattern)];
        return new AdditionalPropertiesKeyword(source.Location, names, patterns, Child(source));
    }

    private SchemaNode Child(KeywordSource source) => NodeAt($"{source.Owner.Pointer}/{Pointers.Escape(source.Name)}", source);

    private SchemaNode? Neighbour(KeywordSource source, string name) =>
        source.Beside(name, out _) ? NodeAt($"{source.Owner.Pointer}/{name}", source) : null;

    private SchemaNode[] Children(KeywordSource source)
    {
        if (source.Value.ValueKind != JsonValueKind.Array || source.Value.GetArrayLength() == 0) throw source.Wrong("wants a list of at least one schema");
        return [.. Enumerable.Range(0, source.Value.GetArrayLength()).Select(i => NodeAt($"{source.Owner.Pointer}/{source.Name}/{i}", source))];
    }

    private List<(string Name, SchemaNode Schema)> NamedChildren(KeywordSource source)
    {
        if (source.Value.ValueKind != JsonValueKind.Object) throw source.Wrong("wants an object of schemas");
        return [.. source.Value.EnumerateObject().Select(p => (p.Name, NodeAt($"{source.Owner.Pointer}/{source.Name}/{Pointers.Escape(p.Name)}", source)))];
    }

    private SchemaNode NodeAt(string pointer, KeywordSource source) =>
        NodeOf(source.Owner.Resource.File.ByPointer.GetValueOrDefault(pointer) ?? throw source.Wrong("wants a schema"));
}
