using System.Globalization;

namespace Automation.Benchmarks.Durability;

/// <summary>What the command line of <c>durable-load</c> says.</summary>
internal sealed record DurableLoadOptions
{
    public const string Usage = "usage: durable-load [--rate 1000] [--seconds 600] [--devices 50] [--acting 10] [--run-in 10] [--keep FOLDER]";

    /// <summary>Events a second of all devices together.</summary>
    public int Rate { get; init; } = 1_000;

    public int Seconds { get; init; } = 600;

    public int Devices { get; init; } = 50;

    /// <summary>Devices for which a linkage answers each begin of an event with a call to the device; half of the events are begins.</summary>
    public int Acting { get; init; } = 10;

    /// <summary>Seconds at the beginning whose times do not count: the program is compiled while it runs.</summary>
    public int RunIn { get; init; } = 10;

    /// <summary>Null: a temporary folder.</summary>
    public string? Folder { get; init; }

    /// <summary>Null: it cannot be understood.</summary>
    public static DurableLoadOptions? Parse(string[] arguments)
    {
        var options = new DurableLoadOptions();
        for (int i = 0; i < arguments.Length; i += 2)
        {
            string value = i + 1 < arguments.Length ? arguments[i + 1] : "";
            bool isNumber = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is > 0 and <= 1_000_000;
            if (arguments[i] == "--keep" && value.Length > 0) options = options with { Folder = value };
            else if (!isNumber) return null;
            else if (arguments[i] == "--rate") options = options with { Rate = number };
            else if (arguments[i] == "--seconds") options = options with { Seconds = number };
            else if (arguments[i] == "--devices" && number <= 500) options = options with { Devices = number };
            else if (arguments[i] == "--acting") options = options with { Acting = number };
            else if (arguments[i] == "--run-in") options = options with { RunIn = number };
            else return null;
        }

        return options.Acting <= options.Devices && options.RunIn < options.Seconds ? options : null;
    }
}
