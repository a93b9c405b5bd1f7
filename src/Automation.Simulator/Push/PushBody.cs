using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Automation.Simulator.Alerts;

namespace Automation.Simulator.Push;

/// <summary>What a device puts into its POST. isapi.md 1.6 quirk 10.</summary>
internal static class PushBody
{
    private const string Boundary = "boundary";

    /// <param name="form">bare, multipart, noType (parts without Content-Type) or psialliance.</param>
    public static HttpContent Make(Alert alert, Teller teller, string form, bool json)
    {
        bool asJson = json || alert.JsonOnly;
        byte[] document = asJson ? AlertText.Json(alert, teller) : form == "psialliance" ? AlertText.PsiallianceXml(alert, teller) : AlertText.Xml(alert, teller);
        string type = asJson ? AlertPart.JsonType : AlertPart.XmlType;
        if (form is "bare" or "psialliance" && alert.Picture is null) return Content(document, type);
        return Multipart(alert, document, asJson, type, noType: form == "noType");
    }

    private static ByteArrayContent Multipart(Alert alert, byte[] document, bool json, string type, bool noType)
    {
        string name = alert.Type == "VMD" ? "MoveDetection" : alert.Type;
        var body = new List<byte>(document.Length + 512 + (alert.Picture?.Length ?? 0));
        Part(body, $"{name}.{(json ? "json" : "xml")}", noType ? null : type, document);
        if (alert.Picture is { } picture) Part(body, name + "Image.jpg", "image/pjpeg", picture);
        body.AddRange(Encoding.ASCII.GetBytes($"--{Boundary}--\r\n"));
        return Content([.. body], "multipart/form-data; boundary=" + Boundary);
    }

    private static void Part(List<byte> body, string name, string? type, byte[] content)
    {
        string head = $"--{Boundary}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{name}\"\r\n" + (type is null ? "" : $"Content-Type: {type}\r\n") +
            $"Content-Length: {content.Length.ToString(CultureInfo.InvariantCulture)}\r\n\r\n";
        body.AddRange(Encoding.ASCII.GetBytes(head));
        body.AddRange(content);
        body.AddRange("\r\n"u8);
    }

    private static ByteArrayContent Content(byte[] bytes, string type)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        return content;
    }
}
