using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Composition;

namespace Automation.Host.Cli;

internal static class SiteFiles
{
    /// <summary>The <c>site.json</c> in the path's folder or the nearest folder above it, four levels at most.</summary>
    /// <exception cref="StartRefusedException">There is none.</exception>
    public static string FindBeside(string path)
    {
        string full = Path.GetFullPath(path);
        DirectoryInfo? folder = Directory.Exists(full) ? new DirectoryInfo(full) : Directory.GetParent(full);
        for (int i = 0; i < 4 && folder is not null; i++, folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "site.json");
            if (File.Exists(candidate)) return candidate;
        }

        throw new StartRefusedException($"{path}: there is no site.json beside or above it: name the site file with --site FILE");
    }

    /// <summary>Reads a site for checking and replaying: passwords are not needed and not looked for.</summary>
    /// <exception cref="StartRefusedException">The file cannot be read.</exception>
    public static SiteReading Read(string path)
    {
        try
        {
            return SiteReader.Read(RuleDirectory.ReadFile(path), static _ => new Secret("not needed"), static _ => new Secret("not needed"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"{path}: cannot be read: {e.Message}");
        }
    }
}
