using System.Text.Json;

namespace Automation.Host.Validation;

/// <summary>A schema with an identity of its own: a document's root, or an embedded schema with <c>$id</c> (core §4.3.5).</summary>
internal sealed class SchemaResource(string uri, SchemaFile file, string pointer)
{
    public string Uri { get; } = uri;

    public SchemaFile File { get; } = file;

    /// <summary>Where its root stands in its file.</summary>
    public string Pointer { get; } = pointer;

    /// <summary>By name, of <c>$anchor</c> and <c>$dynamicAnchor</c>.</summary>
    public Dictionary<string, SchemaLocation> Anchors { get; } = new(StringComparer.Ordinal);

    public HashSet<string> DynamicAnchors { get; } = new(StringComparer.Ordinal);

    public SchemaVocabulary? Vocabulary { get; set; }

    /// <summary>Set by the compiler: the dynamic anchors as nodes.</summary>
    public Dictionary<string, SchemaNode>? DynamicNodes { get; set; }
}

/// <summary>One document: every place in it that is known to be a schema, by JSON pointer.</summary>
internal sealed class SchemaFile(SchemaDocument document)
{
    public SchemaDocument Document { get; } = document;

    public Dictionary<string, SchemaLocation> ByPointer { get; } = new(StringComparer.Ordinal);
}

/// <summary>A place that holds a schema.</summary>
internal sealed record SchemaLocation(SchemaResource Resource, JsonElement Element, string Pointer)
{
    public SchemaNode? Node { get; set; }

    /// <summary>The place with its document, as findings name it.</summary>
    public string Absolute => $"{Resource.Uri}#{Pointer[Resource.Pointer.Length..]}";
}

/// <summary>Finds identities, anchors and the targets of references over all documents of one compilation.</summary>
internal sealed class SchemaRegistry
{
    private static readonly HashSet<string> Single = new(StringComparer.Ordinal)
    {
        "not", "if", "then", "else", "additionalProperties", "unevaluatedProperties", "items", "unevaluatedItems", "contains", "propertyNames", "contentSchema",
    };

    private static readonly HashSet<string> Lists = new(StringComparer.Ordinal) { "allOf", "anyOf", "oneOf", "prefixItems" };

    private static readonly HashSet<string> Maps = new(StringComparer.Ordinal) { "properties", "patternProperties", "$defs", "dependentSchemas", "definitions" };

    private readonly Dictionary<string, SchemaResource> _resources = new(StringComparer.Ordinal);

    /// <summary>Takes a document in; the first of two with the same identity stays.</summary>
    public SchemaLocation Add(SchemaDocument document)
    {
        var file = new SchemaFile(document);
        var resource = new SchemaResource(document.Uri, file, "");
        Scan(file, document.Root, "", resource);
        SchemaLocation root = file.ByPointer[""];
        _resources.TryAdd(document.Uri, root.Resource);
        return root;
    }

    public SchemaResource? FindResource(string uri) => _resources.GetValueOrDefault(uri);

    /// <summary>The schema a reference leads to, seen from the resource it stands in; null when it leads nowhere.</summary>
    public SchemaLocation? Resolve(SchemaResource from, string reference, out string fragment)
    {
        int hash = reference.IndexOf('#', StringComparison.Ordinal);
        string uri = hash < 0 ? reference : reference[..hash];
        fragment = hash < 0 ? "" : Unescape(reference[(hash + 1)..]);
        SchemaResource? resource = uri.Length == 0 ? from : FindResource(Combine(from.Uri, uri));
        if (resource is null) return null;
        if (fragment.Length == 0) return At(resource, "");
        return fragment[0] == '/' ? At(resource, fragment) : resource.Anchors.GetValueOrDefault(fragment);
    }

    /// <summary>A URI reference seen from a base; URIs without a hierarchy (<c>urn:</c>, <c>tag:</c>) stay as written.</summary>
    internal static string Combine(string baseUri, string reference)
    {
        if (Uri.TryCreate(baseUri, UriKind.Absolute, out Uri? root) && Uri.TryCreate(root, reference, out Uri? combined))
            return combined.Scheme is "urn" or "tag" ? reference : combined.AbsoluteUri;
        return reference;
    }

    private SchemaLocation? At(SchemaResource resource, string pointer)
    {
        SchemaFile file = resource.File;
        if (file.ByPointer.TryGetValue(resource.Pointer + pointer, out SchemaLocation? known)) return known;

        // A place under a keyword we do not know: walk there; the identity is that of the nearest schema on the way.
        if (!file.ByPointer.TryGetValue(resource.Pointer, out SchemaLocation? here)) return null;
        JsonElement element = here.Element;
        string path = resource.Pointer;
        SchemaResource owner = resource;
        foreach (string level in pointer.Split('/').Skip(1))
        {
            string name = Pointers.Unescape(level);
            if (!Pointers.TryStep(element, name, out element)) return null;
            path += "/" + Pointers.Escape(name);
            if (file.ByPointer.TryGetValue(path, out SchemaLocation? passed)) owner = passed.Resource;
        }

        if (!file.ByPointer.ContainsKey(path)) Scan(file, element, path, owner);
        return file.ByPointer[path];
    }

    private void Scan(SchemaFile file, JsonElement element, string pointer, SchemaResource resource)
    {
        if (element.ValueKind == JsonValueKind.Object && Text(element, "$id") is { } id)
        {
            string uri = Combine(resource.Uri, id.TrimEnd('#'));
            resource = new SchemaResource(uri, file, pointer);
            _resources.TryAdd(uri, resource);
        }

        var location = new SchemaLocation(resource, element, pointer);
        file.ByPointer[pointer] = location;
        if (element.ValueKind != JsonValueKind.Object) return;
        if (Text(element, "$anchor") is { } anchor) resource.Anchors.TryAdd(anchor, location);
        if (Text(element, "$dynamicAnchor") is { } dynamic)
        {
            resource.Anchors.TryAdd(dynamic, location);
            resource.DynamicAnchors.Add(dynamic);
        }

        foreach (JsonProperty property in element.EnumerateObject()) ScanKeyword(file, property, $"{pointer}/{Pointers.Escape(property.Name)}", resource);
    }

    private void ScanKeyword(SchemaFile file, JsonProperty keyword, string pointer, SchemaResource resource)
    {
        if (Single.Contains(keyword.Name))
        {
            Scan(file, keyword.Value, pointer, resource);
        }
        else if (Lists.Contains(keyword.Name) && keyword.Value.ValueKind == JsonValueKind.Array)
        {
            int index = 0;
            foreach (JsonElement item in keyword.Value.EnumerateArray()) Scan(file, item, $"{pointer}/{index++}", resource);
        }
        else if (Maps.Contains(keyword.Name) && keyword.Value.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty item in keyword.Value.EnumerateObject()) Scan(file, item.Value, $"{pointer}/{Pointers.Escape(item.Name)}", resource);
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string Unescape(string fragment) => fragment.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(fragment) : fragment;
}
