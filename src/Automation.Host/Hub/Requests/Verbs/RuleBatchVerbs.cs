using System.Collections.Immutable;
using System.Text.Json;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Composition;

namespace Automation.Host.Hub.Requests.Verbs;

/// <summary>Several rules at once (EXC-5): the settings of one for other resources of its kind, and one change in many.</summary>
internal sealed class RuleBatchVerbs(SiteLookup sites)
{
    /// <summary>Rules of one request.</summary>
    private const int Maximum = 500;

    /// <summary>What makes a rule that very one; a change of many leaves it alone.</summary>
    private static readonly string[] Own = ["id", "kind", "template"];

    public IEnumerable<RequestVerb> All => [RequestVerb.Asking("rules/copy", CopyAsync), RequestVerb.Asking("rules/edit", EditAsync)];

    private async Task<Answer> CopyAsync(RequestArguments arguments, CancellationToken cancellationToken)
    {
        string rule = arguments.Text("rule", "recorder-offline");
        string[] to = [.. arguments.Items("to", 1, Maximum).Select(Word)];
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        if (sites.OfRule(rule) is not { } site || site.Folder.Find(rule) is not { } found) return SiteLookup.NoRule(rule);
        if (site.Projection.Definition(rule) is not ExceptionRule definition) return Answer.Wrong($"'{RequestArguments.Cut(rule)}' is no exception rule: only those are copied to other resources");
        var kinds = definition.Exceptions.SelectMany(e => e.Sources).Select(a => KindOf(site.Site, a)).ToHashSet(StringComparer.Ordinal);
        JsonElement settings = Parse(found.Text);
        var copies = new List<(string, JsonElement)>();
        foreach (string text in to)
        {
            if (!ResourceAddress.TryParse(text, out ResourceAddress target) || KindOf(site.Site, target) is not { Length: > 0 } kind) return Answer.Wrong($"the site has no '{RequestArguments.Cut(text)}': devices/list names all");
            if (!kinds.Contains(kind)) return Answer.Wrong($"'{text}' is of the kind {kind}, and the rule is about {string.Join(", ", kinds.Order(StringComparer.Ordinal))}: it can be copied to those only");
            copies.Add(Copy(settings, definition, site.Site, target));
        }

        return await PutAsync(site, copies, cancellationToken);
    }

    private async Task<Answer> EditAsync(RequestArguments arguments, CancellationToken cancellationToken)
    {
        string[] rules = [.. arguments.Items("rules", 1, Maximum).Select(Word).Distinct(StringComparer.Ordinal)];
        JsonElement set = arguments.Object("set");
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        if (Own.FirstOrDefault(n => set.TryGetProperty(n, out _)) is { } own) return Answer.Wrong($"\"{own}\" is each rule's own: leave it out of \"set\"");
        if (sites.OfRule(rules[0]) is not { } site) return SiteLookup.NoRule(rules[0]);
        var changed = new List<(string, JsonElement)>();
        foreach (string rule in rules)
        {
            if (!site.HasRule(rule) || site.Folder.Find(rule) is not { } found) return sites.OfRule(rule) is null ? SiteLookup.NoRule(rule) : Answer.Wrong($"'{rule}' is of another site: change those apart");
            changed.Add((rule, With(Parse(found.Text), set)));
        }

        return await PutAsync(site, changed, cancellationToken);
    }

    private static async Task<Answer> PutAsync(SiteRuntime site, List<(string Rule, JsonElement Document)> rules, CancellationToken cancellationToken)
    {
        try
        {
            ImmutableArray<Finding> findings = await site.Folder.PutAsync(rules, cancellationToken);
            return RuleFileVerbs.Found(findings, w =>
            {
                w.WriteStartArray("rules");
                foreach ((string rule, _) in rules) w.WriteStringValue(rule);
                w.WriteEndArray();
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or StartRefusedException)
        {
            return Answer.Wrong($"the rules are not written: {e.Message}");
        }
    }

    /// <summary>The document with another id, name and source: <c>recorder-offline-store-nvr-2</c>.</summary>
    private static (string Id, JsonElement Document) Copy(JsonElement settings, ExceptionRule rule, Site site, ResourceAddress target)
    {
        string id = $"{rule.Id}-{target.Value.Replace('/', '-')}";
        string name = NameOf(site, target);
        return (id, Write(w =>
        {
            foreach (JsonProperty member in settings.EnumerateObject())
            {
                if (member.Name == "id") w.WriteString("id", id);
                else if (member.Name is not ("name" or "source" or "sources")) member.WriteTo(w);
            }

            w.WriteString("name", $"{rule.Name} – {name}");
            w.WriteStartArray("sources");
            w.WriteStringValue(target.Value);
            w.WriteEndArray();
        }));
    }

    private static JsonElement With(JsonElement document, JsonElement set) => Write(w =>
    {
        foreach (JsonProperty member in document.EnumerateObject())
        {
            if (!set.TryGetProperty(member.Name, out _)) member.WriteTo(w);
        }

        foreach (JsonProperty member in set.EnumerateObject()) member.WriteTo(w);
    });

    private static JsonElement Write(Action<Utf8JsonWriter> members) => Parse(Payloads.Write(members));

    private static JsonElement Parse(ReadOnlyMemory<byte> text)
    {
        using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        return document.RootElement.Clone();
    }

    private static string Word(JsonElement item) => item.ValueKind == JsonValueKind.String ? item.GetString()! : item.GetRawText();

    /// <summary>The kind of a resource, or of a device; empty when the site has none of the address.</summary>
    private static string KindOf(Site site, ResourceAddress address)
    {
        Device? device = site.Devices.FirstOrDefault(d => d.Address == address.DeviceAddress);
        if (device is null) return "";
        return address.IsDevice ? device.Kind : device.Resources.FirstOrDefault(r => r.Address == address)?.Kind ?? "";
    }

    private static string NameOf(Site site, ResourceAddress address)
    {
        Device device = site.Devices.First(d => d.Address == address.DeviceAddress);
        string own = address.IsDevice ? "" : device.Resources.First(r => r.Address == address).Name;
        return address.IsDevice ? device.Name : own.Length > 0 ? own : address.Value;
    }
}
