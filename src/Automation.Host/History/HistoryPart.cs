using Automation.Host.Composition;
using Automation.Host.Journal;
using Automation.Host.Storage.Sql;

namespace Automation.Host.History;

/// <summary>The history's share of a site's commit.</summary>
internal sealed class HistoryPart(HistoryRecorder recorder, ExceptionCentre? exceptions = null) : ISiteCommitPart
{
    public void Write(SqlSession session, SiteCommit commit)
    {
        foreach (SiteOutput output in commit.Outputs)
        {
            if (output is not SiteOutput.Exceptional { Value: var change }) continue;
            ExceptionTable.Take(session, commit.Site, change, $"{change.Exception} at {change.Source.Value}");
        }

        recorder.Write(session, commit.Site, commit.Row.Last, commit.Row.At, commit.Outputs);
    }

    public void Committed(SiteCommit commit)
    {
        if (exceptions is not null && commit.Outputs.Any(o => o is SiteOutput.Exceptional)) exceptions.Committed();
    }
}
