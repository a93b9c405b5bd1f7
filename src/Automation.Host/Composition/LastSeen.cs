using System.Collections.Concurrent;
using Automation.Core.Model;

namespace Automation.Host.Composition;

/// <summary>When each event of a site was last seen since the start. Bounded by what the site lists: events of other resources do not arrive. Any thread.</summary>
internal sealed class LastSeen(TimeProvider time)
{
    private readonly ConcurrentDictionary<(ResourceAddress Resource, string Event), DateTimeOffset> _seen = new();

    public void Note(ResourceAddress resource, string type) => _seen[(resource, type)] = time.GetUtcNow();

    public DateTimeOffset? Of(ResourceAddress resource, string type) => _seen.TryGetValue((resource, type), out DateTimeOffset at) ? at : null;
}
