using System.Collections.Immutable;
using System.Text;
using Automation.Core.Model;
using Automation.Core.Rules;

namespace Automation.Core.Tests.Rules;

/// <summary>The demonstration site and short ways to read documents in tests.</summary>
internal static class Demo
{
    private static readonly Lazy<Site> Read = new(() =>
    {
        SiteReading reading = SiteReader.Read(SourceFileOf(Path.Combine(Folder, "site.json")), _ => new Secret("secret"));
        Assert.Empty(reading.Findings);
        return reading.Site!;
    });

    public static Site Site => Read.Value;

    /// <summary><c>rules/examples/demo</c> of the repository.</summary>
    public static string Folder => Path.Combine(Root, "rules", "examples", "demo");

    /// <summary>The repository's root: the folder with the solution.</summary>
    public static string Root
    {
        get
        {
            DirectoryInfo? folder = new(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Automation.sln"))) folder = folder.Parent;
            return folder!.FullName;
        }
    }

    public static SourceFile SourceFileOf(string path) => new(Path.GetFileName(path), File.ReadAllBytes(path));

    public static SourceFile Text(string json, string name = "rules.json") => new(name, Encoding.UTF8.GetBytes(json));

    public static RuleSetReading Rules(string json, Site? site = null) => RuleSetReader.Read([Text(json)], site ?? Site, TemplateLibrary.Empty);

    /// <summary>The only rule of a text without findings.</summary>
    public static T Rule<T>(string json, Site? site = null)
        where T : RuleDefinition
    {
        RuleSetReading reading = Rules(json, site);
        Assert.Empty(reading.Findings);
        return Assert.IsType<T>(Assert.Single(reading.Rules));
    }

    /// <summary>The only finding of a text.</summary>
    public static Finding Finding(string json, Site? site = null) => Assert.Single(Rules(json, site).Findings);

    public static ImmutableArray<string> Codes(string json, Site? site = null) => [.. Rules(json, site).Findings.Select(f => f.Code)];

    public static Site SiteOf(string json)
    {
        SiteReading reading = SiteReader.Read(Text(json, "site.json"), _ => null);
        Assert.DoesNotContain(reading.Findings, f => f.Severity == FindingSeverity.Error);
        return reading.Site!;
    }
}
