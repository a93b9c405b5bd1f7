using System.Globalization;
using Automation.Core.Model;
using Automation.Isapi.Actions.Effects;
using Automation.Isapi.Http;

namespace Automation.Isapi.Actions;

/// <summary>Sirens of a panel (ACT-7; isapi.md 1.2).</summary>
internal static class SirenActions
{
    /// <summary><c>seconds</c>: off again after it; without it the panel's own time counts.</summary>
    public static async Task<ActionResult> OnAsync(ActionCall call, CancellationToken cancellationToken)
    {
        call.Tools.Later.Cancel(Key(call));
        DeviceAnswer answer = await SetAsync(call, "open", cancellationToken).ConfigureAwait(false);
        if (answer.IsSuccess && call.Has("seconds")) call.Tools.Later.Schedule(Key(call), TimeSpan.FromSeconds(call.Decimal("seconds")), ct => SetAsync(call, "close", ct));
        return ActionResult.Of(answer, () => StateProbe.Of(call, "on", true));
    }

    public static async Task<ActionResult> OffAsync(ActionCall call, CancellationToken cancellationToken)
    {
        call.Tools.Later.Cancel(Key(call));
        return ActionResult.Of(await SetAsync(call, "close", cancellationToken).ConfigureAwait(false), () => StateProbe.Of(call, "on", false));
    }

    private static string Key(ActionCall call) => string.Create(CultureInfo.InvariantCulture, $"siren/{call.Number}");

    private static Task<DeviceAnswer> SetAsync(ActionCall call, string state, CancellationToken cancellationToken) =>
        call.Calls.PutAsync(string.Create(CultureInfo.InvariantCulture, $"/SecurityCP/control/siren/{call.Number}?format=json"), DeviceContent.Json($"{{\"SirenCtrl\":{{\"switch\":\"{state}\"}}}}"), cancellationToken);
}
