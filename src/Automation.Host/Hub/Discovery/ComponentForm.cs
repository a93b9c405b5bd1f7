namespace Automation.Host.Hub.Discovery;

/// <summary>One document an entity, on <c>prefix/platform/device/entity/config</c>.</summary>
internal sealed class ComponentForm(DiscoveryNames names, RetainedTopics retained) : IDiscoveryForm
{
    /// <summary>By the device's id: the topics of its entities, those found and those shown.</summary>
    private readonly Dictionary<string, HashSet<string>> _topics = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _shown = new(StringComparer.Ordinal);

    public async Task ShowAsync(DiscoveryDocument document, CancellationToken cancellationToken)
    {
        var now = new HashSet<string>(StringComparer.Ordinal);
        foreach ((string key, string platform, byte[] bytes) in document.Singly())
        {
            string topic = names.Config(platform, document.Id, key);
            now.Add(topic);
            await retained.SetAsync(topic, bytes, cancellationToken);
        }

        _shown[document.Id] = now;
        foreach (string gone in TopicsOf(document.Id).Except(now)) await retained.ClearAsync(gone, cancellationToken);
        _topics[document.Id] = now;
    }

    public Task<bool> FoundAsync(string topic, IReadOnlyDictionary<string, string> entities, IReadOnlySet<string> expected, CancellationToken cancellationToken)
    {
        string id = names.IdOf(topic);
        if (!names.IsSingle(topic) || !expected.Contains(id)) return Task.FromResult(false);

        // Of a device that is not shown yet it is kept until then: only that tells whether the entity still exists.
        if (_shown.TryGetValue(id, out HashSet<string>? shown) && !shown.Contains(topic)) return Task.FromResult(false);
        TopicsOf(id).Add(topic);
        return Task.FromResult(true);
    }

    private HashSet<string> TopicsOf(string id)
    {
        if (!_topics.TryGetValue(id, out HashSet<string>? topics)) _topics.Add(id, topics = new HashSet<string>(StringComparer.Ordinal));
        return topics;
    }
}
