using System.Globalization;
using Automation.Isapi.Documents;
using Automation.Isapi.Http;

namespace Automation.Isapi.Devices;

/// <summary>Reads which devices a receiver gateway has and which of them are there (002 §7.2, A.40, A.41), page by page.</summary>
internal static class GatewayList
{
    private const int PageSize = 50;

    /// <summary>A receiver has at most some thousand devices; a list that never ends is none.</summary>
    private const int MaxPages = 200;

    /// <summary>devIndex and whether it is online; null when the gateway gives no list.</summary>
    public static async Task<Dictionary<string, bool>?> ReadAsync(DeviceCalls calls, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, bool>(StringComparer.OrdinalIgnoreCase);
        int position = 0;
        for (int page = 0; page < MaxPages; page++)
        {
            string search = string.Create(CultureInfo.InvariantCulture, $$$$"""{"SearchDescription":{"position":{{{{position}}}},"maxResult":{{{{PageSize}}}}}}""");
            DeviceAnswer answer = await calls.CallAsync(HttpMethod.Post, "/ContentMgmt/DeviceMgmt/deviceList?format=json", DeviceContent.Json(search), cancellationToken).ConfigureAwait(false);
            if (!answer.IsSuccess || (answer.Document?.Child("SearchResult") ?? answer.Document) is not { } result) return null;
            int count = 0;
            foreach (DeviceElement device in result.All("Device"))
            {
                count++;
                // A device whose status the gateway does not say is taken for one that is there.
                if (device.TextOf("devIndex") is { } index) found[index] = !string.Equals(device.TextOf("devStatus"), "offline", StringComparison.OrdinalIgnoreCase);
            }

            position += count;
            if (count == 0 || position >= (result.IntOf("totalMatches") ?? 0)) return found;
        }

        return found;
    }
}
