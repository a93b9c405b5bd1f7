using System.Collections.Immutable;
using System.Text.Json;
using Automation.Core.Compilation.Lowering;
using Automation.Core.Engine;
using Automation.Core.Rules;
using Automation.Host.Cli;
using Automation.Host.Composition;
using Automation.Host.Scripting;

namespace Automation.Host.Hub.Requests.Verbs;

/// <summary><c>rules/simulate</c>: what rules would do at given events, in virtual time; nothing leaves.</summary>
internal sealed class SimulateVerbs(SiteLookup sites)
{
    /// <summary>A story of an evening; longer ones are for <c>automation replay</c>.</summary>
    private const int MaximumEvents = 1000;

    /// <summary>Time passes to a month after the last event at most: schedules of a whole year would answer with thousands of lines.</summary>
    private static readonly TimeSpan MaximumTail = TimeSpan.FromDays(31);

    public IEnumerable<RequestVerb> All => [RequestVerb.Now("rules/simulate", Simulate)];

    private Answer Simulate(RequestArguments arguments)
    {
        JsonElement? document = arguments.OptionalObject("document");
        JsonElement[] events = [.. arguments.Items("events", 1, MaximumEvents)];
        DateTimeOffset? until = arguments.OptionalInstant("until");
        SiteRuntime? site = sites.Named(arguments, out Answer? unknown);
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        if (unknown is not null) return unknown.Value;
        var lines = new ReplayInput();
        var inputs = new List<EngineInput>();
        foreach (JsonElement line in events)
        {
            if (!lines.TryRead(System.Text.Encoding.UTF8.GetBytes(line.GetRawText()), inputs.Count + 1, out EngineInput input, out string? problem)) return Answer.Wrong($"event {inputs.Count + 1}: {problem}");
            inputs.Add(input);
        }

        if (until - inputs[^1].At > MaximumTail) return Answer.Wrong($"\"until\" is more than {MaximumTail.Days} days after the last event");
        try
        {
            return Run(site!, document, inputs, until);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or StartRefusedException)
        {
            return Answer.Wrong($"the rules cannot be read: {e.Message}");
        }
    }

    private static Answer Run(SiteRuntime site, JsonElement? document, List<EngineInput> inputs, DateTimeOffset? until)
    {
        ImmutableArray<RuleDefinition> rules = site.Projection.Definitions.ToImmutableArray();
        if (document is { } given)
        {
            string rule = given.TryGetProperty("id", out JsonElement id) && id.ValueKind == JsonValueKind.String ? id.GetString()! : "";
            RuleSetReading reading = site.Folder.Preview(rule, given);
            Finding? first = reading.Findings.FirstOrDefault(f => f.Severity == FindingSeverity.Error);
            if (first is not null) return RuleFileVerbs.Findings(reading.Findings, static _ => { }) with { Error = $"the rules have errors, first: {first.Code}: {first.Message} ({first.Remedy})" };
            rules = reading.Rules;
        }

        using var text = new StringWriter();
        using (var printed = new ReplaySink(site.Site, all: true, text))
        {
            Play(RuleLowering.Lower(site.Site, rules), inputs, until, printed);
        }

        string[] outputs = text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return Answer.Of(w =>
        {
            w.WriteNumber("total", outputs.Length);
            w.WriteStartArray("outputs");
            foreach (string output in outputs.Take(SiteLookup.Page)) w.WriteRawValue(output);
            w.WriteEndArray();
        });
    }

    private static void Play(Core.Compilation.Form.SiteProgram program, List<EngineInput> inputs, DateTimeOffset? until, IEngineSink told)
    {
        var sink = new DocumentSink(program, told);
        var engine = new SiteEngine(program, EngineOptions.Default, new JintScriptHost(ScriptLimits.Default));
        engine.Start(EngineInput.Time(0, inputs[0].At), sink);
        foreach (EngineInput input in inputs) engine.Step(input, sink);
        if (until is { } end && end > inputs[^1].At) engine.Step(EngineInput.Time(inputs.Count + 1, end), sink);
    }
}
