using System.Globalization;

namespace Automation.Benchmarks.Mqtt.Load;

/// <summary>What <c>mqtt-load</c> and <c>mqtt-compare</c> are told.</summary>
internal sealed record LoadOptions
{
    public const string Usage =
        "usage: mqtt-load --port N [--pid N] [--scenario NAME] [--seconds 2] [--rounds 3]\n"
        + "       mqtt-compare [--mosquitto PATH] [--scenario NAME] [--seconds 2] [--rounds 3] [--no-delay] [--markdown FILE]\n"
        + "scenarios: all qos0 qos0-window1 qos0-window10 qos1 qos2 qos0-10to1 fanout 16k filters latency idle retained";

    public int? Port { get; init; }

    public int? ProcessId { get; init; }

    public string Scenario { get; init; } = "all";

    /// <summary>Each measurement. Default 2 s, 60 s at most: the bare clients send no PINGREQ.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(2);

    /// <value>1 to 100. Default 3.</value>
    public int Rounds { get; init; } = 3;

    public string Mosquitto { get; init; } = "/usr/sbin/mosquitto";

    /// <summary>Mosquitto with <c>set_tcp_nodelay true</c>; without, as shipped, what is small waits for the acknowledgement of what went before.</summary>
    public bool NoDelay { get; init; }

    /// <summary>Where the table goes as well; null: to standard output alone.</summary>
    public string? Markdown { get; init; }

    public static LoadOptions? Parse(ReadOnlySpan<string> arguments)
    {
        LoadOptions? options = new();
        for (int i = 0; i < arguments.Length && options is not null; i++)
        {
            if (arguments[i] == "--no-delay") options = options with { NoDelay = true };
            else options = i + 1 < arguments.Length ? options.With(arguments[i], arguments[++i]) : null;
        }

        return options is null || LoadScenario.Named(options.Scenario).IsEmpty ? null : options;
    }

    private LoadOptions? With(string name, string value)
    {
        bool isNumber = double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number);
        return name switch
        {
            "--port" when isNumber && number is >= 1 and <= 65535 => this with { Port = (int)number },
            "--pid" when isNumber && number is >= 1 and <= int.MaxValue => this with { ProcessId = (int)number },
            "--scenario" => this with { Scenario = value },
            "--seconds" when isNumber && number is > 0 and <= 60 => this with { Duration = TimeSpan.FromSeconds(number) },
            "--rounds" when isNumber && number is >= 1 and <= 100 => this with { Rounds = (int)number },
            "--mosquitto" => this with { Mosquitto = value },
            "--markdown" => this with { Markdown = value },
            _ => null,
        };
    }
}
