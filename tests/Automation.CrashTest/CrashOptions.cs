using System.Globalization;

namespace Automation.CrashTest;

/// <summary>What the command line says.</summary>
internal sealed record CrashOptions
{
    /// <summary>How often the program is killed. 1 to 100 000; default 50.</summary>
    public int Kills { get; init; } = 50;

    /// <summary>Decides the story and the instants. Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Where everything is kept for a look afterwards; null: a temporary folder that is removed.</summary>
    public string? Folder { get; init; }

    /// <summary>Tells each kill on standard error.</summary>
    public bool Verbose { get; init; }

    /// <summary>Null with a sentence on what is wrong.</summary>
    public static CrashOptions? Parse(string[] args, out string? wrong)
    {
        var options = new CrashOptions();
        wrong = null;
        for (int i = 0; i < args.Length; i++)
        {
            string? value = i + 1 < args.Length ? args[i + 1] : null;
            switch (args[i])
            {
                case "--kills" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int kills) && kills is >= 1 and <= 100_000:
                    options = options with { Kills = kills };
                    i++;
                    break;
                case "--seed" when int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int seed):
                    options = options with { Seed = seed };
                    i++;
                    break;
                case "--keep" when value is not null:
                    options = options with { Folder = value };
                    i++;
                    break;
                case "--verbose":
                    options = options with { Verbose = true };
                    break;
                default:
                    wrong = $"'{args[i]}' is not understood: --kills 1…100000, --seed N, --keep FOLDER, --verbose";
                    return null;
            }
        }

        return options;
    }
}
