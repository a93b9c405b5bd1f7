using Automation.Core.Rules;

namespace Automation.Core.Tests.Rules;

/// <summary>Every document of <c>tests/fixtures/rules/wrong</c> gives exactly the findings of <c>expected.tsv</c>: code, line, column.</summary>
public sealed class WrongDocumentsTests
{
    private static string Folder => Path.Combine(Demo.Root, "tests", "fixtures", "rules", "wrong");

    public static TheoryData<string> Files => [.. Directory.GetFiles(Folder, "*.json").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    private static readonly Lazy<ILookup<string, string>> Expected = new(() =>
        File.ReadLines(Path.Combine(Folder, "expected.tsv")).Skip(1).Select(l => l.Split('\t')).ToLookup(c => c[0], c => $"{c[1]} {c[2]}:{c[3]}"));

    private static readonly Lazy<Core.Model.Site> Site = new(() => Demo.SiteOf(File.ReadAllText(Path.Combine(Folder, "..", "site.json"))));

    [Theory, Trait("Req", "LNK-12")]
    [MemberData(nameof(Files))]
    public void Read_WrongDocument_HasExactlyTheExpectedFindings(string file)
    {
        SourceFile source = Demo.SourceFileOf(Path.Combine(Folder, file));
        var findings = file.Contains("-site-", StringComparison.Ordinal)
            ? SiteReader.Read(source, _ => null).Findings
            : RuleSetReader.Read([source], Site.Value, TemplateLibrary.Empty).Findings;
        Assert.True(
            Expected.Value[file].SequenceEqual(findings.Select(f => $"{f.Code} {f.Line}:{f.Column}")),
            $"expected {string.Join(", ", Expected.Value[file])} but found\n{string.Join('\n', findings)}");
        Assert.All(findings, f => Assert.True(f.Remedy.Length > 0 && f.Message.Length is > 0 and < 600));
    }

    [Fact, Trait("Req", "LNK-12")]
    public void Table_HasAtLeast120Documents()
    {
        Assert.True(Expected.Value.Count >= 120);
        Assert.Equal(Files.Count, Expected.Value.Count);
    }
}
