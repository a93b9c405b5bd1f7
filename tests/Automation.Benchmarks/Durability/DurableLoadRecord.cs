using System.Globalization;
using System.Text.Json;
using Automation.Core.Model;
using Automation.Host.Journal;
using Automation.Host.Storage.Sql;
using Automation.Host.Storage.Sqlite;

namespace Automation.Benchmarks.Durability;

/// <summary>What the program kept of a load, read when it has ended: every event from its journal, what became of the requests from its history.</summary>
internal sealed class DurableLoadRecord
{
    private readonly List<(DateTimeOffset Stamped, DateTimeOffset Taken)> _taken = [];

    public long Events => _taken.Count;

    public long Begins { get; private set; }

    public DateTimeOffset First { get; private set; } = DateTimeOffset.MaxValue;

    /// <summary>By device, the instants it stamped on its begins, in order.</summary>
    public Dictionary<string, List<DateTimeOffset>> BeginsOf { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, long> NotDone { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, long> Told { get; } = new(StringComparer.Ordinal);

    public long Bytes { get; private set; }

    public static async Task<DurableLoadRecord> ReadAsync(string file, TimeProvider time)
    {
        var record = new DurableLoadRecord { Bytes = new FileInfo(file).Length };
        await using SqlDatabase database = await SqlDatabase.OpenAsync(new SqliteSource(new SqliteOptions { Path = file, ReserveBytes = 0 }, time), StorageParts.All, new SqlLimits(), CancellationToken.None);
        await foreach ((_, _, byte[] bytes) in new JournalStore(database).ReadAsync("store", 0, CancellationToken.None))
        {
            foreach (JournalEntry entry in JournalDecoder.Read(bytes).Entries) record.Take(entry);
        }

        await database.ReadAsync(
            s =>
            {
                s.Query("SELECT detail FROM history WHERE kind = 3", r => record.Ended(r.GetString(0)));
                s.Query("SELECT type, count(*) FROM exceptions GROUP BY type", r => record.Told[r.GetString(0)] = r.GetInt64(1));
                return 0;
            },
            CancellationToken.None);
        return record;
    }

    /// <summary>Milliseconds from the device's stamp to the journal, but for the run-in.</summary>
    public IEnumerable<double> ToJournal(int runIn) => _taken.Where(t => t.Stamped >= First.AddSeconds(runIn)).Select(t => (t.Taken - t.Stamped).TotalMilliseconds);

    private void Take(in JournalEntry entry)
    {
        if (entry.Kind != JournalEntryKind.Event || entry.Input.Name != "intrusion" || entry.Input.Data?["deviceTime"].Text is not { } text) return;
        DateTimeOffset stamped = DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
        _taken.Add((stamped, entry.At));
        if (stamped < First) First = stamped;
        if (entry.Input.EventState != EventState.Active) return;
        Begins++;
        string device = entry.Input.Resource.Value.Split('/')[1];
        if (!BeginsOf.TryGetValue(device, out List<DateTimeOffset>? begins)) BeginsOf.Add(device, begins = []);
        begins.Add(stamped);
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
