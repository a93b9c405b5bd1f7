using System.Diagnostics;
using Automation.Benchmarks.Mqtt.Load;
using Automation.Core.Model;
using Automation.Isapi;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Benchmarks.Isapi;

/// <summary><c>isapi-streams</c>: so many event streams at once, each at its rate, held in one process; the devices stand in another.</summary>
internal static class StreamsCommand
{
    private static readonly TimeSpan RunningIn = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromMinutes(5);

    public static async Task<int> RunAsync(string[] arguments, TimeProvider time)
    {
        if (StreamsOptions.Parse(arguments) is not { } options)
        {
            await Console.Error.WriteLineAsync(StreamsOptions.Usage);
            return 2;
        }

        using SimulatorProcess simulator = await SimulatorProcess.StartAsync(options.Devices - options.Panels!.Value, options.Panels.Value, CancellationToken.None);
        var observer = new StreamsObserver((int)(options.Devices * options.Rate * options.Seconds * 1.5) + 1000, time);
        long emptyKilobytes = ProcessMemory.ResidentKilobytes(Environment.ProcessId);
        List<DeviceConnection> connections = [.. simulator.Devices.Select(d => Connect(d.Key, d.Value, observer, time))];
        try
        {
            long began = time.GetTimestamp();
            foreach (DeviceConnection connection in connections) connection.Start();
            while (observer.Online < connections.Count)
            {
                if (time.GetElapsedTime(began) > ConnectLimit) throw new InvalidOperationException($"Only {observer.Online} of {connections.Count} devices came online: {observer.FirstProblem}");
                await Task.Delay(TimeSpan.FromMilliseconds(50), time);
            }

            TimeSpan connected = time.GetElapsedTime(began);
            await Task.Delay(TimeSpan.FromSeconds(2), time);
            long idleKilobytes = ProcessMemory.ResidentKilobytes(Environment.ProcessId);
            StreamsFigure figure = await MeasureAsync(options, simulator, observer, time);
            string report = (figure with { Connected = connected, IdleKilobytesEach = (idleKilobytes - emptyKilobytes) / (double)connections.Count }).ToMarkdown(options);
            await Console.Out.WriteLineAsync(report);
            if (options.Markdown is { } file) await File.WriteAllTextAsync(file, report);
            return figure.Lost == 0 && observer.Offline == 0 ? 0 : 1;
        }
        finally
        {
            await Task.WhenAll(connections.Select(c => c.DisposeAsync().AsTask()));
        }
    }

    private static async Task<StreamsFigure> MeasureAsync(StreamsOptions options, SimulatorProcess simulator, StreamsObserver observer, TimeProvider time)
    {
        await simulator.LoadAsync(options.Rate, CancellationToken.None);
        await Task.Delay(RunningIn, time);
        using var self = Process.GetCurrentProcess();
        TimeSpan selfCpu = self.TotalProcessorTime, simulatorCpu = simulator.ProcessorTime;
        long allocated = GC.GetTotalAllocatedBytes(), events = observer.Events, began = time.GetTimestamp();
        int collections = GC.CollectionCount(0), full = GC.CollectionCount(2);
        observer.Measure(true);
        await Task.Delay(TimeSpan.FromSeconds(options.Seconds), time);
        observer.Measure(false);
        TimeSpan took = time.GetElapsedTime(began);
        self.Refresh();
        long heard = observer.Events - events;
        var figure = new StreamsFigure
        {
            EventsPerSecond = heard / took.TotalSeconds,
            Latencies = observer.Sorted(),
            CpuPercent = (self.TotalProcessorTime - selfCpu) / took * 100,
            SimulatorCpuPercent = (simulator.ProcessorTime - simulatorCpu) / took * 100,
            BytesPerEvent = (GC.GetTotalAllocatedBytes() - allocated) / (double)Math.Max(1, heard),
            ResidentMegabytes = ProcessMemory.ResidentKilobytes(Environment.ProcessId) / 1024.0,
            SimulatorMegabytes = ProcessMemory.ResidentKilobytes(simulator.ProcessId) / 1024.0,
            Threads = self.Threads.Count,
            SimulatorThreads = simulator.Threads,
            Collections = GC.CollectionCount(0) - collections,
            FullCollections = GC.CollectionCount(2) - full,
        };
        (long sent, long leftOut) = await simulator.SentAsync(CancellationToken.None);
        await simulator.StopLoadAsync(CancellationToken.None);
        long lost = await LostAsync(sent, observer, time);
        return figure with { Lost = lost, LeftOut = leftOut, Broken = observer.Offline, Problems = observer.Problems, FirstProblem = observer.FirstProblem };
    }

    /// <summary>What was sent until shortly before the end and had not come when it had been quiet for a while.</summary>
    private static async Task<long> LostAsync(long sent, StreamsObserver observer, TimeProvider time)
    {
        long last = -1;
        while (observer.Events < sent && observer.Events != last)
        {
            last = observer.Events;
            await Task.Delay(TimeSpan.FromSeconds(1), time);
        }

        return Math.Max(0, sent - observer.Events);
    }

    private static DeviceConnection Connect(string id, Uri url, StreamsObserver observer, TimeProvider time)
    {
        var address = ResourceAddress.Parse("bench/" + id);
        bool panel = id.StartsWith("panel", StringComparison.Ordinal);
        Resource[] resources = panel
            ? [new Resource { Address = address.Resource("area", 1) }, new Resource { Address = address.Resource("zone", 0), Area = 1 }]
            : [new Resource { Address = address.Resource("channel", 1) }];
        var device = new Device
        {
            Address = address, Name = id, Kind = panel ? "security-panel" : "camera", Resources = [.. resources],
            Connection = new DeviceConnectionInfo { Url = url, User = "admin", Password = new Secret(SimulatorCommand.Password), Dialect = panel ? "securityCp" : "isapi" },
        };
        return new(device, new DeviceConnectionLimits(), observer, time, new Random(id.Length), NullLogger.Instance);
    }
}
