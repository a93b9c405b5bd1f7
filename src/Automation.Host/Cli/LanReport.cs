using System.Text;
using System.Text.Json;
using Automation.Core.Model;
using Automation.Host.Hub;
using Automation.Isapi;

namespace Automation.Host.Cli;

/// <summary>What a search on the network found, for people and for programs.</summary>
internal static class LanReport
{
    /// <summary>The device of a site that it is already; null when it is new.</summary>
    public static Device? Known(LanDevice found, IReadOnlyCollection<Device> devices) =>
        DeviceIds.Find(devices, DataObject.Of(("serialNumber", found.Serial)), new DeviceConnectionInfo { Url = found.Url });

    public static string Json(LanDevice found, IReadOnlyCollection<Device> devices) => Encoding.UTF8.GetString(Payloads.Write(w => Members(w, found, devices)));

    public static void Write(Utf8JsonWriter w, LanDevice found, IReadOnlyCollection<Device> devices)
    {
        w.WriteStartObject();
        Members(w, found, devices);
        w.WriteEndObject();
    }

    private static void Members(Utf8JsonWriter w, LanDevice found, IReadOnlyCollection<Device> devices)
    {
        w.WriteString("url", found.Url.GetLeftPart(UriPartial.Authority));
        w.WriteString("name", found.Name);
        w.WriteString("manufacturer", found.Manufacturer);
        w.WriteString("model", found.Model);
        w.WriteString("serial", found.Serial);
        w.WriteBoolean("isapi", found.SpeaksIsapi);
        if (Known(found, devices) is { } known) w.WriteString("known", known.Address.Value);
    }

    public static string Line(LanDevice found, IReadOnlyCollection<Device> devices)
    {
        string what = string.Join(' ', ((string[])[found.Manufacturer, found.Model, found.Name]).Where(t => t.Length > 0));
        string known = Known(found, devices) is { } device ? $"  ({device.Address})" : "";
        return $"{found.Url.GetLeftPart(UriPartial.Authority),-28} {(found.SpeaksIsapi ? "isapi " : "other ")} {what}{known}";
    }
}
