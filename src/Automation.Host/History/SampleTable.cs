using Automation.Core.Model;
using Automation.Host.Storage.Sql;

namespace Automation.Host.History;

/// <summary>Numbers by minute: temperatures, people counted, battery, signal. Every method works inside the caller's transaction or reading session.</summary>
internal static class SampleTable
{
    /// <summary>Makes a change part of its minute.</summary>
    public static void Add(SqlSession s, IReadOnlyList<(ResourceAddress Resource, string Property, DateTimeOffset At, double Value)> changes)
    {
        if (changes.Count == 0) return;
        s.ExecuteMany(
            """
            INSERT INTO samples (resource, property, minute, low, high, last, changes) VALUES ($1, $2, $3, $4, $4, $4, 1)
            ON CONFLICT (resource, property, minute) DO UPDATE SET
                low = CASE WHEN excluded.low < samples.low THEN excluded.low ELSE samples.low END,
                high = CASE WHEN excluded.high > samples.high THEN excluded.high ELSE samples.high END,
                last = excluded.last, changes = samples.changes + 1
            """,
            [.. changes.Select(c => new object?[] { c.Resource.Value, c.Property, MinuteOf(c.At), c.Value })]);
    }

    public static List<Sample> Read(SqlSession s, ResourceAddress resource, string? property, DateTimeOffset from, DateTimeOffset until, TimeSpan step, int maximum)
    {
        long minutes = Math.Max(1, (long)step.TotalMinutes);
        var samples = new List<Sample>();
        s.ForEach(
            "SELECT property, minute, low, high, last, changes FROM samples WHERE resource = $1 AND property BETWEEN $2 AND $3 AND minute BETWEEN $4 AND $5 ORDER BY property, minute",
            r =>
            {
                var next = new Sample(resource, r.GetString(0), InstantOf(r.GetInt64(1) / minutes * minutes), r.GetDouble(2), r.GetDouble(3), r.GetDouble(4), r.GetInt64(5));
                if (samples is [.., var last] && last.Property == next.Property && last.Minute == next.Minute)
                {
                    samples[^1] = last with { Low = Math.Min(last.Low, next.Low), High = Math.Max(last.High, next.High), Last = next.Last, Changes = last.Changes + next.Changes };
                    return true;
                }

                if (samples.Count == maximum) return false;
                samples.Add(next);
                return true;
            },
            // U+FFFD is above every letter of a property.
            resource.Value, property ?? "", property ?? "\ufffd", MinuteOf(from), MinuteOf(until) - (until.UtcTicks % TimeSpan.TicksPerMinute == 0 ? 1 : 0));
        return samples;
    }

    public static int Drop(SqlSession s, DateTimeOffset before, int maximum) => s.Execute(
        "DELETE FROM samples WHERE (resource, property, minute) IN (SELECT resource, property, minute FROM samples WHERE minute < $1 ORDER BY minute LIMIT $2)", MinuteOf(before), maximum);

    private static long MinuteOf(DateTimeOffset at) => at.UtcTicks / TimeSpan.TicksPerMinute;

    private static DateTimeOffset InstantOf(long minute) => new(minute * TimeSpan.TicksPerMinute, TimeSpan.Zero);
}
