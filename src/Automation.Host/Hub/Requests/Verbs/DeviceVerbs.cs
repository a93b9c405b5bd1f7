using System.Text.Json;
using Automation.Core.Model;

namespace Automation.Host.Hub.Requests.Verbs;

/// <summary>What devices there are, what they have and what is known of it.</summary>
internal sealed class DeviceVerbs(SiteLookup sites)
{
    public IEnumerable<RequestVerb> All => [RequestVerb.Now("devices/list", Devices) with { ReadOnly = true }];

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

        if (devices.FirstOrDefault(d => d.Address.Value == only) is not { } one) return Answer.Wrong($"there is no device '{RequestArguments.Cut(only)}': devices/list without \"device\" names all");
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
