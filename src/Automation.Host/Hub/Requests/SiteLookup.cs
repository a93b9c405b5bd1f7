using System.Text;
using Automation.Core.Model;
using Automation.Host.Composition;

namespace Automation.Host.Hub.Requests;

/// <summary>Finds what requests name, and says so when there is no such thing.</summary>
internal sealed class SiteLookup(IReadOnlyList<SiteRuntime> sites, TopicNames topics, RetainedTopics retained)
{
    /// <summary>Items an answer has at most, so that it stays far below what brokers carry; <c>offset</c> asks for the next.</summary>
    public const int Page = 500;

    public IReadOnlyList<SiteRuntime> Sites { get; } = sites;

    public SiteRuntime? OfRule(string rule) => Sites.FirstOrDefault(s => s.HasRule(rule));

    public SiteRuntime? OfId(string site) => Sites.FirstOrDefault(s => s.Site.Id == site);

    /// <summary>The site that the request names; where there is one only, it need not be named.</summary>
    public SiteRuntime? Named(RequestArguments arguments, out Answer? unknown)
    {
        string? id = arguments.OptionalText("site");
        SiteRuntime? found = id is null ? (Sites.Count == 1 ? Sites[0] : null) : OfId(id);
        unknown = found is not null ? null : id is null ? Answer.Wrong($"\"site\" is missing: there are {string.Join(", ", Sites.Select(s => s.Site.Id))}") : NoSite(id);
        return found;
    }

    /// <summary>The device of this address; null: there is none.</summary>
    public (SiteRuntime Site, Device Device)? DeviceOf(string address)
    {
        foreach (SiteRuntime site in Sites)
        {
            if (site.Site.Devices.FirstOrDefault(d => d.Address.Value == address) is { } device) return (site, device);
        }

        return null;
    }

    /// <summary>What is shown of a device: <c>online</c>, <c>offline</c>; null: nothing yet.</summary>
    public string? Availability(ResourceAddress device) => retained.Value(topics.Availability(device)) is { } value ? Encoding.ASCII.GetString(value) : null;

    /// <summary>The state as it is shown; null: nothing yet.</summary>
    public byte[]? State(ResourceAddress resource) => retained.Value(topics.State(resource));

    public static Answer NoRule(string rule) => Answer.Wrong($"there is no rule '{RequestArguments.Cut(rule)}': rules/list names all");

    public static Answer NoDevice(string device) => Answer.Wrong($"there is no device '{RequestArguments.Cut(device)}': devices/list without \"device\" names all");

    public static Answer NoSite(string site) => Answer.Wrong($"there is no site '{RequestArguments.Cut(site)}': health names all");
}
