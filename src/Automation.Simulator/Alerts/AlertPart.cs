using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Automation.Simulator.Documents;

namespace Automation.Simulator.Alerts;

/// <summary>One part of a multipart stream.</summary>
/// <param name="CloseAfter">The stream ends right after these bytes.</param>
/// <param name="Raw">The bytes are the whole part with its head, instead of only its body.</param>
internal sealed record AlertPart(string ContentType, byte[] Body, bool CloseAfter = false, bool Raw = false)
{
    public static AlertPart Xml(string xml) =>
        new("application/xml; charset=\"UTF-8\"", Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + xml));

    public static AlertPart Json(JsonNode json) => new("application/json; charset=\"UTF-8\"", JsonBody.ToUtf8(json));

    /// <summary>The bytes on the wire, from the boundary to the line end after the body.</summary>
    public byte[] ToWire(string boundary, bool contentLength)
    {
        if (Raw) return Body;
        string length = contentLength ? "Content-Length: " + Body.Length.ToString(CultureInfo.InvariantCulture) + "\r\n" : "";
        byte[] head = Encoding.UTF8.GetBytes($"--{boundary}\r\nContent-Type: {ContentType}\r\n{length}\r\n");
        return [.. head, .. Body, (byte)'\r', (byte)'\n'];
    }
}
