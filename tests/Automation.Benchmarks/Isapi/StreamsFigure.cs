using System.Globalization;
using System.Text;

namespace Automation.Benchmarks.Isapi;

/// <summary>What one run of <c>isapi-streams</c> measured.</summary>
internal sealed record StreamsFigure
{
    public TimeSpan Connected { get; init; }

    public double EventsPerSecond { get; init; }

    /// <summary>Sent by the devices and not heard.</summary>
    public long Lost { get; init; }

    /// <summary>Left out by the simulator because the machine was too busy.</summary>
    public long LeftOut { get; init; }

    /// <summary>Streams that broke.</summary>
    public int Broken { get; init; }

    public int Problems { get; init; }

    public string? FirstProblem { get; init; }

    /// <summary>From the device's writing to the observer, microseconds, in order of size.</summary>
    public required int[] Latencies { get; init; }

    public double CpuPercent { get; init; }

    public double SimulatorCpuPercent { get; init; }

    public double BytesPerEvent { get; init; }

    public double ResidentMegabytes { get; init; }

    public double SimulatorMegabytes { get; init; }

    public double IdleKilobytesEach { get; init; }

    public int Threads { get; init; }

    public int SimulatorThreads { get; init; }

    public int Collections { get; init; }

    public int FullCollections { get; init; }

    public string ToMarkdown(StreamsOptions options)
    {
        var text = new StringBuilder();
        string N(double value, string format = "0") => value.ToString(format, CultureInfo.InvariantCulture);
        text.Append(CultureInfo.InvariantCulture, $"{options.Devices} streams ({options.Devices - options.Panels} cameras XML, {options.Panels} panels JSON), {N(options.Rate, "0.##")} events/s each, {options.Seconds} s\n\n");
        text.Append("| figure | value |\n| --- | --- |\n");
        void Row(string name, string value) => text.Append("| ").Append(name).Append(" | ").Append(value).Append(" |\n");
        Row("events/s heard", N(EventsPerSecond, "0.0"));
        Row("lost · left out by the simulator · streams broken · problems", $"{Lost} · {LeftOut} · {Broken} · {Problems}{(FirstProblem is null ? "" : $" ({FirstProblem})")}");
        Row("device's writing to engine input, µs: p50 · p90 · p99 · p99.9 · most", $"{At(0.5)} · {At(0.9)} · {At(0.99)} · {At(0.999)} · {At(1)}");
        Row("CPU, % of one core: client · simulator", $"{N(CpuPercent, "0.0")} · {N(SimulatorCpuPercent, "0.0")}");
        Row("CPU a client's event, µs", N(CpuPercent * 10_000 / Math.Max(1, EventsPerSecond), "0.0"));
        Row("resident MB: client · simulator", $"{N(ResidentMegabytes, "0.0")} · {N(SimulatorMegabytes, "0.0")}");
        Row("resident kB of a connected device, before events", N(IdleKilobytesEach, "0.0"));
        Row("allocated bytes an event, polling included", N(BytesPerEvent));
        Row("collections: all · full", $"{Collections} · {FullCollections}");
        Row("threads: client · simulator", $"{Threads} · {SimulatorThreads}");
        Row("all connected after, s", N(Connected.TotalSeconds, "0.0"));
        return text.ToString();
    }

    private string At(double part) =>
        Latencies.Length == 0 ? "-" : Latencies[Math.Clamp((int)Math.Ceiling(part * Latencies.Length) - 1, 0, Latencies.Length - 1)].ToString(CultureInfo.InvariantCulture);
}
