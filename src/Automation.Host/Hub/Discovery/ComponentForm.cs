namespace Automation.Host.Hub.Discovery;

/// <summary>One document an entity, on <c>prefix/platform/device/entity/config</c>.</summary>
internal sealed class ComponentForm(DiscoveryNames names, RetainedTopics retained) : IDiscoveryForm
{
    /// <summary>By the device's id: the topics of its entities, those found and those shown.</summary>
    private readonly Dictionary<string, HashSet<string>> _topics = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _shown = new(StringComparer.Ordinal);

    public void Show(DiscoveryDocument document)
    {
        var now = new HashSet<string>(StringComparer.Ordinal);
        foreach ((string key, string platform, byte[] bytes) in document.Singly())
        {
            string topic = names.Config(platform, document.Id, key);
            now.Add(topic);
            retained.Set(topic, bytes);
        }

        _shown[document.Id] = now;
        foreach (string gone in TopicsOf(document.Id).Except(now)) retained.Clear(gone);
        _topics[document.Id] = now;
    }

    public void Remove(DiscoveryDocument document)
    {
        foreach (string gone in TopicsOf(document.Id)) retained.Clear(gone);
        _topics.Remove(document.Id);
        _shown.Remove(document.Id);
    }

    public bool Found(string topic, IReadOnlyDictionary<string, string> entities, IReadOnlySet<string> expected)
    {
        string id = names.IdOf(topic);
        if (!names.IsSingle(topic) || !expected.Contains(id)) return false;

        // Of a device that is not shown yet it is kept until then: only that tells whether the entity still exists.
        if (_shown.TryGetValue(id, out HashSet<string>? shown) && !shown.Contains(topic)) return false;
        TopicsOf(id).Add(topic);
        return true;
    }

    private HashSet<string> TopicsOf(string id)
    {
        if (!_topics.TryGetValue(id, out HashSet<string>? topics)) _topics.Add(id, topics = new HashSet<string>(StringComparer.Ordinal));
        return topics;
    }
}
