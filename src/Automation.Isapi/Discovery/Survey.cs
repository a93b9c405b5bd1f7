using System.Collections.Immutable;
using Automation.Core.Model;
using Automation.Isapi.Documents;
using Automation.Isapi.Http;

namespace Automation.Isapi.Discovery;

/// <summary>One walk through a device: asks its documents, one at a time, and collects what it has.</summary>
internal sealed class Survey
{
    private const int MaxName = 128;

    private readonly SortedDictionary<(string Kind, int Number), Resource> _resources = [];
    private readonly SortedSet<string> _deviceEvents = new(StringComparer.Ordinal);
    private readonly List<string> _notes = [];
    private readonly ResourceAddress _device;
    private readonly DeviceQuestions _questions;
    private int _unsaid;

    public Survey(ResourceAddress device, DeviceCalls calls, DiscoveryLimits limits)
    {
        _device = device;
        _questions = new DeviceQuestions(calls, limits.MaxRequests, limits.MaxUnanswered, Note);
        Limits = limits;
    }

    public DiscoveryLimits Limits { get; }

    public DataObject Identity { get; set; } = DataObject.Empty;

    /// <summary>The device's own word for what it is.</summary>
    public string DeviceType => Identity["deviceType"].Text;

    /// <summary>What the device says it can do; null when it says nothing.</summary>
    public DeviceElement? Capabilities { get; set; }

    public ImmutableArray<Resource> Resources => [.. _resources.Values];

    /// <summary>The event types the device raises on itself.</summary>
    public ImmutableArray<string> DeviceEvents => [.. _deviceEvents];

    public ImmutableArray<string> Notes => _unsaid == 0 ? [.. _notes] : [.. _notes, $"And {_unsaid} more of the like."];

    public void Note(string text)
    {
        if (_notes.Count < Limits.MaxNotes) _notes.Add(text);
        else _unsaid++;
    }

    /// <summary>The document, or null when the device has none there.</summary>
    public async Task<DeviceElement?> AskAsync(string path, CancellationToken cancellationToken, HttpMethod? method = null, DeviceContent? content = null) =>
        (await _questions.AskAsync(method ?? HttpMethod.Get, path, content, cancellationToken).ConfigureAwait(false))?.Document;

    /// <summary>Whether the device answers there with anything but a refusal.</summary>
    public async Task<bool> HasAsync(string path, CancellationToken cancellationToken) => await AskAsync(path, cancellationToken).ConfigureAwait(false) is not null;

    /// <summary>What the device says of one ability, e.g. <c>isSupportCounting</c>; null when it says nothing.</summary>
    public bool? Says(string name) => Capabilities?.Find(name)?.Text.Trim().ToUpperInvariant() switch
    {
        "TRUE" or "1" => true,
        "FALSE" or "0" => false,
        _ => null,
    };

    public int NumberSaid(string name) => (int)Math.Clamp(DeviceElement.ToNumber(Capabilities?.Find(name)?.Text.Trim()) ?? 0, 0, Limits.MaxOfKind);

    /// <summary>Adds a resource; false when it exists already, or its number is none.</summary>
    public bool Add(string kind, int? number, string? name, Func<Resource, Resource>? with = null)
    {
        if (number is not (>= 0 and <= ushort.MaxValue and var valid)) return false;
        if (Count(kind) >= Limits.MaxOfKind)
        {
            Note($"More than {Limits.MaxOfKind} of kind {kind}; the rest is left out.");
            return false;
        }

        var resource = new Resource { Address = _device.Resource(kind, valid), Name = Clean(name) };
        return _resources.TryAdd((kind, valid), with is null ? resource : with(resource));
    }

    public void Change(string kind, int number, Func<Resource, Resource> change)
    {
        if (_resources.TryGetValue((kind, number), out Resource? resource)) _resources[(kind, number)] = change(resource);
    }

    public void AddCapability(string kind, int number, string capability) =>
        Change(kind, number, r => r.Capabilities.Contains(capability) ? r : r with { Capabilities = r.Capabilities.Add(capability) });

    /// <summary>An event the device can raise: on the resource, or on itself for kind <c>device</c>.</summary>
    public void AddEvent(string kind, int number, string type)
    {
        if (kind == "device") _deviceEvents.Add(type);
        else Change(kind, number, r => r.Events.Contains(type) ? r : r with { Events = [.. r.Events.Add(type).Order(StringComparer.Ordinal)] });
    }

    public bool Has(string kind, int number) => _resources.ContainsKey((kind, number));

    public int Count(string kind) => _resources.Keys.Count(k => k.Kind == kind);

    public int[] Numbers(string kind) => [.. _resources.Keys.Where(k => k.Kind == kind).Select(k => k.Number)];

    /// <summary>Every element of the name, the document itself included.</summary>
    public static IEnumerable<DeviceElement> All(DeviceElement? document, string name) => document is null ? [] : document.Is(name) ? [document] : document.All(name);

    /// <summary>A name as a site file takes it: one line of at most 128 characters.</summary>
    public static string Clean(string? name)
    {
        if (name is null) return "";
        string line = string.Concat(name.Where(c => !char.IsControl(c))).Trim();
        return line.Length > MaxName ? line[..MaxName].TrimEnd() : line;
    }
}
