using System.Text;
using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Host.Hub;

namespace Automation.Host.Cli;

/// <summary>The firings of a replay, for comparing two rule sets.</summary>
internal sealed class FiringList : IEngineSink
{
    private readonly List<Line> _lines = [];

    /// <summary>What one list has and the other has not, in time order: one JSON object a line with <c>change</c> <c>removed</c> (only before) or <c>added</c> (only after).</summary>
    /// <returns>How many.</returns>
    public static int Differences(FiringList before, FiringList after, TimeZoneInfo zone, TextWriter output)
    {
        var counts = new Dictionary<Line, int>();
        foreach (Line line in after._lines) counts[line] = counts.GetValueOrDefault(line) + 1;
        var changes = new List<(Line Line, string Change)>();
        foreach (Line line in before._lines)
        {
            int left = counts.GetValueOrDefault(line);
            if (left == 0) changes.Add((line, "removed"));
            else counts[line] = left - 1;
        }

        foreach (Line line in after._lines)
        {
            if (counts[line] == 0) continue;
            counts[line]--;
            changes.Add((line, "added"));
        }

        foreach ((Line line, string change) in changes.OrderBy(c => c.Line.At).ThenBy(c => c.Line.Rule, StringComparer.Ordinal).ThenBy(c => c.Line.Source, StringComparer.Ordinal).ThenByDescending(c => c.Change, StringComparer.Ordinal))
        {
            output.Write(Encoding.UTF8.GetString(Payloads.Write(w =>
            {
                w.WriteString("change", change);
                Payloads.WriteTime(w, "at", line.At, zone);
                w.WriteString("rule", line.Rule);
                if (line.Source.Length > 0) w.WriteString("source", line.Source);
                w.WriteString("trigger", line.Trigger);
            })));
            output.Write('\n');
        }

        return changes.Count;
    }

    void IEngineSink.Fired(in Firing firing) => _lines.Add(new Line(firing.At, firing.Rule, firing.Source.Value, firing.Trigger));

    void IEngineSink.EventOccurred(in EngineEvent engineEvent)
    {
    }

    void IEngineSink.StateChanged(in StateChange change)
    {
    }

    void IEngineSink.Requested(in ActionRequest request)
    {
    }

    void IEngineSink.Published(in PublishRequest request)
    {
    }

    void IEngineSink.Notified(in NotificationRequest request)
    {
    }

    void IEngineSink.ExceptionChanged(in ExceptionChange change)
    {
    }

    void IEngineSink.RuleSwitched(in RuleSwitch change)
    {
    }

    void IEngineSink.Faulted(in EngineFault fault)
    {
    }

    private readonly record struct Line(DateTimeOffset At, string Rule, string Source, string Trigger);
}
