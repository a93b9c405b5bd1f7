using Automation.Core.Compilation.Lowering;
using Automation.Core.Model;
using Automation.Core.Rules;

namespace Automation.Host.Composition;

/// <summary>Reads rule files from disk: every <c>*.json</c> and <c>*.jsonc</c> below a folder, or single files, in the order of their paths.</summary>
internal static class RuleDirectory
{
    /// <summary>Files read at most; a folder that holds more is not a rules folder.</summary>
    public const int MaximumFiles = 20_000;

    /// <summary>Largest file read; the reader has the same limit and says so.</summary>
    public const int MaximumFileBytes = 4 * 1024 * 1024;

    /// <exception cref="StartRefusedException">A path does not exist or cannot be read.</exception>
    public static IReadOnlyList<SourceFile> ReadFiles(IEnumerable<string> paths)
    {
        var files = new List<SourceFile>();
        foreach (string path in paths)
        {
            try
            {
                if (File.Exists(path)) files.Add(ReadFile(path));
                else if (Directory.Exists(path)) files.AddRange(Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Where(IsRuleFile).Order(StringComparer.Ordinal).Take(MaximumFiles + 1).Select(ReadFile));
                else throw new StartRefusedException($"{path}: no such file or folder");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new StartRefusedException($"{path}: cannot be read: {e.Message}");
            }

            if (files.Count > MaximumFiles) throw new StartRefusedException($"{path}: more than {MaximumFiles} rule files");
        }

        return files;
    }

    public static SourceFile ReadFile(string path)
    {
        using FileStream stream = File.OpenRead(path);

        // One byte more than allowed is enough for the reader to say that the file is too large.
        byte[] bytes = new byte[Math.Min(stream.Length, MaximumFileBytes + 1)];
        stream.ReadExactly(bytes);
        return new SourceFile(path, bytes);
    }

    /// <summary>Reads, checks and lowers the rules of a site.</summary>
    public static SiteRules Load(Site site, IEnumerable<string> paths, TemplateLibrary templates) => Load(site, ReadFiles(paths), templates, "");

    public static SiteRules Load(Site site, IReadOnlyList<SourceFile> files, TemplateLibrary templates, string fingerprint)
    {
        RuleSetReading reading = Check(files, site, templates);
        return new SiteRules(RuleLowering.Lower(site, reading.Rules), reading.Rules, reading.Findings, fingerprint);
    }

    /// <summary>Reads and checks rules; a template among them must also prove itself with its own timelines, so that one that does not do what it says is told before anybody builds on it.</summary>
    public static RuleSetReading Check(IReadOnlyList<SourceFile> files, Site site, TemplateLibrary templates)
    {
        RuleSetReading reading = RuleSetReader.Read(files, site, templates);
        Finding[] failures = [.. reading.Templates.SelectMany(t => TemplateProof.Run(t, TimelineEngine.Run))];
        if (failures.Length == 0) return reading;
        List<Finding> all = [.. reading.Findings, .. failures];
        all.Sort(Finding.CompareByPlace);
        return reading with { Findings = [.. all] };
    }

    private static bool IsRuleFile(string path) =>
        path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".jsonc", StringComparison.OrdinalIgnoreCase);
}
