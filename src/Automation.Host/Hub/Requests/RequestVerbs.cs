using System.Text.Json;
using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Core.Tracing;
using Automation.Host.Composition;
using Automation.Host.Notifications;
using Automation.Mqtt;

namespace Automation.Host.Hub.Requests;

/// <summary>What can be asked of the plugin itself.</summary>
internal sealed class RequestVerbs(IReadOnlyList<SiteRuntime> sites, TopicNames topics, RetainedTopics retained, IMqttBus bus, ActionRuns runs, DateTimeOffset started, NotificationVerbs? notifications = null)
{
    /// <summary>Items an answer has at most, so that it stays far below what brokers carry; <c>offset</c> asks for the next.</summary>
    private const int Page = 500;

    private static readonly string[] Verbs = ["action/run", "devices/list", "groups/correct", "groups/reset", "health", "rules/enable", "rules/explain", "rules/list", .. NotificationVerbs.Names];

    /// <summary>Answers now, or null when <paramref name="later"/> is called with the answer.</summary>
    public async Task<Answer?> AnswerAsync(string verb, JsonElement request, Func<Answer, Task> later, CancellationToken cancellationToken)
    {
        var arguments = new RequestArguments(request);
        return verb switch
        {
            "health" => await HealthAsync(arguments, cancellationToken),
            "rules/list" => await RulesAsync(arguments, cancellationToken),
            "rules/enable" => await EnableAsync(arguments, cancellationToken),
            "rules/explain" => await ExplainAsync(arguments, cancellationToken),
            "devices/list" => Devices(arguments),
            "groups/correct" => await CorrectAsync(arguments, null, cancellationToken),
            "groups/reset" => await CorrectAsync(arguments, 0, cancellationToken),
            "action/run" => await runs.StartAsync(arguments, sites, later, cancellationToken),
            _ => (notifications is null ? null : await notifications.AnswerAsync(verb, arguments, cancellationToken)) ?? Answer.Wrong($"'{RequestArguments.Cut(verb)}' is not something to ask for: there are {string.Join(", ", Verbs)}"),
        };
    }

    private async Task<Answer> HealthAsync(RequestArguments arguments, CancellationToken cancellationToken)
    {
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        var found = new List<(SiteRuntime Site, int Rules, int Enabled, int Faulty)>();
        foreach (SiteRuntime site in sites)
        {
            int enabled = 0, faulty = 0, count = 0;
            await site.AskAsync(
                (engine, rules) =>
                {
                    foreach (RuleDefinition rule in rules.Definitions)
                    {
                        RuleStatus status = rules.Documents.Status(engine, rule.Id);
                        count++;
                        if (status.Enabled) enabled++;
                        if (status.LastFault is not null) faulty++;
                    }
                },
                cancellationToken);
            found.Add((site, count, enabled, faulty));
        }

        return Answer.Of(w =>
        {
            w.WriteString("version", AutomationHost.Version);
            Payloads.WriteTime(w, "started", started, TimeZoneInfo.Utc);
            w.WriteBoolean("connected", bus.IsConnected);
            w.WriteStartArray("sites");
            foreach ((SiteRuntime site, int count, int enabled, int faulty) in found)
            {
                w.WriteStartObject();
                w.WriteString("id", site.Site.Id);
                w.WriteNumber("devices", site.Site.Devices.Length);
                w.WriteNumber("online", site.Site.Devices.Count(d => Availability(d.Address) == "online"));
                w.WriteNumber("rules", count);
                w.WriteNumber("enabled", enabled);
                w.WriteNumber("faulty", faulty);
                w.WriteEndObject();
            }

            w.WriteEndArray();
        });
    }

    private async Task<Answer> RulesAsync(RequestArguments arguments, CancellationToken cancellationToken)
    {
        string? only = arguments.OptionalText("site");
        int offset = arguments.Number("offset", 0, int.MaxValue, 0);
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        if (only is not null && sites.All(s => s.Site.Id != only)) return NoSite(only);
        var views = new List<(SiteRuntime Site, RuleView View)>();
        foreach (SiteRuntime site in sites.Where(s => only is null || s.Site.Id == only))
        {
            await site.AskAsync(
                (engine, rules) =>
                {
                    foreach (RuleDefinition rule in rules.Definitions) views.Add((site, SiteProjection.View(rule, rules.Documents.Status(engine, rule.Id))));
                },
                cancellationToken);
        }

        views.Sort((a, b) => string.CompareOrdinal(a.View.Id, b.View.Id));
        return Answer.Of(w =>
        {
            w.WriteNumber("total", views.Count);
            w.WriteStartArray("rules");
            foreach ((SiteRuntime site, RuleView view) in views.Skip(offset).Take(Page))
            {
                w.WriteStartObject();
                w.WriteString("id", view.Id);
                w.WriteString("site", site.Site.Id);
                Payloads.RuleMembers(w, view, site.Site.TimeZone);
                w.WriteEndObject();
            }

            w.WriteEndArray();
        });
    }

    private async Task<Answer> EnableAsync(RequestArguments arguments, CancellationToken cancellationToken)
    {
        string rule = arguments.Text("rule", "store-after-hours");
        bool on = arguments.Flag("enabled");
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        if (SiteOfRule(rule) is not { } site) return NoRule(rule);
        await site.Inbox.PostAsync(new SiteInput.Engine(EngineInput.RuleToggle(0, default, rule, on)), cancellationToken);
        bool enabled = false;
        await site.AskAsync((engine, rules) => enabled = rules.Documents.Status(engine, rule).Enabled, cancellationToken);
        return Answer.Of(w =>
        {
            w.WriteString("rule", rule);
            w.WriteBoolean("enabled", enabled);
        });
    }

    private async Task<Answer> ExplainAsync(RequestArguments arguments, CancellationToken cancellationToken)
    {
        string rule = arguments.Text("rule", "store-after-hours");
        DateTimeOffset? at = arguments.OptionalInstant("at");
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        if (SiteOfRule(rule) is not { } site) return NoRule(rule);
        Explanation? explanation = null;
        await site.AskAsync((engine, rules) => explanation = rules.Documents.Explain(engine, rule, at ?? engine.Now), cancellationToken);
        return new Answer(w => w.WriteRawValue(ExplainText.WriteJson(explanation!, site.Site.TimeZone)), null);
    }

    /// <summary>All devices, or one with all it has and what is known of it.</summary>
    private Answer Devices(RequestArguments arguments)
    {
        string? only = arguments.OptionalText("device");
        int offset = arguments.Number("offset", 0, int.MaxValue, 0);
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        Device[] devices = [.. sites.SelectMany(s => s.Site.Devices)];
        if (only is null)
        {
            return Answer.Of(w =>
            {
                w.WriteNumber("total", devices.Length);
                w.WriteStartArray("devices");
                foreach (Device device in devices.Skip(offset).Take(Page)) WriteDevice(w, device);
                w.WriteEndArray();
            });
        }

        if (devices.FirstOrDefault(d => d.Address.Value == only) is not { } one) return Answer.Wrong($"there is no device '{RequestArguments.Cut(only)}': devices/list without \"device\" names all");
        return Answer.Of(w =>
        {
            w.WritePropertyName("device");
            WriteDevice(w, one);
            w.WriteStartArray("resources");
            foreach (Resource resource in one.Resources.Skip(offset).Take(Page))
            {
                w.WriteStartObject();
                w.WriteString("address", resource.Address.Value);
                w.WriteString("kind", resource.Kind);
                w.WriteString("name", resource.Name);
                w.WritePropertyName("state");
                if (retained.Value(topics.State(resource.Address)) is { } state) w.WriteRawValue(state);
                else w.WriteNullValue();
                w.WriteEndObject();
            }

            w.WriteEndArray();
        });
    }

    private void WriteDevice(Utf8JsonWriter w, Device device)
    {
        w.WriteStartObject();
        w.WriteString("address", device.Address.Value);
        w.WriteString("name", device.Name);
        w.WriteString("kind", device.Kind);
        w.WriteString("availability", Availability(device.Address));
        w.WriteNumber("resources", device.Resources.Length);
        w.WriteEndObject();
    }

    private async Task<Answer> CorrectAsync(RequestArguments arguments, int? given, CancellationToken cancellationToken)
    {
        string group = arguments.Text("group", "store/groups/first-floor");
        int inside = given ?? arguments.Number("inside", 0, 1_000_000, null);
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        foreach (SiteRuntime site in sites)
        {
            if (site.Projection.Definitions.OfType<PeopleCountingRule>().FirstOrDefault(r => r.Group.Value == group || r.Id == group) is not { } rule) continue;
            await site.Inbox.PostAsync(new SiteInput.Engine(EngineInput.CountCorrection(0, default, rule.Group, inside)), cancellationToken);

            // Answered when the engine has taken it, so that the group's next state is the corrected one.
            await site.AskAsync(static (_, _) => { }, cancellationToken);
            return Answer.Of(w =>
            {
                w.WriteString("group", rule.Group.Value);
                w.WriteNumber("inside", inside);
            });
        }

        return Answer.Wrong($"there is no people-counting group '{RequestArguments.Cut(group)}': name one by its address, e.g. store/groups/first-floor, or by its rule");
    }

    private string? Availability(ResourceAddress device) => retained.Value(topics.Availability(device)) is { } value ? System.Text.Encoding.ASCII.GetString(value) : null;

    private SiteRuntime? SiteOfRule(string rule) => sites.FirstOrDefault(s => s.HasRule(rule));

    private static Answer NoRule(string rule) => Answer.Wrong($"there is no rule '{RequestArguments.Cut(rule)}': rules/list names all");

    private static Answer NoSite(string site) => Answer.Wrong($"there is no site '{RequestArguments.Cut(site)}': health names all");
}
