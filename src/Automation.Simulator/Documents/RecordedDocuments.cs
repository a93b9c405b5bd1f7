using Automation.Simulator.Http;

namespace Automation.Simulator.Documents;

/// <summary>Replies recorded from a real device; a GET finds them before the simulated ones.</summary>
internal sealed class RecordedDocuments(IReadOnlyDictionary<string, Reply> replies)
{
    public int Count => replies.Count;

    /// <summary>Null when nothing was recorded for this.</summary>
    public Reply? Answer(DeviceRequest request) => request.Method == "GET" ? replies.GetValueOrDefault(request.Path) : null;
}
