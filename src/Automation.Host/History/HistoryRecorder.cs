using System.Text.Json;
using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Host.Composition;
using Automation.Host.Hub;
using Automation.Host.Storage.Sql;

namespace Automation.Host.History;

/// <summary>
/// Makes history of what a site gave out, in the transaction that makes it durable: what happened is in the history once, however the process ends.
/// </summary>
internal sealed class HistoryRecorder(HistoryLimits limits)
{
    private long _leftOut;

    /// <summary>Rows left out because one commit had too many, or because the disk is nearly full.</summary>
    public long LeftOut => Volatile.Read(ref _leftOut);

    /// <summary>The disk has little room: nothing is written until it has.</summary>
    public bool Paused { get; set; }

    /// <param name="sequence">The last input of the commit.</param>
    /// <param name="at">The instant of its first one.</param>
    public void Write(SqlSession session, string site, long sequence, DateTimeOffset at, IReadOnlyList<SiteOutput> outputs)
    {
        if (Paused)
        {
            Interlocked.Add(ref _leftOut, outputs.Count);
            return;
        }

        var rows = new List<HistoryRow>();
        var samples = new List<(ResourceAddress, string, DateTimeOffset, double)>();
        foreach (SiteOutput output in outputs)
        {
            if (rows.Count >= limits.RowsOfACommit && IsDetail(output))
            {
                Interlocked.Increment(ref _leftOut);
                continue;
            }

            if (output is SiteOutput.Changed { Value: var change }) Changes(change, rows, samples);
            else if (Row(output) is { } row) rows.Add(row);
        }

        if (rows.Count > 0) HistoryTable.Add(session, InOrder(site, sequence, at, rows));
        SampleTable.Add(session, samples);
    }

    /// <summary>Events and states are many; what rules did is always kept.</summary>
    private static bool IsDetail(SiteOutput output) => output is SiteOutput.Occurred or SiteOutput.Changed;

    /// <summary>An outcome carries the instant it was asked for at; in the history it happened when it was known.</summary>
    private static List<HistoryRow> InOrder(string site, long sequence, DateTimeOffset latest, List<HistoryRow> rows)
    {
        for (int i = 0; i < rows.Count; i++)
        {
            if (rows[i].At > latest) latest = rows[i].At;
            rows[i] = rows[i] with { Place = new HistoryPlace(site, sequence, i), At = latest };
        }

        return rows;
    }

    private void Changes(in StateChange change, List<HistoryRow> rows, List<(ResourceAddress, string, DateTimeOffset, double)> samples)
    {
        foreach ((string property, DataValue value) in change.Changed)
        {
            if (limits.Unrecorded.Contains(property)) continue;
            if (value.Kind == DataKind.Number)
            {
                samples.Add((change.Resource, property, change.At, value.Number));
                continue;
            }

            bool initial = change.Initial;
            rows.Add(New(HistoryKind.State, change.Cause, change.At, change.Resource, property, null, w =>
            {
                Payloads.WriteValue(w, "value", value);
                if (initial) w.WriteBoolean("initial", true);
            }));
        }
    }

    private HistoryRow? Row(SiteOutput output) => output switch
    {
        SiteOutput.Occurred { Value: var e } => New(HistoryKind.Event, e.Cause, e.At, e.Resource, e.Type, null, w =>
        {
            w.WriteString("state", Payloads.Camel(e.Phase.ToString()));
            if (e.Count > 1) w.WriteNumber("count", e.Count);
            if (e.Derived) w.WriteBoolean("derived", true);
            if (e.Data.Count == 0) return;
            w.WriteStartObject("data");
            Payloads.WriteMembers(w, e.Data);
            w.WriteEndObject();
        }),
        SiteOutput.FiredRule { Value: var f } => New(HistoryKind.Firing, f.Cause, f.At, f.Source, f.Kind, f.Rule, w =>
        {
            w.WriteString("trigger", f.Trigger);
            w.WriteNumber("number", f.Number);
        }),
        SiteOutput.Ended ended => New(HistoryKind.Action, ended.Request.Cause, ended.Request.At, ended.Request.On, ended.Request.Action, ended.Request.Rule, w =>
        {
            w.WriteString("id", ended.Request.Id);
            w.WriteString("outcome", ended.Outcome.Succeeded ? "succeeded" : ended.Outcome.Reason == ActionReason.Expired ? "expired" : "failed");
            if (ended.Outcome.Succeeded) w.WriteString("effect", Payloads.Camel(ended.Outcome.Effect.ToString()));
            else w.WriteString("reason", Payloads.Camel(ended.Outcome.Reason.ToString()));
            if (ended.Outcome.DeviceStatus is not null) w.WriteString("deviceStatus", ended.Outcome.DeviceStatus);
            w.WriteNumber("attempts", ended.Attempts);
            if (ended.Request.Parameters.Count == 0) return;
            w.WriteStartObject("parameters");
            Payloads.WriteMembers(w, ended.Request.Parameters);
            w.WriteEndObject();
        }),
        SiteOutput.Notified { Value: var n } => New(HistoryKind.Notification, n.Cause, n.At, n.Source, "notification", n.Rule, w => w.WriteString("message", n.Message)),
        SiteOutput.Exceptional { Value: var x } => New(HistoryKind.Exception, x.Cause, x.At, x.Source, x.Exception, x.Rule, w => w.WriteString("state", x.Active ? "begin" : "end")),
        SiteOutput.Switched { Value: var s } => New(HistoryKind.Switch, s.Cause, s.At, default, s.Enabled ? "enabled" : "disabled", s.Rule, w => w.WriteString("by", s.By)),
        SiteOutput.Fault { Value: var f } => New(HistoryKind.Fault, f.Cause, f.At, default, Payloads.Camel(f.Kind.ToString()), f.Rule.Length == 0 ? null : f.Rule, w => w.WriteString("detail", f.Detail)),
        _ => null,
    };

    private HistoryRow New(HistoryKind kind, CauseId cause, DateTimeOffset at, ResourceAddress resource, string type, string? rule, Action<Utf8JsonWriter> detail)
    {
        string text = System.Text.Encoding.UTF8.GetString(Payloads.Write(detail));
        if (text.Length > limits.DetailLength) text = System.Text.Encoding.UTF8.GetString(Payloads.Write(w => w.WriteString("cut", text[..limits.DetailLength])));
        return new HistoryRow { Place = default, Kind = kind, Cause = cause, At = at, Resource = resource, Type = type, Rule = rule, Detail = text };
    }
}
