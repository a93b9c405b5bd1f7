using System.Collections.Immutable;
using System.Security.Cryptography;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <param name="Rules">The rules without errors, in the order of files and places.</param>
/// <param name="Findings">Every finding of every file, by place.</param>
public sealed record RuleSetReading(ImmutableArray<RuleDefinition> Rules, ImmutableArray<Finding> Findings)
{
    /// <summary>The templates that were among the files, sound ones only; <see cref="TemplateProof"/> runs their timelines.</summary>
    public ImmutableArray<Template> Templates { get; init; } = [];

    /// <summary>Whether anything was wrong enough that a rule is not loaded.</summary>
    public bool HasErrors => Findings.Any(f => f.Severity == FindingSeverity.Error);
}

/// <summary>Reads rule documents: from text to canonical definitions, with everything that is wrong said at once (LNK-12).</summary>
public static class RuleSetReader
{
    private static readonly string[] Kinds = ["linkage", "exception", "schedule", "armingSchedule", "peopleCounting", "temperature", "automation"];

    /// <param name="files">Each holds one rule, one template, or a list of them.</param>
    /// <param name="site">What addresses are resolved against. Null checks shape and kinds only: then wildcards select nothing.</param>
    /// <param name="templates">What instances refer to; templates among the files are added for this reading.</param>
    public static RuleSetReading Read(IReadOnlyList<SourceFile> files, Site? site, TemplateLibrary templates) => Read(files, site, templates, ReadingLimits.Default);

    public static RuleSetReading Read(IReadOnlyList<SourceFile> files, Site? site, TemplateLibrary templates, ReadingLimits limits)
    {
        var findings = new FindingSink(limits);
        var documents = new List<JsonNode>();
        foreach (SourceFile file in files)
        {
            if (JsonTreeReader.Read(new SourceText(file), limits, findings) is { } root) documents.AddRange(Documents(root, findings));
        }

        var ids = new HashSet<string>(StringComparer.Ordinal);
        var index = new SiteIndex(site);
        foreach (JsonNode document in documents)
        {
            if (document.Find("id") is not { Kind: JsonKind.Text } id || !ResourceAddress.IsSlug(id.Text)) continue;
            ids.Add(id.Text);
            if (document.Find("kind") is { Text: "peopleCounting" }) index.AddGroup(id.Text);
        }

        var context = new ReadContext(index, findings, limits, ids);
        TemplateLibrary given = templates;
        List<JsonNode> own = documents.FindAll(TemplateReader.IsTemplate);
        if (own.Count > 0) templates = templates.With(new ReadContext(new SiteIndex(null), findings, limits, ids), own);
        var checks = new RuleSetChecks(context);
        foreach (JsonNode document in documents)
        {
            if (!TemplateReader.IsTemplate(document)) One(context, document, templates, checks);
        }

        return new RuleSetReading(checks.Sound(), findings.ToSorted()) { Templates = [.. templates.Templates.Where(t => given.Find(t.Id) != t)] };
    }

    internal static IEnumerable<JsonNode> Documents(JsonNode root, FindingSink findings)
    {
        if (root.Kind == JsonKind.Array)
        {
            foreach (JsonNode item in root.Children)
            {
                if (item.Kind == JsonKind.Object) yield return item;
                else findings.At(Codes.NotADocument, item, $"a rule is an object, not {item.KindWord}", "write { \"kind\": …, \"id\": … }");
            }
        }
        else if (root.Kind == JsonKind.Object)
        {
            yield return root;
        }
        else
        {
            findings.At(Codes.NotADocument, root, $"a rule file holds a rule or a list of rules, not {root.KindWord}", "write { \"kind\": …, \"id\": … }");
        }
    }

    private static void One(ReadContext context, JsonNode document, TemplateLibrary templates, RuleSetChecks checks)
    {
        int errors = context.Findings.Errors;
        Template? template = null;
        JsonNode? written = document;
        if (document.Has("template"))
        {
            written = InstanceReader.Expand(context, document, templates, out template);
            if (written is null) return;
        }

        if (ReadKind(context, written, out List<(ActionStep Step, JsonNode At)> actions) is not { } rule) return;
        (int line, int column) = document.Source.Place(document.Offset);
        rule = rule with
        {
            File = document.Source.Path, Line = line, Column = column, Version = VersionOf(document, template), Template = template?.ToString(),
            Settings = RuleSettings.Of(document, template, rule),
        };
        checks.Add(rule, written, actions, sound: context.Findings.Errors == errors);
    }

    /// <summary>Reads a rule of any kind; null after a finding.</summary>
    internal static RuleDefinition? ReadKind(ReadContext context, JsonNode document, out List<(ActionStep Step, JsonNode At)> actions)
    {
        actions = [];
        JsonNode? kind = document.Find("kind");
        if (kind is null)
        {
            context.Error(Codes.KindMissing, document, "the document does not say what kind of rule it is", "add \"kind\": one of " + string.Join(", ", Kinds));
            return null;
        }

        return kind.Kind != JsonKind.Text ? UnknownKind(context, kind) : kind.Text switch
        {
            "linkage" => LinkageReader.Read(context, document, out actions),
            "exception" => ExceptionReader.Read(context, document),
            "schedule" => ScheduleRuleReader.Read(context, document),
            "armingSchedule" => ScheduleRuleReader.ReadArming(context, document),
            "peopleCounting" => PeopleCountingReader.Read(context, document),
            "temperature" => TemperatureReader.Read(context, document),
            "automation" => AutomationReader.Read(context, document),
            _ => UnknownKind(context, kind),
        };
    }

    // An instance changes when its template does.
    private static string VersionOf(JsonNode document, Template? template)
    {
        if (template is null)
        {
            Span<byte> own = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(document.Source.Utf8.Span[document.Offset..document.End], own);
            return Convert.ToHexStringLower(own[..8]);
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(document.Source.Utf8.Span[document.Offset..document.End]);
        hash.AppendData(template.Document.Source.Utf8.Span[template.Document.Offset..template.Document.End]);
        return Convert.ToHexStringLower(hash.GetHashAndReset()[..8]);
    }

    private static RuleDefinition? UnknownKind(ReadContext context, JsonNode kind)
    {
        if (kind.Kind == JsonKind.Text) context.Error(Codes.KindUnknown, kind, $"there is no kind of rule '{Nearest.Shorten(kind.Text)}'", context.DidYouMean(kind.Text, Kinds, "write one of " + string.Join(", ", Kinds)));
        else context.Error(Codes.WrongType, kind, $"'kind' is a word, not {kind.KindWord}", "write one of " + string.Join(", ", Kinds));
        return null;
    }
}
