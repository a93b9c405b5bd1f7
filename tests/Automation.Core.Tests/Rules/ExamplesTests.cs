using System.Globalization;
using System.Text.Json;
using Automation.Core.Compilation.Lowering;
using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Core.Rules;

namespace Automation.Core.Tests.Rules;

/// <summary>Each folder of <c>rules/examples</c> is sound, and its events lead to what <c>expected.txt</c> says.</summary>
public sealed class ExamplesTests
{
    private static string Folder => Path.Combine(Demo.Root, "rules", "examples");

    public static TheoryData<string> Names => [.. Directory.GetDirectories(Folder).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal)];

    [Theory, Trait("Req", "LNK-1")]
    [MemberData(nameof(Names))]
    public void Events_OfAnExample_LeadToWhatItSays(string name)
    {
        string folder = Path.Combine(Folder, name);
        SiteReading site = SiteReader.Read(Demo.SourceFileOf(Path.Combine(folder, "site.json")), _ => new Secret("x"));
        Assert.Empty(site.Findings);
        SourceFile[] files = [.. Directory.GetFiles(Path.Combine(folder, "rules"), "*.json").Order(StringComparer.Ordinal).Select(Demo.SourceFileOf)];
        RuleSetReading reading = RuleSetReader.Read(files, site.Site, TemplateLibrary.Read(TemplateTests.Shipped()).Library);
        Assert.Empty(reading.Findings);
        Assert.DoesNotContain(RuleLint.Check(site.Site!, reading.Rules), f => f.Finding.Severity != FindingSeverity.Info);
        var engine = new SiteEngine(RuleLowering.Lower(site.Site!, reading.Rules), EngineOptions.Default);
        var sink = new Lines(site.Site!.TimeZone);
        long sequence = 0;
        foreach (string line in File.ReadLines(Path.Combine(folder, "events.jsonl"))) engine.Step(Input(++sequence, line), sink);
        Assert.Equal(File.ReadAllText(Path.Combine(folder, "expected.txt")), string.Concat(sink.Text.Select(l => l + "\n")));
    }

    private static EngineInput Input(long sequence, string line)
    {
        using JsonDocument document = JsonDocument.Parse(line);
        JsonElement root = document.RootElement;
        DateTimeOffset at = root.GetProperty("at").GetDateTimeOffset();
        if (!root.TryGetProperty("resource", out JsonElement resource)) return EngineInput.Time(sequence, at);
        ResourceAddress address = ResourceAddress.Parse(resource.GetString()!);
        if (root.TryGetProperty("set", out JsonElement set)) return EngineInput.State(sequence, at, address, Data(set));
        EventState state = root.TryGetProperty("state", out JsonElement word) ? word.GetString() == "active" ? EventState.Active : EventState.Inactive : EventState.Instant;
        return EngineInput.Event(sequence, at, address, root.GetProperty("event").GetString()!, state, Data(root.GetProperty("data")));
    }

    private static DataObject Data(JsonElement values) => DataObject.From(values.EnumerateObject().Select(p => new KeyValuePair<string, DataValue>(p.Name, p.Value.ValueKind switch
    {
        JsonValueKind.Number => DataValue.FromNumber(p.Value.GetDouble()),
        JsonValueKind.True => DataValue.FromBoolean(true),
        JsonValueKind.False => DataValue.FromBoolean(false),
        _ => DataValue.FromText(p.Value.GetString()),
    })));

    /// <summary>One line for everything that leaves the engine, with the time of the site.</summary>
    private sealed class Lines(TimeZoneInfo zone) : IEngineSink
    {
        public List<string> Text { get; } = [];

        public void Requested(in ActionRequest request) => Add(request.At, request.Rule, $"{request.Action} {request.On} {request.Parameters}");

        public void Published(in PublishRequest request) => Add(request.At, request.Rule, $"publish {request.Topic}");

        public void Notified(in NotificationRequest request) => Add(request.At, request.Rule, $"notify {request.Message}");

        public void ExceptionChanged(in ExceptionChange change) => Add(change.At, change.Rule, $"exception {change.Exception} of {change.Source} {(change.Active ? "begins" : "ends")}");

        public void EventOccurred(in EngineEvent engineEvent)
        {
        }

        public void StateChanged(in StateChange change)
        {
        }

        public void Fired(in Firing firing)
        {
        }

        public void RuleSwitched(in RuleSwitch change)
        {
        }

        public void Faulted(in EngineFault fault) => Text.Add($"fault {fault.Kind}: {fault.Detail}");

        private void Add(DateTimeOffset at, string rule, string what) => Text.Add($"{TimeZoneInfo.ConvertTime(at, zone).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} {rule}: {what}");
    }
}
