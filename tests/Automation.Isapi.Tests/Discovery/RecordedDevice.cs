using System.Text;
using System.Text.Json;
using Automation.TestKit;

namespace Automation.Isapi.Tests.Discovery;

/// <summary>Serves the replies recorded from a real device: dictionaries there, XML again here.</summary>
internal static class RecordedDevice
{
    public static async Task<FakeDevice> StartAsync(string name)
    {
        byte[] file = await File.ReadAllBytesAsync(Peer.SharedFolder("fixtures", "isapi", "devices", name + ".json"));
        using JsonDocument recording = JsonDocument.Parse(file);
        FakeDevice device = await FakeDevice.StartAsync();
        foreach (JsonProperty path in recording.RootElement.GetProperty("data").GetProperty("ISAPI").EnumerateObject())
        {
            if (path.Value.TryGetProperty("status_code", out JsonElement status)) device.Answer("GET", "/ISAPI/" + path.Name, "", status.GetInt32());
            else if (path.Value.TryGetProperty("response", out JsonElement response) && response.ValueKind == JsonValueKind.Object) device.Answer("GET", "/ISAPI/" + path.Name, Xml(response));
        }

        return device;
    }

    private static string Xml(JsonElement element)
    {
        var text = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        foreach (JsonProperty root in element.EnumerateObject()) Write(text, root.Name, root.Value);
        return text.ToString();
    }

    private static void Write(StringBuilder text, string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement entry in value.EnumerateArray()) Write(text, name, entry);
            return;
        }

        text.Append('<').Append(name);
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty attribute in value.EnumerateObject().Where(p => p.Name.StartsWith('@'))) text.Append(' ').Append(attribute.Name.AsSpan(1)).Append("=\"").Append(Escape(attribute.Value)).Append('"');
        }

        text.Append('>');
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty child in value.EnumerateObject())
            {
                if (child.Name == "#text") text.Append(Escape(child.Value));
                else if (!child.Name.StartsWith('@')) Write(text, child.Name, child.Value);
            }
        }
        else
        {
            text.Append(Escape(value));
        }

        text.Append("</").Append(name).Append('>');
    }

    private static string Escape(JsonElement value) =>
        value.ValueKind == JsonValueKind.Null ? "" : value.ToString().Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal);
}
