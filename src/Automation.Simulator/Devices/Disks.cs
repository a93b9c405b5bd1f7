using System.Text.Json.Nodes;
using Automation.Simulator.Control;
using Automation.Simulator.Documents;
using Automation.Simulator.Http;

namespace Automation.Simulator.Devices;

/// <summary>The disks of a recorder or the card of a camera: status, space, and the events of one that fails. Call under the device's lock.</summary>
internal sealed class Disks
{
    private const int CapacityMegabytes = 1_907_729;

    private readonly string _ns;
    private string[] _status;

    public Disks(int count, RouteTable routes, string xmlNamespace)
    {
        _ns = $"version=\"2.0\" xmlns=\"{xmlNamespace}\"";
        _status = [.. Enumerable.Repeat("ok", count)];
        routes.Get("ContentMgmt/Storage", (_, _) => Reply.Xml($"<storage {_ns}>\n{List()}<nasList>\n</nasList>\n<workMode opt=\"group,quota\">quota</workMode>\n</storage>\n"));
        routes.Get("ContentMgmt/Storage/hdd", (_, _) => Reply.Xml(List()));
        routes.Get("ContentMgmt/Storage/hdd/*", (r, a) => int.TryParse(a[0], out int id) && id >= 1 && id <= _status.Length ? Reply.Xml(Hdd(id - 1)) : Reply.NotSupported(r));
    }

    /// <summary>Whether anything can be written.</summary>
    public bool CanRecord => _status.Any(s => s == "ok");

    /// <summary>The state a disk event leaves behind.</summary>
    public void Became(string name, bool active)
    {
        if (_status.Length > 0) _status[0] = (name, active) switch { ("hddFull", true) => "full", ("hddError", true) => "error", _ => "ok" };
    }

    public JsonArray ReadState() => new([.. _status.Select(h => (JsonNode)h)]);

    /// <exception cref="OrderException">It is no list of as many words.</exception>
    public void WriteState(string device, JsonNode? value)
    {
        if (value is not JsonArray { } list || list.Count != _status.Length || list.Any(h => JsonBody.Text(h) is null))
            throw new OrderException($"\"hdds\" of {device} can be set as an array of {_status.Length} words such as ok, error, full.");
        _status = [.. list.Select(h => JsonBody.Text(h)!)];
    }

    private string List() => $"<hddList {_ns}>\n{string.Concat(Enumerable.Range(0, _status.Length).Select(Hdd))}</hddList>\n";

    private string Hdd(int i) =>
        $"<hdd>\n<id>{i + 1}</id>\n<hddName>hdd{i + 1}</hddName>\n<hddPath></hddPath>\n<hddType>SATA</hddType>\n<status>{Xml.Escape(_status[i])}</status>\n<capacity>{CapacityMegabytes}</capacity>\n" +
        $"<freeSpace>{(_status[i] == "full" ? 0 : CapacityMegabytes / 2)}</freeSpace>\n<property>RW</property>\n</hdd>\n";
}
