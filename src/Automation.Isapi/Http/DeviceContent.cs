using System.Text;

namespace Automation.Isapi.Http;

/// <summary>The body of a request.</summary>
internal sealed record DeviceContent(string MediaType, ReadOnlyMemory<byte> Bytes)
{
    public static DeviceContent Xml(string text) => new("application/xml", Encoding.UTF8.GetBytes(text));

    public static DeviceContent Json(string text) => new("application/json", Encoding.UTF8.GetBytes(text));
}
