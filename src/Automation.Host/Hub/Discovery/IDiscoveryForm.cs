namespace Automation.Host.Hub.Discovery;

/// <summary>Publishes documents in one form and takes back what is gone. Used by one caller at a time.</summary>
internal interface IDiscoveryForm
{
    /// <summary>Shows a device, also again after it changed.</summary>
    void Show(DiscoveryDocument document);

    /// <summary>Takes a device away.</summary>
    void Remove(DiscoveryDocument document);

    /// <summary>Takes a document of ours that was found retained: from an earlier run, or our own.</summary>
    /// <param name="entities">The entities in it, with their platforms.</param>
    /// <param name="expected">The ids of the devices there are now.</param>
    /// <returns>False: it is none of this form, or of a device that is gone; the caller takes it away.</returns>
    bool Found(string topic, IReadOnlyDictionary<string, string> entities, IReadOnlySet<string> expected);
}
