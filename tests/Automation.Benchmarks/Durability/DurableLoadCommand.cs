using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Automation.Benchmarks.Mqtt.Load;
using Automation.CrashTest;
using Automation.Host.Storage.Sql;
using Automation.Host.Storage.Sqlite;

namespace Automation.Benchmarks.Durability;

/// <summary>
/// <c>durable-load</c>: the whole program in a process of its own under a steady load of events over ISAPI, with everything kept that is kept in earnest: journal, outbox, history, the broker. Counts
/// what was lost and measures from the event at the device to the call that it causes there. Prints one JSON line.
/// </summary>
internal static class DurableLoadCommand
{
    private static readonly TimeSpan HeardLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromMinutes(10);
    private static readonly JsonSerializerOptions OneLine = new(JsonSerializerDefaults.Web);

    public static async Task<int> RunAsync(string[] arguments, TimeProvider time)
    {
        if (DurableLoadOptions.Parse(arguments) is not { } options)
        {
            await Console.Error.WriteLineAsync(DurableLoadOptions.Usage);
            return 2;
        }

        string folder = options.Folder ?? Directory.CreateTempSubdirectory("automation-durable-").FullName;
        Directory.CreateDirectory(folder);
        try
        {
            DurableLoadFigure figure = await MeasureAsync(options, folder, time);
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(figure, OneLine));
            return figure.IsSound ? 0 : 1;
        }
        finally
        {
            if (options.Folder is null) Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<DurableLoadFigure> MeasureAsync(DurableLoadOptions options, string folder, TimeProvider time)
    {
        string before = LoadAverage();
        await using LoadWorld world = await LoadWorld.StartAsync(folder, options.Devices, RandomNumberGenerator.GetHexString(24));
        world.WriteSite(folder, options.Acting);
        await using ProgramProcess program = world.StartProgram(folder);
        await program.Running;
        await WaitAsync(world.IsHeardAsync, HeardLimit, time);

        var memory = new List<double>();
        await world.BeginAsync(options.Rate);
        long began = time.GetTimestamp();
        TimeSpan cpu = program.ProcessorTime;
        while (time.GetElapsedTime(began).TotalSeconds < options.Seconds)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), time);
            await world.CollectAsync();
            memory.Add(Resident(program));
        }

        TimeSpan took = time.GetElapsedTime(began);
        cpu = program.ProcessorTime - cpu;
        (long sent, long leftOut) = await world.EndAsync();
        double backlog = await DrainAsync(world, Path.Combine(folder, "data", "store.mark"), time);
        double atEnd = Resident(program);
        int code = await program.StopAsync();
        await world.CollectAsync();

        DurableLoadRecord record = await DurableLoadRecord.ReadAsync(Path.Combine(folder, "data", SqliteOptions.FileName), time);
        (List<double> toDevice, long lost) = Match(world, record, options);
        double[] toJournal = [.. record.ToJournal(options.RunIn)];
        Array.Sort(toJournal);
        toDevice.Sort();
        int half = (options.RunIn + memory.Count) / 2;
        return new DurableLoadFigure(
            options.Rate, (int)took.TotalSeconds, sent, leftOut, sent - record.Events, record.Begins, world.AskedInAll, lost, record.NotDone,
            At(toJournal, 0.5), At(toJournal, 0.99), At(toJournal, 1), At(toDevice, 0.5), At(toDevice, 0.99), At(toDevice, 1), record.Told,
            memory[Math.Min(options.RunIn, memory.Count - 1)], memory.Skip(options.RunIn).Take(half - options.RunIn).DefaultIfEmpty().Max(), memory.Skip(half).DefaultIfEmpty().Max(), atEnd,
            Math.Round(record.Bytes / 1e6, 1), Math.Round(cpu / took * 100), Math.Round(backlog, 1), $"{before} {LoadAverage()}", code);
    }

    /// <summary>A device is asked in the order of its events, so the first call belongs to the first begin, and so on; where some were not done nothing can be said.</summary>
    private static (List<double> Milliseconds, long Lost) Match(LoadWorld world, DurableLoadRecord record, DurableLoadOptions options)
    {
        var milliseconds = new List<double>();
        long lost = 0;
        foreach (string device in world.Urls.Keys.Take(options.Acting))
        {
            List<DateTimeOffset> begins = record.BeginsOf.GetValueOrDefault(device, []);
            List<(long Number, DateTimeOffset At)> asked = world.Asked.GetValueOrDefault(device, []);
            asked.Sort();
            lost += begins.Count - asked.Count;
            for (int i = 0; i < Math.Min(begins.Count, asked.Count); i++)
            {
                if (record.NotDone.Count == 0 && begins[i] >= record.First.AddSeconds(options.RunIn)) milliseconds.Add((asked[i].At - begins[i]).TotalMilliseconds);
            }
        }

        return (milliseconds, lost);
    }

    /// <summary>Waits until for some seconds no input is taken and no device is asked any more; answers how long it took until the last.</summary>
    /// <param name="mark">The file in which the program notes the number of its last input.</param>
    private static async Task<double> DrainAsync(LoadWorld world, string mark, TimeProvider time)
    {
        long began = time.GetTimestamp();
        double last = 0;
        (long Asked, long Taken) seen = (-1, -1);
        for (int quiet = 0; quiet < 5 && time.GetElapsedTime(began) < DrainLimit; quiet++)
        {
            await world.CollectAsync();
            (long, long) now = (world.AskedInAll, Taken(mark));
            if (now != seen) (seen, last, quiet) = (now, time.GetElapsedTime(began).TotalSeconds, 0);
            await Task.Delay(TimeSpan.FromSeconds(1), time);
        }

        return last;
    }

    private static long Taken(string mark)
    {
        using var file = new FileStream(mark, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        Span<byte> number = stackalloc byte[sizeof(long)];
        file.ReadExactly(number);
        return BinaryPrimitives.ReadInt64LittleEndian(number);
    }

    private static double At(IReadOnlyList<double> sorted, double part) => sorted.Count == 0 ? -1 : Math.Round(sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * part))], 1);

    private static double Resident(ProgramProcess program) => Math.Round(ProcessMemory.ResidentKilobytes(program.ProcessId) / 1024.0, 1);

    private static string LoadAverage() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "";

    private static async Task WaitAsync(Func<Task<bool>> condition, TimeSpan limit, TimeProvider time)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > limit) throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"not within {limit}"));
            await Task.Delay(TimeSpan.FromMilliseconds(100), time);
        }
    }
}
