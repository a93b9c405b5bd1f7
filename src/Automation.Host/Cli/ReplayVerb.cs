using System.CommandLine;
using Automation.Core.Compilation.Lowering;
using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Composition;
using Automation.Host.Scripting;

namespace Automation.Host.Cli;

/// <summary><c>replay</c>: the engine in virtual time over recorded events; prints what would be done, byte for byte the same on every run.</summary>
internal static class ReplayVerb
{
    private const string WhichOne = "replay takes recorded inputs (--events FILE --site FILE --rules …) or a past time of the journal (--from … --to … with --config FILE or --data DIR)";

    public static Command Create(TextWriter output, TextWriter error, TimeProvider time)
    {
        var site = new Option<FileInfo?>("--site") { Description = "With --events: the site file." };
        var rules = new Option<string[]>("--rules") { Description = "Rule files and folders. With --from: those to run with instead of the rules of then.", AllowMultipleArgumentsPerToken = true };
        var events = new Option<FileInfo?>("--events") { Description = "Recorded inputs: one JSON object a line." };
        var until = new Option<string?>("--until") { Description = "With --events: stop at this instant (ISO 8601); time passes up to it." };
        var compare = new Option<string[]>("--compare") { Description = "With --events: rule files and folders of another (older) rule set: print only the firings in which the two differ. Exit code 1 when they do.", AllowMultipleArgumentsPerToken = true };
        var from = new Option<string?>("--from") { Description = "A past time of the journal: its beginning (ISO 8601)." };
        var to = new Option<string?>("--to") { Description = "With --from: its end." };
        var config = new Option<FileInfo?>("--config") { Description = "With --from: the plugin's configuration, which says where the journal is." };
        var data = new Option<string?>("--data") { Description = "With --from: the data folder." };
        var of = new Option<string?>("--of") { Description = "With --from: the site, where there are several." };
        var json = new Option<bool>("--json") { Description = "Also print events, states, firings and exceptions, each with a \"type\"." };
        var command = new Command("replay", "Runs rules over recorded inputs, or over a past time of the journal, in virtual time and prints each action request.") { site, rules, events, until, compare, from, to, config, data, of, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string[] rulePaths = parsed.GetValue(rules) ?? [];
            if (parsed.GetValue(events) is { } file && parsed.GetValue(site) is { } siteFile && rulePaths.Length > 0 && parsed.GetValue(from) is null)
            {
                DateTimeOffset? end = parsed.GetValue(until) is { } text ? Instants.Parse("--until", text) : null;
                return Run(siteFile.FullName, rulePaths, file.FullName, end, parsed.GetValue(compare) ?? [], parsed.GetValue(json), output);
            }

            if (parsed.GetValue(events) is not null || parsed.GetValue(from) is not { } begin || parsed.GetValue(to) is not { } finish || (parsed.GetValue(config) is null && parsed.GetValue(data) is null)) throw new StartRefusedException(WhichOne);
            return await new ReplayOfJournal
            {
                Config = parsed.GetValue(config)?.FullName, DataFolder = parsed.GetValue(data), Site = parsed.GetValue(of), From = Instants.Parse("--from", begin), To = Instants.Parse("--to", finish),
                Rules = rulePaths, Json = parsed.GetValue(json),
            }.RunAsync(output, error, time, cancellationToken);
        });
        return command;
    }

    private static int Run(string siteFile, string[] rulePaths, string eventsFile, DateTimeOffset? until, string[] oldRulePaths, bool json, TextWriter output)
    {
        SiteReading reading = SiteFiles.Read(siteFile);
        if (reading.Site is not { } site)
        {
            FindingPrinter.Print(reading.Findings, json: false, output);
            return 1;
        }

        SiteRules loaded = RuleDirectory.Load(site, rulePaths, ShippedTemplates.Library);
        SiteRules? older = oldRulePaths.Length == 0 ? null : RuleDirectory.Load(site, oldRulePaths, ShippedTemplates.Library);
        Finding[] errors = [.. loaded.Findings.Concat(older?.Findings ?? []).Where(f => f.Severity == FindingSeverity.Error)];
        if (errors.Length > 0)
        {
            FindingPrinter.Print(errors, json: false, output);
            return 1;
        }

        if (older is not null)
        {
            var before = new FiringList();
            var after = new FiringList();
            Play(older, eventsFile, until, before);
            Play(loaded, eventsFile, until, after);
            return FiringList.Differences(before, after, site.TimeZone, output) == 0 ? 0 : 1;
        }

        using var sink = new ReplaySink(site, json, output);
        Play(loaded, eventsFile, until, sink);
        return 0;
    }

    /// <summary>Steps a new engine through a file of inputs, up to <paramref name="until"/>, and lets time pass to it.</summary>
    /// <exception cref="StartRefusedException">The file cannot be read, or a line is wrong.</exception>
    public static SiteEngine Play(SiteRules rules, string path, DateTimeOffset? until, IEngineSink told)
    {
        var sink = new DocumentSink(rules.Program, told);
        var engine = new SiteEngine(rules.Program, EngineOptions.Default, new JintScriptHost(ScriptLimits.Default));
        long last = 0;
        foreach (ArraySegment<EngineInput> batch in ReplayFile.Read(path))
        {
            foreach (ref readonly EngineInput input in batch.AsSpan())
            {
                if (input.At > until) return LetTimePass(engine, last + 1, until.Value, sink);
                if (last == 0) engine.Start(EngineInput.Time(0, input.At), sink);
                last = input.Sequence;
                engine.Step(input, sink);
            }
        }

        return until is { } end && last > 0 ? LetTimePass(engine, last + 1, end, sink) : engine;
    }

    private static SiteEngine LetTimePass(SiteEngine engine, long sequence, DateTimeOffset until, IEngineSink sink)
    {
        engine.Step(EngineInput.Time(sequence, until), sink);
        return engine;
    }
}
