using System.CommandLine;
using System.Globalization;
using Automation.Core.Engine;
using Automation.Core.Rules;
using Automation.Core.Tracing;
using Automation.Host.Composition;
using Automation.Host.Hub;

namespace Automation.Host.Cli;

/// <summary><c>explain</c>: why a rule fired at an instant, or did not: of the running plugin, or of a replay.</summary>
internal static class ExplainVerb
{
    public static Command Create(TextWriter output)
    {
        var rule = new Argument<string>("RULE") { Description = "The rule's id." };
        var at = new Option<string?>("--at") { Description = "The instant (ISO 8601). Default: now, or the end of the replay." };
        var httpPort = new Option<int>("--http-port") { Description = "Port of the running plugin's health page. Default 8080.", DefaultValueFactory = static _ => 8080 };
        var site = new Option<FileInfo?>("--site") { Description = "With --rules and --events: explain a replay instead of the running plugin." };
        var rules = new Option<string[]>("--rules") { Description = "Rule files and folders of the replay.", AllowMultipleArgumentsPerToken = true };
        var events = new Option<FileInfo?>("--events") { Description = "The replay's inputs, one JSON object a line." };
        var json = new Option<bool>("--json") { Description = "One JSON object." };
        httpPort.Validators.Add(Ports.Check);
        var command = new Command("explain", "Says why a rule fired, or why it did not and what would have made it fire.") { rule, at, httpPort, site, rules, events, json };
        command.Validators.Add(result =>
        {
            int given = (result.GetResult(site) is null ? 0 : 1) + (result.GetResult(events) is null ? 0 : 1) + (result.GetResult(rules) is { Tokens.Count: > 0 } ? 1 : 0);
            if (given is not (0 or 3)) result.AddError("--site, --rules and --events go together.");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            DateTimeOffset? instant = parsed.GetValue(at) is { } text ? Instants.Parse("--at", text) : null;
            if (parsed.GetValue(site) is not { } siteFile) return await AskAsync(parsed.GetValue(httpPort), parsed.GetValue(rule)!, instant, parsed.GetValue(json), output, cancellationToken);
            return Replay(parsed.GetValue(rule)!, siteFile.FullName, parsed.GetValue(rules)!, parsed.GetValue(events)!.FullName, instant, parsed.GetValue(json), output);
        });
        return command;
    }

    private static async Task<int> AskAsync(int port, string rule, DateTimeOffset? at, bool json, TextWriter output, CancellationToken cancellationToken)
    {
        string query = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/explain/{Uri.EscapeDataString(rule)}?format={(json ? "json" : "text")}");
        if (at is { } instant) query += "&at=" + Uri.EscapeDataString(instant.ToString("O", CultureInfo.InvariantCulture));
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        try
        {
            using HttpResponseMessage answer = await client.GetAsync(new Uri(query), cancellationToken);
            string text = await answer.Content.ReadAsStringAsync(cancellationToken);
            if (!answer.IsSuccessStatusCode) throw new StartRefusedException(text.Trim());
            await output.WriteLineAsync(text.TrimEnd());
            return 0;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            throw new StartRefusedException($"no plugin answers on port {port} ({e.Message}): start it, name its port with --http-port, or give --site, --rules and --events");
        }
    }

    private static int Replay(string rule, string siteFile, string[] rulePaths, string eventsFile, DateTimeOffset? at, bool json, TextWriter output)
    {
        SiteReading reading = SiteFiles.Read(siteFile);
        if (reading.Site is not { } site) throw new StartRefusedException(string.Join(Environment.NewLine, reading.Findings));
        SiteRules loaded = RuleDirectory.Load(site, rulePaths, ShippedTemplates.Library);
        SiteEngine engine = ReplayVerb.Play(loaded, eventsFile, at, new FiringList());
        if (loaded.Definitions.All(d => d.Id != rule)) throw new StartRefusedException($"there is no rule '{rule}'");
        Explanation explanation = loaded.Documents.Explain(engine, rule, at ?? engine.Now);
        output.WriteLine(json ? System.Text.Encoding.UTF8.GetString(ExplainText.WriteJson(explanation, site.TimeZone)) : ExplainText.Write(explanation, site.TimeZone).TrimEnd());
        return 0;
    }
}
