using System.Text;
using Automation.Core.Rules;

namespace Automation.Core.Tests.Rules;

/// <summary>Only the document's own text changes; everything around it is the author's.</summary>
[Trait("Req", "LNK-1")]
public sealed class RuleFileEditorTests
{
    private const string Several = """
        // Doors
        [
          { "id": "a", "kind": "x" }, // the first
          /* the second */
          { "id": "b" },
          { "id": "c", "s": "} , ]" }
        ]
        """;

    [Fact]
    public void Find_IsTheTextOfTheDocument()
    {
        Assert.Equal("""{ "id": "c", "s": "} , ]" }""", Text(RuleFileEditor.Find(File(Several), "c")!.Value.Span));
        Assert.Null(RuleFileEditor.Find(File(Several), "d"));
        Assert.Null(RuleFileEditor.Find(File("{ broken"), "d"));
    }

    [Fact]
    public void Replace_LeavesTheRestAsItIs()
    {
        Assert.Equal(Several.Replace("""{ "id": "b" }""", """{ "id": "b", "new": 1 }""", StringComparison.Ordinal), Text(RuleFileEditor.Replace(File(Several), "b", """{ "id": "b", "new": 1 }"""u8)));
    }

    [Theory]
    [InlineData("a", """
        // Doors
        [
           // the first
          /* the second */
          { "id": "b" },
          { "id": "c", "s": "} , ]" }
        ]
        """)]
    [InlineData("b", """
        // Doors
        [
          { "id": "a", "kind": "x" }, // the first
          /* the second */
          { "id": "c", "s": "} , ]" }
        ]
        """)]
    [InlineData("c", """
        // Doors
        [
          { "id": "a", "kind": "x" }, // the first
          /* the second */
          { "id": "b" },
        ]
        """)]
    public void Remove_LeavesAFileThatStillReads(string id, string expected)
    {
        byte[] rest = RuleFileEditor.Remove(File(Several), id)!;
        Assert.Equal(expected, Text(rest));
        foreach (string other in new[] { "a", "b", "c" }) Assert.Equal(other != id, RuleFileEditor.Find(new SourceFile("x", rest), other) is not null);
    }

    [Fact]
    public void Remove_OnOneLine_TakesTheCommaAlong()
    {
        Assert.Equal("""[ {"id":"b"}]""", Text(RuleFileEditor.Remove(File("""[{"id":"a"} /* , */ , {"id":"b"}]"""), "a")!));
    }

    [Theory]
    [InlineData("""{ "id": "a" } // alone""")]
    [InlineData("""[ { "id": "a" } ]""")]
    public void Remove_TheOnlyDocument_IsTheFile(string text)
    {
        Assert.Null(RuleFileEditor.Remove(File(text), "a"));
    }

    private static SourceFile File(string text) => new("rules.json", Encoding.UTF8.GetBytes(text));

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
