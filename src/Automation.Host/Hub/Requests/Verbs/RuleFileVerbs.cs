using System.Collections.Immutable;
using System.Text.Json;
using Automation.Core.Rules;
using Automation.Host.Composition;

namespace Automation.Host.Hub.Requests.Verbs;

/// <summary>Rule documents: read, write, take away, check (LNK-1, LNK-12). What is wrong comes back as findings, and nothing is written.</summary>
internal sealed class RuleFileVerbs(SiteLookup sites)
{
    private static readonly JsonDocumentOptions Authored = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public IEnumerable<RequestVerb> All =>
    [
        RequestVerb.Now("rules/get", Get),
        RequestVerb.Asking("rules/put", PutAsync),
        RequestVerb.Asking("rules/set", SetAsync),
        RequestVerb.Asking("rules/delete", DeleteAsync),
        RequestVerb.Now("rules/validate", Validate),
    ];

    private Answer Get(RequestArguments arguments)
    {
        string rule = arguments.Text("rule", "store-after-hours");
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        if (sites.OfRule(rule) is not { } site || site.Folder.Find(rule) is not { } found) return SiteLookup.NoRule(rule);
        using JsonDocument document = JsonDocument.Parse(found.Text, Authored);
        JsonElement root = document.RootElement.Clone();
        return Answer.Of(w =>
        {
            w.WriteString("rule", rule);
            w.WriteString("site", site.Site.Id);
            w.WriteString("file", Path.GetFileName(found.File));
            w.WritePropertyName("document");
            root.WriteTo(w);
        });
    }

    private async Task<Answer> PutAsync(RequestArguments arguments, CancellationToken cancellationToken)
    {
        if (Read(arguments, out SiteRuntime? site, out string rule, out JsonElement document) is { } wrong) return wrong;
        bool isNew = !site!.HasRule(rule);
        if (sites.OfRule(rule) is { } other && other != site) return Answer.Wrong($"the rule '{RequestArguments.Cut(rule)}' belongs to the site {other.Site.Id}: ids are unique over all sites");
        try
        {
            ImmutableArray<Finding> findings = await site.Folder.PutAsync(rule, document, cancellationToken);
            return Found(findings, w =>
            {
                w.WriteString("rule", rule);
                w.WriteString("site", site.Site.Id);
                w.WriteBoolean("created", isNew);
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or StartRefusedException)
        {
            return Answer.Wrong($"the rule is not written: {e.Message}");
        }
    }

    private async Task<Answer> DeleteAsync(RequestArguments arguments, CancellationToken cancellationToken)
    {
        string rule = arguments.Text("rule", "store-after-hours");
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        if (sites.OfRule(rule) is not { } site) return SiteLookup.NoRule(rule);
        try
        {
            if (await site.Folder.DeleteAsync(rule, cancellationToken) is not { } findings) return SiteLookup.NoRule(rule);
            return Found(findings, w => w.WriteString("rule", rule));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or StartRefusedException)
        {
            return Answer.Wrong($"the rule is not removed: {e.Message}");
        }
    }

    /// <summary>One number of a rule, e.g. how many people a group allows; the file's text is otherwise left as it is.</summary>
    private async Task<Answer> SetAsync(RequestArguments arguments, CancellationToken cancellationToken)
    {
        string rule = arguments.Text("rule", "first-floor");
        string name = arguments.Text("setting", "maxPeople");
        double value = arguments.Number("value");
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        if (sites.OfRule(rule) is not { } site || site.Projection.Definition(rule) is not { } definition) return SiteLookup.NoRule(rule);
        if (definition.Settings.FirstOrDefault(s => s.Name == name) is not { } setting)
        {
            string there = definition.Settings.IsEmpty ? "it has none; rules/put writes it anew" : $"it has {string.Join(", ", definition.Settings.Select(s => s.Name))}";
            return Answer.Wrong($"'{RequestArguments.Cut(rule)}' has no setting '{RequestArguments.Cut(name)}': {there}");
        }

        if (!setting.Takes(value)) return Answer.Wrong(FormattableString.Invariant($"'{name}' of '{rule}' is a {(setting.Whole ? "whole number" : "number")} from {setting.Minimum} to {setting.Maximum}"));
        try
        {
            if (await site.Folder.SetAsync(rule, setting, value, cancellationToken) is not { } findings) return SiteLookup.NoRule(rule);
            return Found(findings, w =>
            {
                w.WriteString("rule", rule);
                w.WriteString("setting", name);
                Payloads.WriteValue(w, "value", value);
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or StartRefusedException)
        {
            return Answer.Wrong($"the rule is not changed: {e.Message}");
        }
    }

    private Answer Validate(RequestArguments arguments)
    {
        if (Read(arguments, out SiteRuntime? site, out string rule, out JsonElement document) is { } wrong) return wrong;
        try
        {
            return Findings(site!.Folder.Check(rule, document), static _ => { });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or StartRefusedException)
        {
            return Answer.Wrong($"the rules cannot be read: {e.Message}");
        }
    }

    /// <summary>Reads what writing and checking take: the site (needed only where there are several) and the document.</summary>
    private Answer? Read(RequestArguments arguments, out SiteRuntime? site, out string rule, out JsonElement document)
    {
        document = arguments.Object("document");
        site = sites.Named(arguments, out Answer? unknown);
        rule = document.ValueKind == JsonValueKind.Object && document.TryGetProperty("id", out JsonElement id) && id.ValueKind == JsonValueKind.String ? id.GetString()! : "";
        return arguments.Error is { } wrong ? Answer.Wrong(wrong) : unknown;
    }

    /// <summary>Done, or what is wrong and that nothing was done.</summary>
    internal static Answer Found(ImmutableArray<Finding> findings, Action<Utf8JsonWriter> members)
    {
        Answer answer = Findings(findings, members);
        Finding? first = findings.FirstOrDefault(f => f.Severity == FindingSeverity.Error);
        return first is null ? answer : answer with { Error = $"nothing was changed: {findings.Count(f => f.Severity == FindingSeverity.Error)} error(s), first: {first.Code}: {first.Message} ({first.Remedy})" };
    }

    internal static Answer Findings(ImmutableArray<Finding> findings, Action<Utf8JsonWriter> members) => Answer.Of(w =>
    {
        members(w);
        w.WriteStartArray("findings");
        foreach (Finding finding in findings.Take(SiteLookup.Page))
        {
            w.WriteStartObject();
            Payloads.FindingMembers(w, finding with { Path = Path.GetFileName(finding.Path) });
            w.WriteEndObject();
        }

        w.WriteEndArray();
    });
}
