using System.Globalization;

namespace Automation.Benchmarks.Isapi;

/// <summary>What <c>isapi-streams</c> is told.</summary>
internal sealed record StreamsOptions
{
    public const string Usage = "usage: isapi-streams [--devices 1000] [--panels HALF] [--rate 10] [--seconds 30] [--markdown FILE]";

    /// <value>1 to 2000. Default 1000.</value>
    public int Devices { get; init; } = 1000;

    /// <summary>How many of them are panels that speak JSON and are polled; the others are cameras that speak XML. Null: half.</summary>
    public int? Panels { get; init; }

    /// <summary>Events a second of each device.</summary>
    public double Rate { get; init; } = 10;

    /// <summary>Measured after five seconds of running in. 1 to 3600.</summary>
    public int Seconds { get; init; } = 30;

    /// <summary>Where the table goes as well; null: to standard output alone.</summary>
    public string? Markdown { get; init; }

    public static StreamsOptions? Parse(ReadOnlySpan<string> arguments)
    {
        StreamsOptions? options = new();
        for (int i = 0; i < arguments.Length && options is not null; i += 2) options = i + 1 < arguments.Length ? options.With(arguments[i], arguments[i + 1]) : null;
        return options is null || options.Panels > options.Devices ? null : options with { Panels = options.Panels ?? options.Devices / 2 };
    }

    private StreamsOptions? With(string name, string value)
    {
        bool isNumber = double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number);
        return name switch
        {
            "--devices" when isNumber && number is >= 1 and <= 2000 => this with { Devices = (int)number },
            "--panels" when isNumber && number is >= 0 and <= 2000 => this with { Panels = (int)number },
            "--rate" when isNumber && number is > 0 and <= 1000 => this with { Rate = number },
            "--seconds" when isNumber && number is >= 1 and <= 3600 => this with { Seconds = (int)number },
            "--markdown" => this with { Markdown = value },
            _ => null,
        };
    }
}
