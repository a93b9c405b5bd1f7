using System.Collections.Immutable;

namespace Automation.Core.Rules;

/// <param name="Library">The templates without errors.</param>
public sealed record TemplateReading(TemplateLibrary Library, ImmutableArray<Finding> Findings);

/// <summary>The templates that instances can name. Immutable.</summary>
public sealed class TemplateLibrary
{
    private readonly ImmutableSortedDictionary<string, Template> _templates;

    private TemplateLibrary(ImmutableSortedDictionary<string, Template> templates) => _templates = templates;

    public static TemplateLibrary Empty { get; } = new(ImmutableSortedDictionary.Create<string, Template>(StringComparer.Ordinal));

    /// <summary>By id.</summary>
    public IEnumerable<Template> Templates => _templates.Values;

    /// <summary>Reads template files; each is also instantiated with sample inputs, so that a template that could never work is told at once.</summary>
    public static TemplateReading Read(IReadOnlyList<SourceFile> files)
    {
        ReadingLimits limits = ReadingLimits.Default;
        var findings = new FindingSink(limits);
        var documents = new List<JsonNode>();
        foreach (SourceFile file in files)
        {
            if (JsonTreeReader.Read(new SourceText(file), limits, findings) is { } root) documents.AddRange(RuleSetReader.Documents(root, findings));
        }

        TemplateLibrary library = Empty.With(new ReadContext(new SiteIndex(null), findings, limits, ImmutableHashSet<string>.Empty), documents);
        return new TemplateReading(library, findings.ToSorted());
    }

    public Template? Find(string id) => _templates.GetValueOrDefault(id);

    /// <summary>This library with other versions in place of its own; what an update would break is found by reading the rules with it before anything changes.</summary>
    public TemplateLibrary With(TemplateLibrary updates) => new(_templates.SetItems(updates._templates));

    internal TemplateLibrary With(ReadContext context, IEnumerable<JsonNode> documents)
    {
        ImmutableSortedDictionary<string, Template>.Builder templates = _templates.ToBuilder();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (JsonNode document in documents)
        {
            if (TemplateReader.Read(context, document) is not { } template) continue;
            if (seen.Add(template.Id)) templates[template.Id] = template;
            else context.Error(Codes.TemplateTwice, document.Find("template")!, $"the template '{template.Id}' is written twice", "give each template a name of its own");
        }

        return new TemplateLibrary(templates.ToImmutable());
    }
}
