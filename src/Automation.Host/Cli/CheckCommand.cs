using System.CommandLine;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Composition;

namespace Automation.Host.Cli;

/// <summary>What <c>validate</c> and <c>lint</c> share: rule files, their site, and findings as text or JSON.</summary>
internal static class CheckCommand
{
    /// <param name="more">Looks further at the rules that are sound; prints what it finds and answers how many count.</param>
    public static Command Create(string name, string description, TextWriter output, Func<Site, RuleSetReading, bool, int> more)
    {
        var paths = new Argument<string[]>("PATH") { Description = "Rule files and folders.", Arity = ArgumentArity.OneOrMore };
        var site = new Option<FileInfo?>("--site") { Description = "The site file. Default: a site.json beside or above the first path." };
        var json = new Option<bool>("--json") { Description = "One JSON object a finding." };
        var command = new Command(name, description) { paths, site, json };
        command.SetAction(parsed =>
        {
            string[] chosen = parsed.GetValue(paths)!;
            string siteFile = parsed.GetValue(site)?.FullName ?? SiteFiles.FindBeside(chosen[0]);
            return Run(chosen, siteFile, parsed.GetValue(json), output, more);
        });
        return command;
    }

    private static int Run(string[] paths, string siteFile, bool json, TextWriter output, Func<Site, RuleSetReading, bool, int> more)
    {
        SiteReading reading = SiteFiles.Read(siteFile);
        FindingPrinter.Print(reading.Findings, json, output);
        if (reading.Site is not { } site) return 1;
        IReadOnlyList<SourceFile> files = [.. RuleDirectory.ReadFiles(paths).Where(f => Path.GetFullPath(f.Path) != Path.GetFullPath(siteFile))];
        RuleSetReading rules = RuleDirectory.Check(files, site, ShippedTemplates.Library);
        FindingPrinter.Print(rules.Findings, json, output);
        int found = reading.Findings.Length + rules.Findings.Length + more(site, rules, json);
        if (found == 0 && !json) output.WriteLine($"{rules.Rules.Length} rule(s), no findings.");
        return found == 0 ? 0 : 1;
    }
}
