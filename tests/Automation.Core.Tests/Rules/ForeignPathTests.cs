using System.Text.Json;
using Automation.Core.Model;

namespace Automation.Core.Tests.Rules;

[Trait("Req", "DEV-3")]
public sealed class ForeignPathTests
{
    private const string Payload = """{"battery":91,"after":{"box":[10,20,30],"label":"person"},"battery low":true,"$":7,"none":null}""";

    [Theory]
    [InlineData("$.battery", "91")]
    [InlineData("$.after.box[2]", "30")]
    [InlineData("$['battery low']", "true")]
    [InlineData("""$["after"]["label"]""", "\"person\"")]
    [InlineData("$['$']", "7")]
    [InlineData("$.none", "null")]
    public void TryFind_PathThatIsThere_IsItsValue(string path, string json)
    {
        using JsonDocument document = JsonDocument.Parse(Payload);
        Assert.True(ForeignPath.TryParse(path, out ForeignPath? parsed));
        Assert.True(parsed.TryFind(document.RootElement, out JsonElement value));
        Assert.Equal(json, value.GetRawText());
    }

    [Theory]
    [InlineData("$.missing")]
    [InlineData("$.after.box[3]")]
    [InlineData("$.battery.deeper")]
    [InlineData("$[0]")]
    [InlineData("$.after.box.length")]
    public void TryFind_PathThatIsNotThere_IsNothing(string path)
    {
        using JsonDocument document = JsonDocument.Parse(Payload);
        Assert.True(ForeignPath.TryParse(path, out ForeignPath? parsed));
        Assert.False(parsed.TryFind(document.RootElement, out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("battery")]
    [InlineData("$.")]
    [InlineData("$..battery")]
    [InlineData("$.*")]
    [InlineData("$[*]")]
    [InlineData("$[-1]")]
    [InlineData("$[1")]
    [InlineData("$['a]")]
    [InlineData("$['a'")]
    [InlineData("$x")]
    [InlineData("$[99999999999]")]
    [InlineData("$.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a")]
    public void TryParse_NotASingularPath_IsRefused(string text)
    {
        Assert.False(ForeignPath.TryParse(text, out _));
    }
}
