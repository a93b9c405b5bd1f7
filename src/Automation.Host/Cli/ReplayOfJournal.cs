using System.Globalization;
using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Composition;
using Automation.Host.Configuration;
using Automation.Host.Journal;
using Automation.Host.Storage;
using Automation.Host.Storage.Sql;

namespace Automation.Host.Cli;

/// <summary><c>replay --from … --to …</c>: a past time from the journal in the data folder, beside a plugin that runs or without one.</summary>
internal sealed record ReplayOfJournal
{
    /// <summary>The configuration that names the database; null: the folder does.</summary>
    public string? Config { get; init; }

    public string? DataFolder { get; init; }

    /// <summary>Null: the only one.</summary>
    public string? Site { get; init; }

    public required DateTimeOffset From { get; init; }

    public required DateTimeOffset To { get; init; }

    /// <summary>Rule files and folders to run with; empty: the rules of then.</summary>
    public IReadOnlyList<string> Rules { get; init; } = [];

    public bool Json { get; init; }

    /// <summary>0: what came out is what came out then; 1: it is not.</summary>
    public async Task<int> RunAsync(TextWriter output, TextWriter error, TimeProvider time, CancellationToken cancellationToken)
    {
        if (To < From) throw new StartRefusedException("--to comes before --from");
        ReplaySink? sink = null;
        try
        {
            await using var database = new ReadOnlyDatabase(KeptData.Source(Config is null ? null : ConfigurationReader.Read(Config), DataFolder, time));
            var store = new JournalStore(database);
            string site = await SiteAsync(store, cancellationToken);
            ReplaySummary summary = await new JournalReplay(store, site).RunAsync(From, To, Rules.Count == 0 ? null : Instead, NewSink, cancellationToken);
            sink?.Flush();
            string text = string.Create(CultureInfo.InvariantCulture, $"{site}: {summary.Inputs} inputs in {summary.Commits} commits, from {summary.From.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'} to {To.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}");
            if (summary.From > From) text += "; the journal does not go back further";
            if (summary.Differing > 0) text += string.Create(CultureInfo.InvariantCulture, $"; {summary.Differing} commits gave out something else than then: another version of the program, or a script that is not the same each time");
            await error.WriteLineAsync(text);
            return summary.Differing == 0 ? 0 : 1;
        }
        catch (Exception e) when (e is StorageException or InvalidDataException)
        {
            throw new StartRefusedException(e.Message, e);
        }
        finally
        {
            sink?.Dispose();
        }

        IEngineSink NewSink(Site site) => sink = new ReplaySink(site, Json, output);
    }

    private SiteRules Instead(Site site)
    {
        SiteRules rules = RuleDirectory.Load(site, [.. Rules], ShippedTemplates.Library);
        Finding[] errors = [.. rules.Findings.Where(f => f.Severity == FindingSeverity.Error)];
        return errors.Length == 0 ? rules : throw new StartRefusedException(string.Join(Environment.NewLine, errors.Select(e => e.ToString())));
    }

    private async Task<string> SiteAsync(JournalStore store, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> sites = await store.SitesAsync(cancellationToken);
        if (Site is { } named) return sites.Contains(named) ? named : throw new StartRefusedException($"--of: there is no site '{named}' in this journal: there are {string.Join(", ", sites.Order(StringComparer.Ordinal))}");
        return sites.Count switch
        {
            1 => sites[0],
            0 => throw new StartRefusedException("this journal is empty"),
            _ => throw new StartRefusedException($"--of: say which site: {string.Join(", ", sites.Order(StringComparer.Ordinal))}"),
        };
    }
}
