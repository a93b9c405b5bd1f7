using System.Collections.Immutable;
using System.Text.Json;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Composition;

namespace Automation.Host.Hub.Requests.Verbs;

/// <summary>What devices there are, what they have and what is known of it.</summary>
/// <param name="removed">Told of a device that is no more.</param>
internal sealed class DeviceVerbs(SiteLookup sites, Action<Device> removed)
{
    public IEnumerable<RequestVerb> All => [RequestVerb.Now("devices/list", Devices) with { ReadOnly = true }, RequestVerb.Asking("devices/remove", RemoveAsync)];

    /// <summary>All devices, or one with all it has and what is known of it.</summary>
    private Answer Devices(RequestArguments arguments)
    {
        string? only = arguments.OptionalText("device");
        int offset = arguments.Number("offset", 0, int.MaxValue, 0);
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        Device[] devices = [.. sites.Sites.SelectMany(s => s.Site.Devices)];
        if (only is null)
        {
            return Answer.Of(w =>
            {
                w.WriteNumber("total", devices.Length);
                w.WriteStartArray("devices");
                foreach (Device device in devices.Skip(offset).Take(SiteLookup.Page)) WriteDevice(w, device);
                w.WriteEndArray();
            });
        }

        if (devices.FirstOrDefault(d => d.Address.Value == only) is not { } one) return SiteLookup.NoDevice(only);
        return Answer.Of(w =>
        {
            w.WritePropertyName("device");
            WriteDevice(w, one);
            w.WriteStartArray("resources");
            foreach (Resource resource in one.Resources.Skip(offset).Take(SiteLookup.Page))
            {
                w.WriteStartObject();
                w.WriteString("address", resource.Address.Value);
                w.WriteString("kind", resource.Kind);
                w.WriteString("name", resource.Name);
                w.WritePropertyName("state");
                if (sites.State(resource.Address) is { } state) w.WriteRawValue(state);
                else w.WriteNullValue();
                w.WriteEndObject();
            }

            w.WriteEndArray();
        });
    }

    /// <summary>Takes a device out of its site and off the broker; while a rule names it, it stays.</summary>
    private async Task<Answer> RemoveAsync(RequestArguments arguments, CancellationToken cancellationToken)
    {
        string name = arguments.Text("device", "store/nvr");
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        if (sites.DeviceOf(name) is not var (site, device)) return SiteLookup.NoDevice(name);
        try
        {
            ImmutableArray<Finding> findings = await DeviceRemoval.RunAsync(site, device, cancellationToken);
            Answer answer = RuleFileVerbs.Found(findings, w => w.WriteString("device", name));
            if (answer.Error is null) removed(device);
            return answer;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or StartRefusedException)
        {
            return Answer.Wrong($"the device is not removed: {e.Message}");
        }
    }

    private void WriteDevice(Utf8JsonWriter w, Device device)
    {
        w.WriteStartObject();
        w.WriteString("address", device.Address.Value);
        w.WriteString("name", device.Name);
        w.WriteString("kind", device.Kind);
        w.WriteString("availability", sites.Availability(device.Address));
        w.WriteNumber("resources", device.Resources.Length);
        w.WriteEndObject();
    }
}
