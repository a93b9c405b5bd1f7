using System.Text;
using System.Xml.Linq;
using Automation.Simulator.Http;

namespace Automation.Simulator.Documents;

/// <summary>Settings documents of a device: a GET gives what the last PUT left. Call under the device's lock.</summary>
internal sealed class DocumentStore
{
    private readonly Dictionary<string, Document> _xml = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> _json = new(StringComparer.Ordinal);

    /// <summary>A recording that stands before this store: what was recorded is what is looked at and changed. Null: none.</summary>
    public RecordedDocuments? Recorded { get; set; }

    /// <summary>Puts a document of the simulation in place; only paths put in place exist.</summary>
    public void Add(string path, string xml) => _xml[path] = new(Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + xml));

    /// <summary>Changes a document from inside the device.</summary>
    public void Replace(string path, string xml)
    {
        if (Recorded?.TryReplace(path, xml) != true) Add(path, xml);
    }

    public void AddJson(string path, string json) => _json[path] = Encoding.UTF8.GetBytes(json);

    public bool Remove(string path) => _xml.Remove(path);

    /// <summary>The root elements, as text, of the documents whose path starts so.</summary>
    public IEnumerable<string> Under(string prefix) =>
        _xml.Where(d => d.Key.StartsWith(prefix, StringComparison.Ordinal)).OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => d.Value.Root.ToString());

    /// <summary>The root element of a document; null when there is none. A copy: what is changed in it is not kept.</summary>
    public XElement? Find(string path) => Recorded?.Find(path) ?? Own(path);

    private XElement? Own(string path) => _xml.TryGetValue(path, out Document? document) ? new(document.Root) : null;

    public byte[]? FindJson(string path) => _json.GetValueOrDefault(path);

    /// <summary>Null when there is no such document.</summary>
    public Reply? Answer(DeviceRequest request)
    {
        if (request.IsJson && _json.TryGetValue(request.Path, out byte[]? json)) return AnswerJson(request, json);
        if (!_xml.TryGetValue(request.Path, out Document? xml)) return null;
        switch (request.Method)
        {
            case "GET":
                return new(200, "application/xml; charset=\"UTF-8\"", xml.Bytes);
            case "PUT":
                XElement? given = Xml.TryRead(request.Body);
                if (given is null || given.Name.LocalName != xml.Root.Name.LocalName) return Reply.BadXml(request);
                _xml[request.Path] = new(request.Body);
                return Reply.Ok(request);
            default:
                return Reply.Of(request, 405, 4, "methodNotAllowed", 0x40000004);
        }
    }

    private Reply AnswerJson(DeviceRequest request, byte[] json)
    {
        if (request.Method == "GET") return new(200, "application/json; charset=\"UTF-8\"", json);
        if (request.Method != "PUT") return Reply.Of(request, 405, 4, "methodNotAllowed", 0x40000004);
        if (JsonBody.TryRead(request.Body) is null) return Reply.BadJson(request);
        _json[request.Path] = request.Body;
        return Reply.Ok(request);
    }

    /// <summary>Kept as it was given; read only when somebody looks into it.</summary>
    private sealed class Document(byte[] bytes)
    {
        private XElement? _root;

        public byte[] Bytes => bytes;

        public XElement Root => _root ??= Xml.TryRead(bytes)!;
    }
}
