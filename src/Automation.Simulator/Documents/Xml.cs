using System.Globalization;
using System.Security;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml;
using System.Xml.Linq;

namespace Automation.Simulator.Documents;

/// <summary>The little XML a device needs.</summary>
internal static class Xml
{
    public const string Ver20 = "http://www.hikvision.com/ver20/XMLSchema";
    public const string Isapi20 = "http://www.isapi.org/ver20/XMLSchema";

    public static string Escape(string text) => SecurityElement.Escape(text);

    /// <summary>The root element, or null when this is not well-formed XML.</summary>
    public static XElement? TryRead(byte[] body)
    {
        try
        {
            using var stream = new MemoryStream(body);
            using var reader = XmlReader.Create(stream, new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = 1 << 20 });
            return XElement.Load(reader);
        }
        catch (XmlException)
        {
            return null;
        }
    }

    /// <summary>The text of the first element of this local name, whatever its namespace; null when there is none.</summary>
    public static string? Value(XElement root, string localName) =>
        root.DescendantsAndSelf().FirstOrDefault(e => e.Name.LocalName == localName)?.Value.Trim();

    /// <summary>Writes a JSON value as an element: an object's members and a list's wrapped entries are its children, anything else its text.</summary>
    public static void Write(StringBuilder text, string name, JsonNode? node)
    {
        text.Append('<').Append(name).Append('>');
        switch (node)
        {
            case JsonObject members:
                text.Append('\n');
                foreach ((string key, JsonNode? value) in members) Write(text, key, value);
                break;
            case JsonArray list:
                text.Append('\n');
                foreach (JsonObject entry in list.OfType<JsonObject>())
                {
                    foreach ((string key, JsonNode? value) in entry) Write(text, key, value);
                }

                break;
            default:
                text.Append(Escape(Text(node)));
                break;
        }

        text.Append("</").Append(name).Append(">\n");
    }

    private static string Text(JsonNode? node) => node switch
    {
        JsonValue value when value.TryGetValue(out bool flag) => flag ? "true" : "false",
        JsonValue value when value.TryGetValue(out double number) => number.ToString(CultureInfo.InvariantCulture),
        _ => node?.ToString() ?? "",
    };
}
