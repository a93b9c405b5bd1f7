using System.Text.Json;

namespace Automation.CrashTest;

internal static class Program
{
    private static readonly JsonSerializerOptions OneLine = new(JsonSerializerDefaults.Web);

    /// <summary>Prints one JSON line. Exit code 0: nothing was lost, nothing doubled, every state the right one; 1: something was; 2: the command line is wrong.</summary>
    private static async Task<int> Main(string[] args)
    {
        if (CrashOptions.Parse(args, out string? wrong) is not { } options)
        {
            await Console.Error.WriteLineAsync(wrong);
            return 2;
        }

        string folder = options.Folder ?? Path.Combine(Path.GetTempPath(), "automation-crash-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(folder);
        try
        {
            CrashResult result = await new CrashRun(options, folder, Console.Error.WriteLine).RunAsync();
            Console.WriteLine(JsonSerializer.Serialize(result, OneLine));
            return result is { Lost: 0, Doubled: 0, HashMismatches: 0 } ? 0 : 1;
        }
        finally
        {
            if (options.Folder is null) Directory.Delete(folder, recursive: true);
        }
    }
}
