using System.CommandLine;
using Automation.Host.Composition;
using Automation.Host.Hub.Packaging;

namespace Automation.Host.Cli;

/// <summary><c>packaging DIR</c>: the Home Assistant add-on and the systemd unit, made from the plugin's manifest (HUB-1).</summary>
internal static class PackagingVerb
{
    public static Command Create(TextWriter output)
    {
        var folder = new Argument<DirectoryInfo>("DIR") { Description = "The folder that gets home-assistant/ and systemd/." };
        var command = new Command("packaging", "Writes what hubs install: a Home Assistant add-on folder and a systemd unit.") { folder };
        command.SetAction(parsed => Write(parsed.GetValue(folder)!.FullName, output));
        return command;
    }

    /// <summary>The files by their path below the folder; all are made anew.</summary>
    public static IEnumerable<(string Path, string Text)> Files()
    {
        PluginManifest manifest = PluginManifest.Shipped;
        foreach ((string name, string text) in HomeAssistantAddOn.Files(manifest)) yield return ("home-assistant/" + name, text);
        yield return ($"systemd/{manifest.Id}.service", SystemdUnit.Write(manifest));
    }

    private static int Write(string folder, TextWriter output)
    {
        try
        {
            foreach ((string path, string text) in Files())
            {
                string file = Path.Combine(folder, path);
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                File.WriteAllText(file, text);
                if (file.EndsWith(".sh", StringComparison.Ordinal) && !OperatingSystem.IsWindows()) File.SetUnixFileMode(file, (UnixFileMode)0b111_101_101);
                output.WriteLine(file);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"{folder} cannot be written: {e.Message}", e);
        }

        return 0;
    }
}
