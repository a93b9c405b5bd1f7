using System.Security;
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
}
