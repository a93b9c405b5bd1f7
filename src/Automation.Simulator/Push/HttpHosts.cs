using System.Globalization;
using System.Xml.Linq;
using Automation.Simulator.Devices;
using Automation.Simulator.Documents;
using Automation.Simulator.Http;

namespace Automation.Simulator.Push;

/// <summary>Where a device pushes to. isapi.md 1.1 and 1.6 quirk 13: cameras have three slots, recorders one. Call under the device's lock.</summary>
internal sealed class HttpHosts
{
    private const string Base = "Event/notification/httpHosts";

    private readonly XElement _list;
    private readonly XElement[] _slots;
    private readonly string _namespace;
    private readonly Func<PushTarget, CancellationToken, Task<bool>> _test;

    /// <param name="test">Reaches for a host; false when nobody answers there.</param>
    /// <param name="recorded">The list a real device had; its slots are taken over. Null: all are empty.</param>
    public HttpHosts(int slots, string xmlNamespace, XElement? recorded, RouteTable routes, Func<PushTarget, CancellationToken, Task<bool>> test)
    {
        (_namespace, _test) = (xmlNamespace, test);
        XElement[] hosts = [.. recorded?.Elements().Where(e => e.Name.LocalName == "HttpHostNotification") ?? []];
        _slots = hosts.Length > 0 ? hosts : [.. Enumerable.Range(1, slots).Select(Empty)];
        _list = recorded is null ? XElement.Parse($"<HttpHostNotificationList version=\"2.0\" xmlns=\"{xmlNamespace}\"/>") : new(recorded.Name, recorded.Attributes());
        routes.Get(Base, (_, _) => Reply.Xml(List()));
        routes.Put(Base, PutList);
        routes.Map("POST", Base, Post);
        routes.Map("DELETE", Base, DeleteAll);
        routes.Get(Base + "/capabilities", (_, _) => Reply.Xml(Capabilities()));
        routes.Get(Base + "/*", (r, a) => Slot(a[0]) is { } i ? Reply.Xml(_slots[i] + "\n") : Reply.NotSupported(r));
        routes.Put(Base + "/*", (r, a) => Slot(a[0]) is { } i ? PutOne(r, i) : Reply.NotSupported(r));
        routes.Map("DELETE", Base + "/*", (r, a) => Slot(a[0]) is { } i ? Clear(r, i) : Reply.NotSupported(r));
        routes.Map("POST", Base + "/*/test", Test);
        routes.Put(Base + "/*/test", Test);
    }

    /// <summary>The hosts that are set, with their slot.</summary>
    public IEnumerable<PushTarget> Targets
    {
        get
        {
            for (int i = 0; i < _slots.Length; i++)
            {
                if (PushTarget.Of(i, _slots[i]) is { } target) yield return target;
            }
        }
    }

    /// <summary>Some firmware says in the document that its host does not answer.</summary>
    public void Broken(int slot, bool broken)
    {
        XElement? element = _slots[slot].Elements().FirstOrDefault(e => e.Name.LocalName == "httpBroken");
        if (element is not null) element.Value = broken ? "true" : "false";
    }

    private string List() => new XElement(_list.Name, _list.Attributes(), _slots) + "\n";

    private Reply PutList(DeviceRequest request, string[] arguments)
    {
        if (Xml.TryRead(request.Body) is not { } root || root.Name.LocalName != "HttpHostNotificationList") return Reply.BadXml(request);
        XElement[] given = [.. root.Elements().Where(e => e.Name.LocalName == "HttpHostNotification")];
        if (given.Length > _slots.Length) return Reply.BadParameters(request);
        foreach (XElement host in given)
        {
            if (Value(host, "id") is not { } id || Slot(id) is null || !Complete(host)) return Reply.BadParameters(request);
        }

        foreach (XElement host in given) _slots[Slot(Value(host, "id")!)!.Value] = host;
        return Reply.Ok(request);
    }

    private Reply PutOne(DeviceRequest request, int slot)
    {
        if (Xml.TryRead(request.Body) is not { } host || host.Name.LocalName != "HttpHostNotification") return Reply.BadXml(request);
        if (Value(host, "id") != (slot + 1).ToString(CultureInfo.InvariantCulture) || !Complete(host)) return Reply.BadParameters(request);
        _slots[slot] = host;
        return Reply.Ok(request);
    }

    private Reply Post(DeviceRequest request, string[] arguments)
    {
        if (Xml.TryRead(request.Body) is not { } host || host.Name.LocalName != "HttpHostNotification") return Reply.BadXml(request);
        int free = Array.FindIndex(_slots, s => PushTarget.Of(0, s) is null);
        if (free < 0 || !Complete(host)) return Reply.BadParameters(request);
        XElement? id = host.Elements().FirstOrDefault(e => e.Name.LocalName == "id");
        if (id is null) host.AddFirst(new XElement(host.Name.Namespace + "id", free + 1));
        else id.Value = (free + 1).ToString(CultureInfo.InvariantCulture);
        _slots[free] = host;
        return Reply.Ok(request);
    }

    private Reply DeleteAll(DeviceRequest request, string[] arguments)
    {
        for (int i = 0; i < _slots.Length; i++) _slots[i] = Empty(i + 1);
        return Reply.Ok(request);
    }

    private Reply Clear(DeviceRequest request, int slot)
    {
        _slots[slot] = Empty(slot + 1);
        return Reply.Ok(request);
    }

    private Reply Test(DeviceRequest request, string[] arguments)
    {
        if (Slot(arguments[0]) is not { } slot) return Reply.NotSupported(request);
        XElement? given = request.Body.Length == 0 ? _slots[slot] : Xml.TryRead(request.Body);
        if (given is null || given.Name.LocalName != "HttpHostNotification") return Reply.BadXml(request);
        if (PushTarget.Of(slot, given) is not { } target) return Reply.BadParameters(request);
        return new Reply(200, "", []) { Later = async cancellationToken => Result(await _test(target, cancellationToken).ConfigureAwait(false)) };
    }

    private Reply Result(bool reached) => Reply.Xml(
        $"<HttpHostTestResult version=\"2.0\" xmlns=\"{_namespace}\">\n<errorDescription>{(reached ? "ok" : "connect server fail")}</errorDescription>\n</HttpHostTestResult>\n");

    private string Capabilities() =>
        $"<HttpHostNotificationCap version=\"2.0\" xmlns=\"{_namespace}\">\n<hostNumber>{_slots.Length}</hostNumber>\n<urlLen max=\"128\"></urlLen>\n<protocolType opt=\"HTTP,HTTPS\"></protocolType>\n" +
        "<parameterFormatType opt=\"XML,JSON\"></parameterFormatType>\n<addressingFormatType opt=\"ipaddress,hostname\"></addressingFormatType>\n<ipAddress opt=\"ipv4\"></ipAddress>\n<portNo min=\"1\" max=\"65535\"></portNo>\n" +
        "<userNameLen min=\"0\" max=\"32\"></userNameLen>\n<passwordLen min=\"0\" max=\"16\"></passwordLen>\n<httpAuthenticationMethod opt=\"MD5digest,none,basic\"></httpAuthenticationMethod>\n</HttpHostNotificationCap>\n";

    private XElement Empty(int id) => XElement.Parse(
        $"<HttpHostNotification version=\"2.0\" xmlns=\"{_namespace}\">\n<id>{id}</id>\n<url>/</url>\n<protocolType>HTTP</protocolType>\n<parameterFormatType>XML</parameterFormatType>\n<addressingFormatType>ipaddress</addressingFormatType>\n" +
        "<ipAddress>0.0.0.0</ipAddress>\n<portNo>80</portNo>\n<userName></userName>\n<httpAuthenticationMethod>none</httpAuthenticationMethod>\n<httpBroken>false</httpBroken>\n</HttpHostNotification>", LoadOptions.PreserveWhitespace);

    /// <summary>What a device insists on before it takes a host.</summary>
    private static bool Complete(XElement host) =>
        Value(host, "url") is not null && Value(host, "protocolType") is "HTTP" or "HTTPS" && Value(host, "parameterFormatType") is "XML" or "JSON"
        && Value(host, "httpAuthenticationMethod") is "none" or "MD5digest" or "basic"
        && int.TryParse(Value(host, "portNo"), NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and < 65536
        && (Value(host, "addressingFormatType") == "hostname" ? !string.IsNullOrEmpty(Value(host, "hostName")) : System.Net.IPAddress.TryParse(Value(host, "ipAddress"), out _));

    private int? Slot(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int id) && id >= 1 && id <= _slots.Length ? id - 1 : null;

    private static string? Value(XElement host, string name) => host.Elements().FirstOrDefault(e => e.Name.LocalName == name)?.Value.Trim();
}
