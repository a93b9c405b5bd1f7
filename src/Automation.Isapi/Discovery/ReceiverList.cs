using System.Globalization;
using Automation.Core.Model;
using Automation.Isapi.Documents;
using Automation.Isapi.Http;

namespace Automation.Isapi.Discovery;

/// <summary>The devices a receiver gateway manages, page by page (002 §7.2, A.40, A.41).</summary>
internal static class ReceiverList
{
    private const string Path = "/ContentMgmt/DeviceMgmt/deviceList?format=json";

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

    /// <summary>Null when it is no receiver.</summary>
    public static async Task<IReadOnlyList<Entry>?> ReadAsync(Survey survey, CancellationToken cancellationToken)
    {
        DiscoveryLimits limits = survey.Limits;
        var entries = new Dictionary<string, Entry>(StringComparer.Ordinal);
        int position = 0;
        while (true)
        {
            string condition = string.Create(CultureInfo.InvariantCulture, $$$"""{ "SearchDescription": { "position": {{{position}}}, "maxResult": {{{limits.ReceiverPage}}}, "Filter": {} } }""");
            DeviceElement? page = await survey.AskAsync(Path, cancellationToken, HttpMethod.Post, DeviceContent.Json(condition)).ConfigureAwait(false);
            if (page is null) return position == 0 ? null : [.. entries.Values];
            DeviceElement result = page.Find("SearchResult") ?? page;
            DeviceElement[] found = [.. result.All("Device")];
            int before = entries.Count;
            foreach (DeviceElement device in found)
            {
                if (Read(device) is { } entry && entries.Count < limits.MaxBehindReceiver) entries.TryAdd(entry.DevIndex, entry);
            }

            position += found.Length;
            if (entries.Count >= limits.MaxBehindReceiver)
            {
                survey.Note($"Only the first {limits.MaxBehindReceiver} devices of the receiver were taken.");
                return [.. entries.Values];
            }

            // A receiver that answers the same page for ever brings nothing new.
            if (found.Length == 0 || entries.Count == before || position >= (result.IntOf("totalMatches") ?? 0)) return [.. entries.Values];
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
