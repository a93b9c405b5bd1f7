using System.Text;
using Automation.Core.Rules;

namespace Automation.Core.Tests.Rules;

/// <summary>A device is taken out of a site file; every other byte stays.</summary>
public sealed class SiteFileEditorTests
{
    private const string Site = """
        {
          "id": "store", // ours
          "devices": [
            { "id": "panel", "kind": "security-panel" },
            // the yard
            { "id": "nvr", "kind": "nvr",
              "resources": [ { "kind": "channel", "number": 1, "id": "gate" } ] },
            { "id": "gate", "kind": "camera" }
          ]
        }
        """;

    [Theory]
    [InlineData("panel", "    { \"id\": \"panel\", \"kind\": \"security-panel\" },\n")]
    [InlineData("gate", "    { \"id\": \"gate\", \"kind\": \"camera\" }\n")]
    [InlineData("nvr", "    { \"id\": \"nvr\", \"kind\": \"nvr\",\n      \"resources\": [ { \"kind\": \"channel\", \"number\": 1, \"id\": \"gate\" } ] },\n")]
    public void Remove_ADevice_LeavesTheRestAsItIs(string device, string gone)
    {
        string left = Encoding.UTF8.GetString(SiteFileEditor.Remove(new SourceFile("site.json", Encoding.UTF8.GetBytes(Site)), device)!);
        Assert.Equal(Site.Replace(gone, "", StringComparison.Ordinal), left);
    }

    [Theory]
    [InlineData(Site, "none")]
    [InlineData("""{ "id": "store" }""", "panel")]
    [InlineData("not JSON", "panel")]
    public void Remove_ADeviceThatIsNotListed_GivesNothing(string text, string device) => Assert.Null(SiteFileEditor.Remove(new SourceFile("site.json", Encoding.UTF8.GetBytes(text)), device));
}
