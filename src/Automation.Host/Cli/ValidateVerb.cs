using System.CommandLine;
using System.Text.Json;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Composition;

namespace Automation.Host.Cli;

/// <summary><c>validate</c>: every finding of every file at once.</summary>
internal static class ValidateVerb
{
    public static Command Create(TextWriter output)
    {
        var paths = new Argument<string[]>("PATH") { Description = "Rule files and folders.", Arity = ArgumentArity.OneOrMore };
        var site = new Option<FileInfo?>("--site") { Description = "The site file. Default: a site.json beside or above the first path." };
        var json = new Option<bool>("--json") { Description = "One JSON object a finding." };
        var command = new Command("validate", "Checks rules against their site. Exit code 0: nothing found, 1: findings, 2: usage.") { paths, site, json };
        command.SetAction(parsed =>
        {
            string[] chosen = parsed.GetValue(paths)!;
            string siteFile = parsed.GetValue(site)?.FullName ?? SiteFiles.FindBeside(chosen[0]);
            return Run(chosen, siteFile, parsed.GetValue(json), output);
        });
        return command;
    }

    private static int Run(string[] paths, string siteFile, bool json, TextWriter output)
    {
        SiteReading reading = SiteFiles.Read(siteFile);
        var findings = new List<Finding>(reading.Findings);
        int rules = 0;
        if (reading.Site is { } site)
        {
            IReadOnlyList<SourceFile> files = [.. RuleDirectory.ReadFiles(paths).Where(f => Path.GetFullPath(f.Path) != Path.GetFullPath(siteFile))];
            RuleSetReading rulesReading = RuleDirectory.Check(files, site, ShippedTemplates.Library);
            findings.AddRange(rulesReading.Findings);
            rules = rulesReading.Rules.Length;
        }

        FindingPrinter.Print(findings, json, output);
        if (findings.Count == 0 && !json) output.WriteLine($"{rules} rule(s), no findings.");
        return findings.Count == 0 ? 0 : 1;
    }
}
