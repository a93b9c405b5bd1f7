using System.Collections.Immutable;
using System.Globalization;
using Automation.Isapi.Documents;
using Automation.Isapi.Http;

namespace Automation.Isapi.Diagnosis;

/// <summary>Where a device pushes its events to: cameras have three slots, recorders one (isapi.md 1.1).</summary>
internal static class PushSlots
{
    public const string Path = "/Event/notification/httpHosts";

    private const int MaxSlots = 16;

    public static async Task<ImmutableArray<PushSlot>> ReadAsync(DeviceQuestions questions, Uri? ours, CancellationToken cancellationToken)
    {
        DeviceElement? document = (await questions.AskAsync(HttpMethod.Get, Path, null, cancellationToken).ConfigureAwait(false))?.Document;
        if (document is null) return [];
        IEnumerable<DeviceElement> hosts = document.Is("HttpHostNotification") ? [document] : document.All("HttpHostNotification");
        return [.. hosts.Take(MaxSlots).Select(h => Read(h, ours))];
    }

    private static PushSlot Read(DeviceElement host, Uri? ours)
    {
        int id = host.IntOf("id") ?? 0;
        string name = host.TextOf("hostName") ?? host.TextOf("ipAddress") ?? host.TextOf("ipv6Address") ?? "";
        string path = host.TextOf("url") ?? "/";
        // Some firmwares take the whole address in url.
        if (path.Contains("://", StringComparison.Ordinal)) return new PushSlot(id, path, ours is null ? null : Uri.TryCreate(path, UriKind.Absolute, out Uri? whole) && IsOurs(whole, ours));
        if (name.Length == 0 || name == "0.0.0.0") return new PushSlot(id, "", false);
        string scheme = (host.TextOf("protocolType") ?? "HTTP").ToLowerInvariant();
        string text = string.Create(CultureInfo.InvariantCulture, $"{scheme}://{name}:{host.IntOf("portNo") ?? 80}{(path.StartsWith('/') ? path : "/" + path)}");
        return new PushSlot(id, text, ours is null ? null : Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && IsOurs(url, ours));
    }

    private static bool IsOurs(Uri slot, Uri ours) =>
        slot.Host.Equals(ours.Host, StringComparison.OrdinalIgnoreCase) && slot.Port == ours.Port && slot.AbsolutePath.StartsWith(ours.AbsolutePath, StringComparison.Ordinal);
}
