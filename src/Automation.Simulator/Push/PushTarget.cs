using System.Globalization;
using System.Xml.Linq;

namespace Automation.Simulator.Push;

/// <summary>A listening host a device pushes to.</summary>
/// <param name="Slot">From 0.</param>
/// <param name="Json">parameterFormatType is JSON.</param>
/// <param name="Authentication">none, basic or MD5digest.</param>
internal sealed record PushTarget(int Slot, Uri Url, bool Json, string Authentication, string User, string Password)
{
    /// <summary>Null when the slot is empty or its address makes no sense.</summary>
    public static PushTarget? Of(int slot, XElement host)
    {
        string Value(string name) => host.Elements().FirstOrDefault(e => e.Name.LocalName == name)?.Value.Trim() ?? "";
        string address = Value("addressingFormatType") == "hostname" ? Value("hostName") : Value("ipAddress");
        if (address.Length == 0 || address == "0.0.0.0") return null;
        string path = Value("url");
        string scheme = Value("protocolType") == "HTTPS" ? "https" : "http";
        if (!Uri.TryCreate(string.Create(CultureInfo.InvariantCulture, $"{scheme}://{address}:{Value("portNo")}{(path.StartsWith('/') ? path : "/" + path)}"), UriKind.Absolute, out Uri? url)) return null;
        return new(slot, url, Value("parameterFormatType") == "JSON", Value("httpAuthenticationMethod"), Value("userName"), Value("password"));
    }
}
