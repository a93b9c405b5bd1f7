using System.Globalization;
using Automation.Core.Model;
using Automation.Isapi.Documents;
using Automation.Isapi.Http;

namespace Automation.Isapi.Actions;

/// <summary>What stands in the way of arming: zones that are open or at fault, and the panel's own faults (isapi.md 1.2).</summary>
internal static class ArmObstacles
{
    /// <summary>More are not named; the first tell where to go.</summary>
    private const int MaxNamed = 8;

    /// <summary>E.g. <c>zone 3 (Back door) is open, ACLoss</c>; null when the panel tells nothing of it.</summary>
    public static async Task<string?> FindAsync(ActionCall call, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        string[] zones = [.. (await ZonesAsync(call, cancellationToken).ConfigureAwait(false)).Take(MaxNamed)];
        found.AddRange(zones);
        found.AddRange((await FaultsAsync(call, cancellationToken).ConfigureAwait(false)).Take(MaxNamed));
        return found.Count == 0 ? null : string.Join(", ", found);
    }

    private static async Task<IEnumerable<string>> ZonesAsync(ActionCall call, CancellationToken cancellationToken)
    {
        DeviceAnswer answer = await call.Calls.GetAsync("/SecurityCP/status/zones?format=json", cancellationToken).ConfigureAwait(false);
        return answer is { IsSuccess: true, Document: { } document } ? document.All("Zone").Select(z => Obstacle(call, z)).OfType<string>() : [];
    }

    private static string? Obstacle(ActionCall call, DeviceElement zone)
    {
        if (zone.IntOf("id") is not { } number || zone.BoolOf("bypassed") == true) return null;
        if (!call.On.IsDevice && zone.IntOf("subSystemNo") is { } area && area != call.Number && !zone.All("linkageSubSystem").Any(l => l.Text == BatchCall.Number(call))) return null;
        string? status = zone.TextOf("status");
        string? what = zone.BoolOf("magnetOpenStatus") == true || status == "trigger" ? "is open"
            : status is "offline" or "heartbeatAbnormal" or "breakDown" ? $"is {status}"
            : zone.BoolOf("tamperEvident") == true ? "is tampered"
            : zone.BoolOf("alarm") == true ? "is in alarm"
            : null;
        if (what is null) return null;
        string? name = call.Tools.Device.Resources.FirstOrDefault(r => r.Kind == "zone" && r.Address.Number == number)?.Name is { Length: > 0 } own ? own : zone.TextOf("name");
        return string.Create(CultureInfo.InvariantCulture, $"zone {number}{(name is null ? "" : $" ({(name.Length <= 64 ? name : name[..64])})")} {what}");
    }

    private static async Task<IEnumerable<string>> FaultsAsync(ActionCall call, CancellationToken cancellationToken)
    {
        // Behind a gateway 002 knows no such question.
        if (call.Tools.IsBehindReceiver) return [];
        string areas = call.On.IsDevice ? "" : string.Create(CultureInfo.InvariantCulture, $"{{\"SubSys\":{{\"id\":{call.Number}}}}}");
        DeviceContent body = DeviceContent.Json($"{{\"SubSysList\":[{areas}],\"operationStatus\":\"disArm\"}}");
        DeviceAnswer answer = await call.Calls.CallAsync(HttpMethod.Post, "/SecurityCP/status/systemFault?format=json", body, cancellationToken).ConfigureAwait(false);
        return answer is { IsSuccess: true, Document: { } document } ? document.All("Fault").Select(f => f.TextOf("info")).OfType<string>().Select(t => t.Length <= 64 ? t : t[..64]) : [];
    }
}
