using System.Globalization;
using Automation.Core.Model;
using Automation.Isapi.Http;

namespace Automation.Isapi.Actions;

/// <summary>Areas, zones, relays and sirens of a panel, in its JSON dialect (ACT-3, ACT-4, ACT-5; 002 §7.5–7.11).</summary>
internal static class PanelActions
{
    /// <summary>002 §7.5: every area at once.</summary>
    private const string AllAreas = "0xffffffff";

    private static string Area(ActionCall call) => call.On.IsDevice ? AllAreas : call.Number.ToString(CultureInfo.InvariantCulture);

    /// <summary><c>mode</c>: away or stay. An open zone is the device's refusal, told in its words.</summary>
    public static Task<ActionOutcome> ArmAsync(ActionCall call, CancellationToken cancellationToken) =>
        call.Parameters.WordOf("mode", "away", "away", "stay") is { } mode
            ? PutAsync(call, $"/SecurityCP/control/arm/{Area(call)}?ways={mode}&format=json", null, cancellationToken)
            : Task.FromResult(ActionParameters.Invalid("mode is away or stay"));

    public static Task<ActionOutcome> DisarmAsync(ActionCall call, CancellationToken cancellationToken) =>
        PutAsync(call, $"/SecurityCP/control/disarm/{Area(call)}?format=json", null, cancellationToken);

    public static Task<ActionOutcome> ClearAlarmAsync(ActionCall call, CancellationToken cancellationToken) =>
        PutAsync(call, $"/SecurityCP/control/clearAlarm/{Area(call)}?format=json", null, cancellationToken);

    public static Task<ActionOutcome> BypassZoneAsync(ActionCall call, CancellationToken cancellationToken) => PutAsync(call, "/SecurityCP/control/bypass?format=json", OneZone(call), cancellationToken);

    public static Task<ActionOutcome> RecoverZoneAsync(ActionCall call, CancellationToken cancellationToken) => PutAsync(call, "/SecurityCP/control/bypassRecover?format=json", OneZone(call), cancellationToken);

    private static string OneZone(ActionCall call) => string.Create(CultureInfo.InvariantCulture, $$$"""{"List":[{"id":{{{call.Number}}}}]}""");

    /// <summary><c>mode</c>: off, lidOnly or entirely; <c>permanent</c>: until changed, otherwise until the next disarming (002 A.37).</summary>
    public static Task<ActionOutcome> DeactivateZoneAsync(ActionCall call, CancellationToken cancellationToken)
    {
        if (call.Parameters.WordOf("mode", "entirely", "off", "lidOnly", "entirely") is not { } mode) return Task.FromResult(ActionParameters.Invalid("mode is off, lidOnly or entirely"));
        string property = call.Parameters.WordOf("permanent", "false", "true") is null ? "oneTimeDeactivationMode" : "deactivationMode";
        string body = string.Create(CultureInfo.InvariantCulture, $$$"""{"List":[{"id":{{{call.Number}}},"{{{property}}}":"{{{mode}}}"}]}""");
        return PutAsync(call, "/SecurityCP/control/deactivation?format=json", body, cancellationToken);
    }

    /// <summary>Open is on.</summary>
    public static Task<ActionOutcome> OpenRelayAsync(ActionCall call, CancellationToken cancellationToken) => RelayAsync(call, "open", cancellationToken);

    public static Task<ActionOutcome> CloseRelayAsync(ActionCall call, CancellationToken cancellationToken) => RelayAsync(call, "close", cancellationToken);

    private static Task<ActionOutcome> RelayAsync(ActionCall call, string state, CancellationToken cancellationToken) =>
        PutAsync(call, $"/SecurityCP/control/outputs/{call.Number}?format=json", $$$"""{"OutputsCtrl":{"switch":"{{{state}}}"}}""", cancellationToken);

    /// <summary><c>seconds</c> (1 to 3600): off again after it; without it the panel's own time counts.</summary>
    public static async Task<ActionOutcome> SirenOnAsync(ActionCall call, CancellationToken cancellationToken)
    {
        call.Later.Cancel(SirenKey(call));
        ActionOutcome outcome = (await SirenAsync(call, "open", cancellationToken).ConfigureAwait(false)).ToOutcome();
        if (outcome.Succeeded && call.Parameters.NumberOf("seconds") is not null)
        {
            call.Later.Schedule(SirenKey(call), TimeSpan.FromSeconds(call.Parameters.Within("seconds", 1, 3600, 60)), ct => SirenAsync(call, "close", ct));
        }

        return outcome;
    }

    public static async Task<ActionOutcome> SirenOffAsync(ActionCall call, CancellationToken cancellationToken)
    {
        call.Later.Cancel(SirenKey(call));
        return (await SirenAsync(call, "close", cancellationToken).ConfigureAwait(false)).ToOutcome();
    }

    private static string SirenKey(ActionCall call) => string.Create(CultureInfo.InvariantCulture, $"siren/{call.Number}");

    private static Task<DeviceAnswer> SirenAsync(ActionCall call, string state, CancellationToken cancellationToken) =>
        call.Calls.PutAsync($"/SecurityCP/control/siren/{call.Number}?format=json", DeviceContent.Json($$$"""{"SirenCtrl":{"switch":"{{{state}}}"}}"""), cancellationToken);

    private static async Task<ActionOutcome> PutAsync(ActionCall call, string path, string? json, CancellationToken cancellationToken) =>
        (await call.Calls.PutAsync(path, json is null ? null : DeviceContent.Json(json), cancellationToken).ConfigureAwait(false)).ToOutcome();
}
