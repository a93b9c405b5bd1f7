using System.Diagnostics;
using System.Globalization;
using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Host.Composition;
using Automation.Host.History;
using Automation.Host.Storage.Postgres;
using Automation.Host.Storage.Sql;
using Automation.Host.Storage.Sqlite;

namespace Automation.Benchmarks.History;

/// <summary>
/// A history of many rows: how fast it is written in commits as a site makes them, and how long questions take then.
/// <c>history --rows N --folder DIR | --postgres CONNECTION</c>; what is there already is kept and added to.
/// </summary>
internal static class HistoryBenchmark
{
    private const int InputsInACommit = 256;
    private const int Devices = 200;
    private const int Channels = 16;
    private const int Rounds = 20;

    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] Types = ["motionDetection", "lineCrossing", "intrusion", "videoLoss", "zoneAlarm", "doorOpened", "temperatureAlarm", "faceDetection"];

    public static async Task<int> RunAsync(string[] args, TimeProvider time)
    {
        if (args.Length != 4 || args[0] != "--rows" || !long.TryParse(args[1], NumberStyles.None, CultureInfo.InvariantCulture, out long rows) || args[2] is not ("--folder" or "--postgres"))
        {
            Console.Error.WriteLine("usage: benchmarks history --rows N --folder DIR | --postgres CONNECTION");
            return 2;
        }

        if (args[2] == "--folder") Directory.CreateDirectory(args[3]);
        ISqlSource source = args[2] == "--folder"
            ? new SqliteSource(new SqliteOptions { Path = Path.Combine(args[3], SqliteOptions.FileName) }, time)
            : new PostgresSource(new PostgresOptions { Connection = args[3] });
        await using SqlDatabase database = await SqlDatabase.OpenAsync(source, [HistoryTables.Part], new SqlLimits(), CancellationToken.None);
        await WriteAsync(database, rows);
        await AskAsync(database);
        return 0;
    }

    private static async Task WriteAsync(SqlDatabase database, long wanted)
    {
        var recorder = new HistoryRecorder(HistoryLimits.Default);
        (long rows, _) = await database.ReadAsync(HistoryTable.Size, default);
        long had = rows, sequence = rows, told = rows;
        var watch = Stopwatch.StartNew();
        TimeSpan last = TimeSpan.Zero;
        while (rows < wanted)
        {
            var outputs = new List<SiteOutput>(InputsInACommit * 2);
            for (int i = 0; i < InputsInACommit; i++) Input(++sequence, outputs);
            long number = sequence;
            await database.RunAsync(
                s =>
                {
                    recorder.Write(s, "bench", number, Begin, outputs);
                    return 0;
                },
                CancellationToken.None);
            rows += outputs.Count;
            if (rows - told < 1_000_000 && rows < wanted) continue;
            double rate = (rows - told) / (watch.Elapsed - last).TotalSeconds;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{{\"rows\":{rows},\"rowsPerSecond\":{rate:0}}}"));
            (told, last) = (rows, watch.Elapsed);
        }

        if (rows > had) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{{\"written\":{rows - had},\"seconds\":{watch.Elapsed.TotalSeconds:0.0},\"rowsPerSecond\":{(rows - had) / watch.Elapsed.TotalSeconds:0}}}"));
    }

    /// <summary>Every input is an event; every fourth fires a rule, every eighth changes a state. Ten inputs a second.</summary>
    private static void Input(long sequence, List<SiteOutput> outputs)
    {
        ulong random = unchecked((ulong)sequence * 0x9E37_79B9_7F4A_7C15UL) >> 20;
        ResourceAddress resource = ResourceAddress.Parse(string.Create(CultureInfo.InvariantCulture, $"bench/nvr-{random % Devices}/channel/{1 + random / Devices % Channels}"));
        DateTimeOffset at = Begin.AddMilliseconds(100 * sequence);
        var cause = new CauseId("bench", sequence);
        string type = Types[random % (ulong)Types.Length];
        outputs.Add(new SiteOutput.Occurred(new EngineEvent(cause, at, resource, type, EventPhase.Begin, 1, DataObject.Of(("target", "human"), ("regionId", (int)(random % 4))), false)));
        if (sequence % 4 == 0) outputs.Add(new SiteOutput.FiredRule(new Firing(cause, at, string.Create(CultureInfo.InvariantCulture, $"rule-{random % 1000}"), "linkage", resource, type, sequence / 4)));
        if (sequence % 8 != 0) return;
        DataObject changed = DataObject.Of(("active", sequence % 16 == 0));
        outputs.Add(new SiteOutput.Changed(new StateChange(cause, at, resource, changed, changed, false)));
    }

    private static async Task AskAsync(SqlDatabase database)
    {
        var store = new HistoryStore(database);
        (long rows, long bytes) = await database.ReadAsync(HistoryTable.Size, default);
        HistoryRow newest = (await store.ReadAsync(new HistoryFilter(), null, 1, default)).Rows[0];
        HistoryRow oldest = await OldestAsync(store, newest);
        DateTimeOffset middle = oldest.At + (newest.At - oldest.At) / 2;
        ResourceAddress device = newest.Resource.DeviceAddress;
        (string Name, HistoryFilter Filter)[] questions =
        [
            ("newest of all", new HistoryFilter()),
            ("newest of a device", new HistoryFilter { Resource = device }),
            ("newest of a channel", new HistoryFilter { Resource = newest.Resource }),
            ("newest of a type", new HistoryFilter { Type = "videoLoss" }),
            ("newest of a rule", new HistoryFilter { Rule = "rule-17" }),
            ("newest firings", new HistoryFilter { Kinds = [HistoryKind.Firing] }),
            ("firings and actions", new HistoryFilter { Kinds = [HistoryKind.Firing, HistoryKind.Action] }),
            ("an hour in the middle", new HistoryFilter { From = middle, Until = middle.AddHours(1) }),
            ("a device, an hour in the middle", new HistoryFilter { Resource = device, From = middle, Until = middle.AddHours(1) }),
            ("a type of a device, a day in the middle", new HistoryFilter { Resource = device, Type = "videoLoss", From = middle, Until = middle.AddDays(1) }),
            ("a type that never was", new HistoryFilter { Type = "nothing" }),
        ];
        foreach ((string name, HistoryFilter filter) in questions)
        {
            double[] took = new double[Rounds];
            int found = 0;
            for (int round = 0; round < Rounds; round++)
            {
                long begin = Stopwatch.GetTimestamp();
                found = (await store.ReadAsync(filter, null, 100, default)).Rows.Count;
                took[round] = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
            }

            double first = took[0];
            Array.Sort(took);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{{\"question\":\"{name}\",\"rows\":{found},\"firstMilliseconds\":{first:0.00},\"medianMilliseconds\":{took[Rounds / 2]:0.00},\"worstMilliseconds\":{took[^1]:0.00}}}"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{{\"rows\":{rows},\"countedBytes\":{bytes},\"countedBytesPerRow\":{bytes / rows}}}"));
    }

    private static async Task<HistoryRow> OldestAsync(HistoryStore store, HistoryRow newest) =>
        (await store.ReadAsync(new HistoryFilter { Until = Begin.AddSeconds(1) }, null, 1, default)).Rows is [var row] ? row : newest;
}
