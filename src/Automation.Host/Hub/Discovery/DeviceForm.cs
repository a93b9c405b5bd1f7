namespace Automation.Host.Hub.Discovery;

/// <summary>One document a device.</summary>
internal sealed class DeviceForm(RetainedTopics retained) : IDiscoveryForm
{
    private readonly Dictionary<string, DiscoveryDocument> _shown = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, string>> _entities = new(StringComparer.Ordinal);

    /// <summary>Every document there can be; what else is found under our ids is left from earlier.</summary>
    private readonly HashSet<string> _topics = new(StringComparer.Ordinal);

    /// <summary>Says which documents will be shown, before any is.</summary>
    public void Expect(IEnumerable<string> topics) => _topics.UnionWith(topics);

    public void Show(DiscoveryDocument document)
    {
        Dictionary<string, string> now = document.Platforms();
        KeyValuePair<string, string>[] gone = _entities.TryGetValue(document.Topic, out Dictionary<string, string>? before) ? [.. before.Where(e => !now.ContainsKey(e.Key))] : [];
        _entities[document.Topic] = now;
        _shown[document.Topic] = document;

        // Leaving an entity out does not take it away; naming it without anything does, and then it can be left out.
        if (gone.Length > 0) retained.SetInTurn(document.Topic, document.BytesWithout(gone));
        retained.Set(document.Topic, document.Bytes());
    }

    public void Remove(DiscoveryDocument document)
    {
        _topics.Remove(document.Topic);
        _entities.Remove(document.Topic);
        _shown.Remove(document.Topic);
        retained.Clear(document.Topic);
    }

    public bool Found(string topic, IReadOnlyDictionary<string, string> entities, IReadOnlySet<string> expected)
    {
        if (!_topics.Contains(topic)) return false;
        Dictionary<string, string> known = _entities.GetValueOrDefault(topic) ?? [];
        _entities[topic] = entities.Concat(known).DistinctBy(e => e.Key).ToDictionary(StringComparer.Ordinal);
        if (_shown.TryGetValue(topic, out DiscoveryDocument? shown)) Show(shown);
        return true;
    }
}
