using System.Globalization;
using Automation.Core.Model;
using Automation.Isapi.Documents;
using Automation.Isapi.Http;

namespace Automation.Isapi.Discovery;

/// <summary>The devices a receiver gateway manages, page by page (002 §7.2, A.40, A.41).</summary>
internal static class ReceiverList
{
    /// <summary>Devices a receiver tells in one answer.</summary>
    private const int PageSize = 50;

    public const string Path = "/ContentMgmt/DeviceMgmt/deviceList?format=json";

    /// <param name="DevIndex">The receiver's index of it; what it is reached by.</param>
    /// <param name="Kind">One of <see cref="DeviceKinds"/>, as far as the receiver tells.</param>
    public sealed record Entry(string DevIndex, string Name, string Serial, string Model, string Firmware, string Kind, bool Online)
    {
        /// <summary>What the device says of itself, and where it says nothing, what the receiver says of it.</summary>
        public DataObject Complete(DataObject identity)
        {
            var said = new List<KeyValuePair<string, DataValue>>();
            void Say(string name, string value)
            {
                if (value.Length > 0 && identity[name].Text.Length == 0) said.Add(new(name, value));
            }

            Say("serialNumber", Serial);
            Say("model", Model);
            Say("firmware", Firmware);
            Say("deviceName", Name);
            return identity.Merge(DataObject.From(said));
        }
    }

    /// <summary>The devices, one each, and whether the list came to its end; null when it is no receiver.</summary>
    /// <param name="ask">Posts a condition to <see cref="Path"/>; null when it is refused.</param>
    /// <param name="maxDevices">More are left out.</param>
    public static async Task<(IReadOnlyList<Entry> Entries, bool Whole)?> ReadAsync(Func<DeviceContent, Task<DeviceElement?>> ask, int maxDevices)
    {
        var entries = new Dictionary<string, Entry>(StringComparer.OrdinalIgnoreCase);
        int position = 0;
        while (true)
        {
            string condition = string.Create(CultureInfo.InvariantCulture, $$$"""{ "SearchDescription": { "position": {{{position}}}, "maxResult": {{{PageSize}}}, "Filter": {} } }""");
            DeviceElement? page = await ask(DeviceContent.Json(condition)).ConfigureAwait(false);
            if (page is null) return position == 0 ? null : ([.. entries.Values], false);
            DeviceElement result = page.Find("SearchResult") ?? page;
            DeviceElement[] found = [.. result.All("Device")];
            int before = entries.Count;
            foreach (DeviceElement device in found)
            {
                if (Read(device) is { } entry && entries.Count < maxDevices) entries.TryAdd(entry.DevIndex, entry);
            }

            position += found.Length;
            if (entries.Count >= maxDevices) return ([.. entries.Values], false);
            // A receiver that answers the same page for ever brings nothing new.
            if (found.Length == 0 || entries.Count == before || position >= (result.IntOf("totalMatches") ?? 0)) return ([.. entries.Values], true);
        }
    }

    private static Entry? Read(DeviceElement device)
    {
        if (device.TextOf("devIndex") is not { Length: <= 64 } index) return null;
        return new Entry(
            index, Survey.Clean(device.TextOf("devName")), Survey.Clean(device.TextOf("devSerial")), Survey.Clean(device.TextOf("devMode")), Survey.Clean(device.TextOf("devVersion")),
            KindOf(device.IntOf("devType"), device.IntOf("devSource")), device.TextOf("devStatus") is null or "online");
    }

    /// <summary>002 A.41: <c>devType</c>, and <c>devSource</c> of receivers that tell no type.</summary>
    private static string KindOf(int? type, int? source) => type switch
    {
        0 => "security-panel",
        1 => "nvr",
        2 => "access-controller",
        3 => "radar",
        4 => "ip-speaker",
        _ => source switch
        {
            0 or 3 or 7 => "security-panel",
            1 or 4 => "nvr",
            5 => "access-controller",
            6 => "radar",
            8 => "ip-speaker",
            _ => "camera",
        },
    };
}
