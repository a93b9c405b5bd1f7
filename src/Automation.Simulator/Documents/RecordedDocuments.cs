using System.Xml.Linq;
using Automation.Simulator.Http;

namespace Automation.Simulator.Documents;

/// <summary>What a real device answered to GET, by the path behind <c>/ISAPI/</c>. It stands before the simulated answers.</summary>
internal sealed class RecordedDocuments
{
    private readonly Dictionary<string, int> _refusals = new(StringComparer.Ordinal);
    private readonly DocumentStore _documents = new();

    public int Count { get; private set; }

    public void AddXml(string path, string xml)
    {
        _documents.Add(path, xml);
        Count++;
    }

    public void AddJson(string path, string json)
    {
        _documents.AddJson(path, json);
        Count++;
    }

    public void AddRefusal(string path, int status)
    {
        _refusals[path] = status;
        Count++;
    }

    /// <summary>The root element of a recorded document; null when there is none. A copy.</summary>
    public XElement? Find(string path) => _documents.Find(path);

    /// <summary>Takes a document out of the recording, for somebody who answers it from then on; null when there is none.</summary>
    public XElement? Take(string path)
    {
        XElement? root = _documents.Find(path);
        _documents.Remove(path);
        return root;
    }

    /// <summary>Changes a document that was recorded; false when none was.</summary>
    public bool TryReplace(string path, string xml)
    {
        if (_documents.Find(path) is null) return false;
        _documents.Add(path, xml);
        return true;
    }

    /// <summary>Null when nothing was recorded for this. A recorded document keeps what is PUT.</summary>
    public Reply? Answer(DeviceRequest request)
    {
        if (request.Method is not ("GET" or "PUT")) return null;
        if (_refusals.TryGetValue(request.Path, out int status)) return Reply.Of(request, status, 4, "notSupport", 0x40000001);
        return _documents.Answer(request);
    }
}
