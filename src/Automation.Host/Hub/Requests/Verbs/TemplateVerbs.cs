using System.Collections.Immutable;
using System.Text.Json;
using Automation.Core.Rules;
using Automation.Host.Composition;

namespace Automation.Host.Hub.Requests.Verbs;

/// <summary>Templates: list, fill in (LNK-11).</summary>
internal sealed class TemplateVerbs(SiteLookup sites, TemplateLibrary templates)
{
    public IEnumerable<RequestVerb> All => [RequestVerb.Now("templates/list", List), RequestVerb.Asking("templates/instantiate", InstantiateAsync)];

    private Answer List(RequestArguments arguments)
    {
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        return Answer.Of(w =>
        {
            w.WriteStartArray("templates");
            foreach (Template template in templates.Templates)
            {
                w.WriteStartObject();
                w.WriteString("template", template.Id);
                w.WriteString("version", template.Version.ToString());
                w.WriteString("name", template.Name);
                if (template.Description is { } description) w.WriteString("description", description);
                w.WriteString("kind", template.Kind);
                w.WriteStartObject("inputs");
                foreach (TemplateInput input in template.Inputs) WriteInput(w, input);
                w.WriteEndObject();
                w.WriteEndObject();
            }

            w.WriteEndArray();
        });
    }

    private static void WriteInput(Utf8JsonWriter w, TemplateInput input)
    {
        w.WriteStartObject(input.Name);
        if (input.Title is { } title) w.WriteString("title", title);
        w.WriteString("type", Payloads.Camel(input.Type.ToString()));
        if (input.Kinds.Length > 0)
        {
            w.WriteStartArray("resources");
            foreach (string kind in input.Kinds) w.WriteStringValue(kind);
            w.WriteEndArray();
        }

        if (input.Words.Length > 0)
        {
            w.WriteStartArray("words");
            foreach (string word in input.Words) w.WriteStringValue(word);
            w.WriteEndArray();
        }

        if (input.Capability is { } capability) w.WriteString("capability", capability);
        if (input.Many) w.WriteNumber("max", input.Max);
        w.WriteBoolean("needed", !input.Optional && !input.HasDefault);
        w.WriteEndObject();
    }

    /// <summary>The instance with its findings; with <c>save</c> it is written like any rule.</summary>
    private async Task<Answer> InstantiateAsync(RequestArguments arguments, CancellationToken cancellationToken)
    {
        string name = arguments.Text("template", "intrusion");
        string rule = arguments.Text("rule", "intrusion-yard");
        string? title = arguments.OptionalText("name");
        JsonElement inputs = arguments.Object("inputs");
        bool save = arguments.OptionalFlag("save") ?? false;
        SiteRuntime? site = sites.Named(arguments, out Answer? unknown);
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        if (unknown is not null) return unknown.Value;
        if (templates.Find(name) is not { } template) return Answer.Wrong($"there is no template '{RequestArguments.Cut(name)}': templates/list names all");
        JsonElement document = JsonSerializer.Deserialize<JsonElement>(Payloads.Write(w =>
        {
            w.WriteString("template", template.Id);
            w.WriteString("version", template.Version.ToString());
            w.WriteString("id", rule);
            w.WriteString("name", title ?? template.Name);
            w.WritePropertyName("inputs");
            inputs.WriteTo(w);
        }));
        try
        {
            ImmutableArray<Finding> findings = save ? await site!.Folder.PutAsync(rule, document, cancellationToken) : site!.Folder.Check(rule, document);
            Answer answer = RuleFileVerbs.Findings(findings, w =>
            {
                w.WritePropertyName("document");
                document.WriteTo(w);
            });
            Finding? first = findings.FirstOrDefault(f => f.Severity == FindingSeverity.Error);
            return first is null ? answer : answer with { Error = $"the instance has errors{(save ? " and is not written" : "")}, first: {first.Code}: {first.Message} ({first.Remedy})" };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or StartRefusedException)
        {
            return Answer.Wrong($"the rule is not written: {e.Message}");
        }
    }
}
