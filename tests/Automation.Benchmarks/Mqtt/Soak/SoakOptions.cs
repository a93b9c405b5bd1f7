using System.Globalization;

namespace Automation.Benchmarks.Mqtt.Soak;

/// <summary>How long, with which seed, and against which broker.</summary>
internal sealed record SoakOptions
{
    public const string Usage = "usage: mqtt-soak [--minutes 30] [--seed 1] [--port N [--pid N]]";

    /// <value>Above 0, at most 1,440. Default 30.</value>
    public double Minutes { get; init; } = 30;

    public int Seed { get; init; } = 1;

    /// <summary>A broker that runs already, on loopback; null starts ours.</summary>
    public int? Port { get; init; }

    /// <summary>Its process, for its memory; null leaves memory out.</summary>
    public int? ProcessId { get; init; }

    public static SoakOptions? Parse(ReadOnlySpan<string> arguments)
    {
        var options = new SoakOptions();
        for (int i = 0; i < arguments.Length; i += 2)
        {
            if (i + 1 == arguments.Length || !double.TryParse(arguments[i + 1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) || value > int.MaxValue) return null;
            switch (arguments[i])
            {
                case "--minutes" when value is > 0 and <= 1440:
                    options = options with { Minutes = value };
                    break;
                case "--seed":
                    options = options with { Seed = (int)value };
                    break;
                case "--port" when value is >= 1 and <= 65535:
                    options = options with { Port = (int)value };
                    break;
                case "--pid":
                    options = options with { ProcessId = (int)value };
                    break;
                default:
                    return null;
            }
        }

        return options;
    }
}
