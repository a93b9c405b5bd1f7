using System.Collections.Immutable;

namespace Automation.Benchmarks.Mqtt.Load;

/// <summary>What can be asked of a broker, by name.</summary>
/// <param name="Fresh">Memory is measured: the broker must have done nothing before.</param>
internal sealed record LoadScenario(string Name, bool Fresh, Func<LoadTarget, TimeSpan, LoadResult> Run)
{
    /// <summary>The aims are ratios to Mosquitto 2.0.11 on the same machine in the same run.</summary>
    public static readonly ImmutableArray<LoadScenario> All =
    [
        Throughput(new ThroughputLoad { Name = "qos0", Aim = AtLeast(1.8) }),
        // The wide window of the others lets a broker take and send many messages at once; these show what is left when it cannot.
        Throughput(new ThroughputLoad { Name = "qos0-window1", Window = 1 }),
        Throughput(new ThroughputLoad { Name = "qos0-window10", Window = 10 }),
        Throughput(new ThroughputLoad { Name = "qos1", QoS = 1, Aim = AtLeast(1.1) }),
        Throughput(new ThroughputLoad { Name = "qos2", QoS = 2, InFlight = 20 }),
        Throughput(new ThroughputLoad { Name = "qos0-10to1", Publishers = 10, Aim = AtLeast(2) }),
        Throughput(new ThroughputLoad { Name = "fanout", Subscribers = 100, Window = 100, Aim = AtLeast(1.7) }),
        Throughput(new ThroughputLoad { Name = "16k", PayloadBytes = 16 * 1024, Window = 100, Aim = AtLeast(1) }),
        Throughput(new ThroughputLoad { Name = "filters", OtherFilters = 10_000 }),
        new("latency", false, LatencyLoad.Run),
        new("idle", true, IdleLoad.Run),
        new("retained", true, static (target, _) => RetainedLoad.Run(target)),
    ];

    /// <summary>One by name, or <c>all</c>; empty when there is none of that name.</summary>
    public static ImmutableArray<LoadScenario> Named(string name) => name == "all" ? All : [.. All.Where(s => s.Name == name)];

    private static LoadScenario Throughput(ThroughputLoad load) => new(load.Name, false, load.Run);

    private static LoadAim AtLeast(double ratio) => new(AimKind.RatioAtLeast, ratio);
}
