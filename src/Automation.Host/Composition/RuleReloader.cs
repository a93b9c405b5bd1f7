using Automation.Core.Rules;
using Automation.Host.Hub;
using Automation.Host.Journal;
using Automation.Host.Operations;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Composition;

/// <summary>
/// Watches a site's rule files and swaps a changed set in whole; a set with an error is not loaded, the old rules keep running, and that is said once
/// (design.md section 5). Looks at the contents every two seconds: file notifications are lost on network shares and in containers.
/// </summary>
internal sealed partial class RuleReloader(
    SiteSource atStart, TemplateLibrary templates, SiteInbox inbox, SiteProjection projection, string fingerprint, IOperationLog operations, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    /// <summary>Looking is for the loop and for who has just written a file.</summary>
    private readonly SemaphoreSlim _turn = new(1, 1);

    private string _fingerprint = fingerprint;
    private volatile SiteSource _source = atStart;

    /// <summary>What the rules are read for; a change is seen at the next look.</summary>
    public SiteSource Source
    {
        get => _source;
        set => _source = value;
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await Task.Delay(Every, time, cancellationToken);
                await LookAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (StartRefusedException e)
            {
                // A file that is just being written or a share that is away: the next look sees.
                LogUnreadable(logger, _source.Site.Id, e.Message);
            }
        }
    }

    /// <summary>Reads the files; loads them when they changed and are right. True when a new set is in force.</summary>
    public async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await LookAsync_NeedsTurn(cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task<bool> LookAsync_NeedsTurn(CancellationToken cancellationToken)
    {
        SiteSource source = _source;
        RuleSetFiles files = source.ReadFiles();
        if (files.Fingerprint == _fingerprint) return false;
        _fingerprint = files.Fingerprint;
        SiteRules rules = files.Load(source.Site, templates);
        if (rules.HasErrors)
        {
            foreach (Finding finding in rules.Findings.Where(f => f.Severity == FindingSeverity.Error)) LogFinding(logger, finding.ToString());
            int count = rules.Findings.Count(f => f.Severity == FindingSeverity.Error);
            string first = rules.Findings.First(f => f.Severity == FindingSeverity.Error).ToString();
            LogNotLoaded(logger, _source.Site.Id, count);
            operations.Add(new Operation { Via = OperationVia.File, What = "rulesLoaded", Site = _source.Site.Id, Detail = rules.Fingerprint, Refusal = first });
            projection.Problem("rulesNotLoaded", default, $"AUT3302: the changed rules have {count} error(s) and were not loaded, the old ones keep running; first: {first}");
            return false;
        }

        var loaded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await inbox.PostAsync(new SiteInput.Load(new SiteRuleSet(rules, files.Pack()), loaded), cancellationToken);
        await loaded.Task.WaitAsync(cancellationToken);
        LogLoaded(logger, _source.Site.Id, rules.Definitions.Length);
        operations.Add(new Operation { Via = OperationVia.File, What = "rulesLoaded", Site = _source.Site.Id, Detail = rules.Fingerprint });
        return true;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Site}: the changed rules are in force, {Count} in all")]
    private static partial void LogLoaded(ILogger logger, string site, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "AUT3302 {Site}: the changed rules have {Count} error(s) and were not loaded; the old ones keep running")]
    private static partial void LogNotLoaded(ILogger logger, string site, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Finding}")]
    private static partial void LogFinding(ILogger logger, string finding);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Site}: the rules could not be read, the old ones keep running: {Reason}")]
    private static partial void LogUnreadable(ILogger logger, string site, string reason);
}
