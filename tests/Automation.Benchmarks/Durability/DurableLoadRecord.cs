using System.Globalization;
using System.Text.Json;
using Automation.Host.Storage.Sql;
using Automation.Host.Storage.Sqlite;

namespace Automation.Benchmarks.Durability;

/// <summary>What the program kept of a load, read from its history when it has ended.</summary>
internal sealed class DurableLoadRecord
{
    private readonly List<(DateTimeOffset Stamped, DateTimeOffset Taken)> _taken = [];
    private readonly HashSet<string> _acting = new(StringComparer.Ordinal);

    public long Events => _taken.Count;

    public long Begins { get; private set; }

    public DateTimeOffset First { get; private set; } = DateTimeOffset.MaxValue;

    /// <summary>By device that a linkage answers for, the instants it stamped on its begins, in order.</summary>
    public IEnumerable<KeyValuePair<string, List<DateTimeOffset>>> BeginsOfActing => BeginsOf.Where(b => _acting.Contains(b.Key));

    public Dictionary<string, long> NotDone { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, long> Told { get; } = new(StringComparer.Ordinal);

    public long Bytes { get; private set; }

    private Dictionary<string, List<DateTimeOffset>> BeginsOf { get; } = new(StringComparer.Ordinal);

    public static async Task<DurableLoadRecord> ReadAsync(string file, TimeProvider time)
    {
        var record = new DurableLoadRecord { Bytes = new FileInfo(file).Length };
        await using SqlDatabase database = await SqlDatabase.OpenAsync(new SqliteSource(new SqliteOptions { Path = file, ReserveBytes = 0 }, time), StorageParts.All, new SqlLimits(), CancellationToken.None);
        await database.ReadAsync(
            s =>
            {
                s.Query("SELECT at, resource, detail FROM history WHERE kind = 0 AND type = 'intrusion' ORDER BY sequence, number", r => record.Take(r.Instant(0), r.GetString(1), r.GetString(2)));
                s.Query("SELECT DISTINCT rule FROM history WHERE kind = 2", r => record._acting.Add(r.GetString(0)));
                s.Query("SELECT detail FROM history WHERE kind = 3", r => record.Ended(r.GetString(0)));
                s.Query("SELECT type, count(*) FROM exceptions GROUP BY type", r => record.Told[r.GetString(0)] = r.GetInt64(1));
                return 0;
            },
            CancellationToken.None);
        return record;
    }

    /// <summary>Milliseconds from the device's stamp to the journal, but for the run-in.</summary>
    public IEnumerable<double> ToJournal(int runIn) => _taken.Where(t => t.Stamped >= First.AddSeconds(runIn)).Select(t => (t.Taken - t.Stamped).TotalMilliseconds);

    private int Take(DateTimeOffset at, string resource, string detail)
    {
        using JsonDocument document = JsonDocument.Parse(detail);

        // An end that the program found by itself is no event of a device.
        if (document.RootElement.TryGetProperty("derived", out _)) return 0;
        DateTimeOffset stamped = DateTimeOffset.Parse(document.RootElement.GetProperty("data").GetProperty("deviceTime").GetString()!, CultureInfo.InvariantCulture);
        _taken.Add((stamped, at));
        if (stamped < First) First = stamped;
        if (document.RootElement.GetProperty("state").GetString() != "begin") return 0;
        Begins++;
        string device = resource.Split('/')[1];
        if (!BeginsOf.TryGetValue(device, out List<DateTimeOffset>? begins)) BeginsOf.Add(device, begins = []);
        begins.Add(stamped);
        return 0;
    }

    private int Ended(string detail)
    {
        using JsonDocument document = JsonDocument.Parse(detail);
        string outcome = document.RootElement.GetProperty("outcome").GetString()!;
        if (outcome == "succeeded") return 0;
        string how = document.RootElement.TryGetProperty("reason", out JsonElement reason) ? reason.GetString()! : outcome;
        NotDone[how] = NotDone.GetValueOrDefault(how) + 1;
        return 0;
    }
}
