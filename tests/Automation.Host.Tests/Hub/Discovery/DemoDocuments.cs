using System.Text.Json;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Composition;
using Automation.Host.Hub;
using Automation.Host.Hub.Discovery;
using Automation.Host.Tests.Validation;

namespace Automation.Host.Tests.Hub.Discovery;

/// <summary>The site of the demonstration with its rules, and what Home Assistant is told of them.</summary>
internal static class DemoDocuments
{
    public static TopicNames Topics { get; } = new("automation");

    public static DiscoveryNames Names { get; } = new("homeassistant", Topics);

    public static SourceFile SiteFile { get; } = RuleDirectory.ReadFile(Path.Combine(ShippedSchemas.Root, "rules", "examples", "demo", "site.json"));

    public static Site Site { get; } = ReadSite();

    public static SiteRules Rules { get; } = RuleDirectory.Load(Site, [Path.Combine(ShippedSchemas.Root, "rules", "examples", "demo", "rules")], ShippedTemplates.Library);

    public static IReadOnlyList<(string Topic, JsonElement Root)> All { get; } = Build();

    /// <summary>Every entity of every document.</summary>
    public static IEnumerable<(string Topic, string Key, JsonElement Entity)> Entities =>
        All.SelectMany(d => d.Root.GetProperty("components").EnumerateObject().Select(c => (d.Topic, c.Name, c.Value)));

    public static JsonElement Entity(string device, string key) => All.First(d => d.Topic == Names.Config(device)).Root.GetProperty("components").GetProperty(key);

    private static Site ReadSite()
    {
        SiteReading reading = SiteReader.Read(SiteFile, _ => new Secret("x"));
        return reading.Site ?? throw new InvalidOperationException(string.Join('\n', reading.Findings));
    }

    private static List<(string, JsonElement)> Build()
    {
        IEnumerable<DiscoveryDocument> documents = Site.Devices.SelectMany(d => DeviceEntities.Build(d, null, Names, "1.2.3", null)).Append(HubEntities.Build(Rules.Definitions, Names, "1.2.3"));
        return [.. documents.Select(d => (d.Topic, JsonSerializer.Deserialize<JsonElement>(d.Bytes())))];
    }
}
