using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Automation.Simulator.Documents;

namespace Automation.Simulator.Alerts;

/// <summary>One part of a multipart stream.</summary>
/// <param name="CloseAfter">The stream ends right after these bytes.</param>
/// <param name="Raw">The bytes are the whole part with its head, instead of only its body.</param>
internal sealed record AlertPart(string ContentType, ReadOnlyMemory<byte> Body, bool CloseAfter = false, bool Raw = false)
{
    public const string XmlType = "application/xml; charset=\"UTF-8\"";
    public const string JsonType = "application/json; charset=\"UTF-8\"";

    public static AlertPart Json(JsonNode json) => new(JsonType, JsonBody.ToUtf8(json));

    /// <summary>The bytes on the wire, from the boundary to the line end after the body.</summary>
    public ReadOnlyMemory<byte> ToWire(string boundary, bool contentLength)
    {
        if (Raw) return Body;
        string length = contentLength ? "Content-Length: " + Body.Length.ToString(CultureInfo.InvariantCulture) + "\r\n" : "";
        byte[] head = Encoding.UTF8.GetBytes($"--{boundary}\r\nContent-Type: {ContentType}\r\n{length}\r\n");
        byte[] wire = new byte[head.Length + Body.Length + 2];
        head.CopyTo(wire, 0);
        Body.CopyTo(wire.AsMemory(head.Length));
        wire[^2] = (byte)'\r';
        wire[^1] = (byte)'\n';
        return wire;
    }
}
