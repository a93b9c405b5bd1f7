using Automation.Core.Engine;
using Automation.Core.Rules;
using Automation.Host.Composition;
using Automation.Mqtt;

namespace Automation.Host.Hub.Requests.Verbs;

/// <summary><c>health</c>: what runs and how it is.</summary>
internal sealed class HealthVerbs(SiteLookup sites, IMqttBus bus, DateTimeOffset started)
{
    public IEnumerable<RequestVerb> All => [RequestVerb.Asking("health", HealthAsync) with { ReadOnly = true }];

    private async Task<Answer> HealthAsync(RequestArguments arguments, CancellationToken cancellationToken)
    {
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        var found = new List<(SiteRuntime Site, int Rules, int Enabled, int Faulty)>();
        foreach (SiteRuntime site in sites.Sites)
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
                w.WriteNumber("online", site.Site.Devices.Count(d => sites.Availability(d.Address) == "online"));
                w.WriteNumber("rules", count);
                w.WriteNumber("enabled", enabled);
                w.WriteNumber("faulty", faulty);
                w.WriteEndObject();
            }

            w.WriteEndArray();
        });
    }
}
