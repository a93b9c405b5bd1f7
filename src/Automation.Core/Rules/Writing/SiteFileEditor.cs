namespace Automation.Core.Rules;

/// <summary>Takes things out of a site file and leaves the rest of the text as its author wrote it.</summary>
public static class SiteFileEditor
{
    /// <summary>The file without a device; null when it lists none of this id, or is not JSON.</summary>
    /// <param name="device">Its id, without the site's.</param>
    public static byte[]? Remove(SourceFile file, string device)
    {
        var findings = new FindingSink(ReadingLimits.Default);
        JsonNode? root = JsonTreeReader.Read(new SourceText(file), ReadingLimits.Default, findings);
        JsonNode? node = root?.Find("devices")?.Children.FirstOrDefault(d => d.Find("id") is { Kind: JsonKind.Text } own && own.Text == device);
        return node is null ? null : RuleFileEditor.WithoutItem(node);
    }
}
