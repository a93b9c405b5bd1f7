using System.Globalization;
using Automation.Core.Model;
using Automation.Isapi.Actions.Effects;
using Automation.Isapi.Http;

namespace Automation.Isapi.Actions;

/// <summary>Zones of a panel, always as a list (ACT-4; 002 §7.6–7.8, A.36, A.37).</summary>
internal static class ZoneActions
{
    public static Task<ActionResult[]> BypassAsync(IReadOnlyList<ActionCall> calls, CancellationToken cancellationToken) => ListAsync(calls, "bypass", "", "bypassed", true, cancellationToken);

    public static Task<ActionResult[]> RecoverAsync(IReadOnlyList<ActionCall> calls, CancellationToken cancellationToken) => ListAsync(calls, "bypassRecover", "", "bypassed", false, cancellationToken);

    /// <summary><c>mode</c>: off, lidOnly or entirely; <c>permanent</c>: until changed, otherwise until the next disarming (002 A.37).</summary>
    public static Task<ActionResult[]> DeactivateAsync(IReadOnlyList<ActionCall> calls, CancellationToken cancellationToken)
    {
        string mode = calls[0].Word("mode");
        (string wire, string property) = calls[0].Flag("permanent") ? ("deactivationMode", "deactivation") : ("oneTimeDeactivationMode", "oneTimeDeactivation");
        return ListAsync(calls, "deactivation", $",\"{wire}\":\"{mode}\"", property, mode, cancellationToken);
    }

    private static async Task<ActionResult[]> ListAsync(IReadOnlyList<ActionCall> calls, string command, string more, string property, DataValue expected, CancellationToken cancellationToken)
    {
        ActionOutcome[] outcomes = await BatchCall.DoAsync(calls, () => PutAsync(calls), c => OneAsync(c), BatchCall.Number).ConfigureAwait(false);
        return StateProbe.For(calls, outcomes, property, _ => expected, underWay: null);

        Task<DeviceAnswer> PutAsync(IReadOnlyList<ActionCall> zones)
        {
            string list = string.Join(',', zones.Select(c => string.Create(CultureInfo.InvariantCulture, $"{{\"id\":{c.Number}{more}}}")));
            return calls[0].Calls.PutAsync($"/SecurityCP/control/{command}?format=json", DeviceContent.Json($"{{\"List\":[{list}]}}"), cancellationToken);
        }

        // Panels without the list have a path for each zone (isapi.md 1.2); a deactivation is a list always.
        async Task<DeviceAnswer> OneAsync(ActionCall call)
        {
            if (command == "deactivation" || call.Tools.IsBehindReceiver) return await PutAsync([call]).ConfigureAwait(false);
            (DeviceAnswer answer, _) = await Answers.FirstThatIsThereAsync(
                () => PutAsync([call]),
                () => call.Calls.PutAsync(string.Create(CultureInfo.InvariantCulture, $"/SecurityCP/control/{command}/{call.Number}?format=json"), null, cancellationToken)).ConfigureAwait(false);
            return answer;
        }
    }
}
