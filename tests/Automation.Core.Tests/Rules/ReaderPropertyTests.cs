using System.Collections.Immutable;
using System.Text;
using Automation.Core.Rules;

namespace Automation.Core.Tests.Rules;

/// <summary>No input crashes or hangs the readers; each answers with findings within bounds.</summary>
public sealed class ReaderPropertyTests
{
    private const int Seed = 20261121;
    private static readonly string[] Fragments =
    [
        "{", "}", "[", "]", ",", ":", "\"", "//", "/*", "*/", "\n", "\r\n", " ", "null", "true", "1e400", "-0", "\"\\ud800\"", "\"\\u0000\"", "\uFEFF", "🚪", "\"kind\":", "\"linkage\"", "\"id\":\"a\"", "\"source\":\"store/#\"",
        "\"actions\":", "{\"action\":\"arm\",\"on\":[\"@shop\"]}", "\"template\":\"t\"", "\"rule\":{}", "\"inputs\":{}", "\"{{x}}\"", "\"conditions\":{\"all\":[{\"not\":{}}]}", "\"at\":{\"cron\":\"* * * * *\"}", "\"triggers\":[{\"sequence\":[{}]}]",
    ];

    [Fact, Trait("Req", "LNK-12")]
    public void Read_RandomBytes_GivesFindingsOnly()
    {
        var random = new Random(Seed);
        for (int i = 0; i < 2_000; i++)
        {
            byte[] bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            Check(bytes, i);
        }
    }

    [Fact, Trait("Req", "LNK-12")]
    public void Read_RandomFragments_GivesFindingsOnly()
    {
        var random = new Random(Seed + 1);
        for (int i = 0; i < 4_000; i++)
        {
            var text = new StringBuilder();
            for (int part = random.Next(30); part > 0; part--) text.Append(Fragments[random.Next(Fragments.Length)]);
            Check(Encoding.UTF8.GetBytes(text.ToString()), i);
        }
    }

    [Fact, Trait("Req", "LNK-12")]
    public void Read_SoundDocumentsWithOneChange_GivesFindingsOnly()
    {
        string[] documents = [.. Directory.GetFiles(Path.Combine(Demo.Folder, "rules"), "*.json").Concat(Directory.GetFiles(TemplateTests.Folder, "*.json")).Order(StringComparer.Ordinal).Select(File.ReadAllText)];
        string[] values = ["null", "true", "-1", "1e300", "\"\"", "\"x\"", "[]", "{}", "[[[[]]]]", "\"store/+/+/+\"", "{ \"all\": [] }"];
        var random = new Random(Seed + 2);
        for (int i = 0; i < 3_000; i++)
        {
            string document = documents[random.Next(documents.Length)];
            int at = document.IndexOf(": ", random.Next(document.Length), StringComparison.Ordinal);
            if (at < 0) continue;
            int end = document.IndexOfAny([',', '}', ']', '\n'], at + 2);
            Check(Encoding.UTF8.GetBytes(document[..(at + 2)] + values[random.Next(values.Length)] + document[Math.Max(end, at + 2)..]), i);
        }
    }

    [Fact, Trait("Req", "LNK-12")]
    public void Read_SoundDocumentCutAtEachPlace_GivesFindingsOnly()
    {
        byte[] document = File.ReadAllBytes(Path.Combine(Demo.Folder, "rules", "loitering.json"));
        for (int length = 0; length < document.Length; length++) Check(document[..length], length);
    }

    [Theory, Trait("Req", "LNK-12")]
    [InlineData("deep lists")]
    [InlineData("deep objects")]
    [InlineData("many values")]
    [InlineData("many mistakes")]
    [InlineData("many keys")]
    [InlineData("a long text")]
    [InlineData("a long number")]
    [InlineData("deep conditions")]
    public void Read_ExtremeDocument_IsBounded(string what)
    {
        string text = what switch
        {
            "deep lists" => new string('[', 100_000),
            "deep objects" => string.Concat(Enumerable.Repeat("{\"a\":", 50_000)),
            "many values" => "[" + string.Join(',', Enumerable.Repeat("1", 200_000)) + "]",
            "many mistakes" => "[" + string.Join(',', Enumerable.Repeat("{\"kind\":\"linkge\"}", 20_000)) + "]",
            "many keys" => "{" + string.Join(',', Enumerable.Range(0, 50_000).Select(i => $"\"k{i}\":1")) + "}",
            "a long text" => "{\"kind\":\"" + new string('x', 1_000_000) + "\"}",
            "a long number" => "{\"priority\":" + new string('9', 100_000) + "}",
            _ => "{\"kind\":\"automation\",\"id\":\"a\",\"conditions\":" + string.Concat(Enumerable.Repeat("{\"not\":", 28)) + "{}" + new string('}', 29),
        };
        Assert.NotEmpty(Check(Encoding.UTF8.GetBytes(text), 0));
    }

    [Fact, Trait("Req", "LNK-12")]
    public void Read_FileOverItsLimit_IsRefusedWhole()
    {
        Finding finding = Assert.Single(RuleSetReader.Read([new SourceFile("big.json", new byte[(4 * 1024 * 1024) + 1])], Demo.Site, TemplateLibrary.Empty).Findings);
        Assert.Equal("AUT1001", finding.Code);
    }

    private static ImmutableArray<Finding> Check(byte[] bytes, int number)
    {
        var file = new SourceFile("random.json", bytes);
        ImmutableArray<Finding> findings = RuleSetReader.Read([file], Demo.Site, TemplateLibrary.Empty).Findings;
        foreach (Finding finding in findings.Concat(SiteReader.Read(file, _ => null).Findings).Concat(TemplateLibrary.Read([file]).Findings))
        {
            Assert.True(finding.Line >= 1 && finding.Column >= 1 && finding.Message.Length < 1_000 && finding.Remedy.Length is > 0 and < 2_000, $"seed {Seed}, case {number}: {finding}");
        }

        Assert.True(findings.Length <= ReadingLimits.Default.Findings + 1);
        return findings;
    }
}
