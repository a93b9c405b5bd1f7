using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Automation.Simulator.Alerts;
using Automation.Simulator.Documents;

namespace Automation.Simulator.Http;

/// <summary>What a device answers: a body, or an endless stream.</summary>
internal sealed record Reply(int Status, string ContentType, byte[] Body)
{
    private static readonly string[] StatusWords =
        ["", "OK", "Device Busy", "Device Error", "Invalid Operation", "Invalid Message Format", "Invalid Message Content", "Reboot Required"];

    /// <summary>Null for a plain body.</summary>
    public AlertHub? Stream { get; init; }

    /// <summary>The first part of the stream and the id the client ends it by; without it a heartbeat comes first.</summary>
    public (int Id, AlertPart Part)? Greeting { get; init; }

    /// <summary>Something was done: the request log says <c>executed</c>.</summary>
    public bool Done { get; init; }

    public string? SetCookie { get; init; }

    /// <summary>The answer takes a while and is given by this; null: it is this reply.</summary>
    public Func<CancellationToken, Task<Reply>>? Later { get; init; }

    public static Reply Xml(string xml, int status = 200) =>
        new(status, "application/xml; charset=\"UTF-8\"", Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + xml));

    public static Reply Json(JsonNode json, int status = 200) => new(status, "application/json; charset=\"UTF-8\"", JsonBody.ToUtf8(json));

    public static Reply Jpeg(byte[] picture) => new(200, "image/jpeg", picture);

    public static Reply Endless(AlertHub hub) => new(200, $"multipart/mixed; boundary={hub.Boundary}", []) { Stream = hub };

    public static Reply Ok(DeviceRequest request) => Of(request, 200, 1, "ok", 1) with { Done = true };

    /// <summary>003 and isapi.md 1.1: a device that has not got something answers 403 or 404; here it is 403 with the reason.</summary>
    public static Reply NotSupported(DeviceRequest request) => Of(request, 403, 4, "notSupport", 0x40000001);

    public static Reply BadXml(DeviceRequest request) => Of(request, 400, 6, "badXmlContent", 0x60000003);

    public static Reply BadJson(DeviceRequest request) => Of(request, 400, 5, "badJsonFormat", 0x50000002);

    public static Reply BadParameters(DeviceRequest request) => Of(request, 400, 6, "badParameters", 0x60000001);

    /// <summary>ResponseStatus in the dialect of the request. 002 A.39, 003 §4.5.5.</summary>
    public static Reply Of(DeviceRequest request, int http, int statusCode, string subStatus, int errorCode)
    {
        if (request.IsJson)
        {
            return Json(new JsonObject { ["requestURL"] = "/ISAPI/" + request.Path, ["statusCode"] = statusCode, ["statusString"] = StatusWords[statusCode], ["subStatusCode"] = subStatus, ["errorCode"] = errorCode, ["errorMsg"] = subStatus }, http);
        }

        return Xml(StatusText(request.Path, statusCode, subStatus, Documents.Xml.Ver20), http);
    }

    /// <summary>An XML ResponseStatus without its declaration.</summary>
    public static string StatusText(string path, int statusCode, string subStatus, string xmlNamespace) =>
        $"<ResponseStatus version=\"2.0\" xmlns=\"{xmlNamespace}\">\n<requestURL>/ISAPI/{Documents.Xml.Escape(path)}</requestURL>\n" +
        $"<statusCode>{statusCode.ToString(CultureInfo.InvariantCulture)}</statusCode>\n<statusString>{StatusWords[statusCode]}</statusString>\n<subStatusCode>{subStatus}</subStatusCode>\n</ResponseStatus>\n";
}
