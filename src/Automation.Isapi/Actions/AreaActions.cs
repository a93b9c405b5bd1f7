using System.Globalization;
using System.Text;
using Automation.Core.Model;
using Automation.Isapi.Actions.Effects;
using Automation.Isapi.Http;

namespace Automation.Isapi.Actions;

/// <summary>Areas of a panel, one, several or all (ACT-3; 002 §7.5, §7.9, §7.10; isapi.md 1.2).</summary>
internal static class AreaActions
{
    /// <summary>002 §7.5: every area at once.</summary>
    private const string AllAreas = "0xffffffff";

    /// <summary><c>mode</c>: away or stay. An area with an exit delay is <c>arming</c> first; an open zone is the panel's refusal, told with the zones and what else is in the way.</summary>
    public static async Task<ActionResult[]> ArmAsync(IReadOnlyList<ActionCall> calls, CancellationToken cancellationToken)
    {
        string mode = calls[0].Word("mode");
        ActionResult[] results = await ControlAsync(calls, "arm", mode, "arming", mode, cancellationToken).ConfigureAwait(false);
        for (int i = 0; i < results.Length; i++)
        {
            if (results[i].Outcome is { Reason: ActionReason.Refused, Seen: null } refused)
            {
                string? why = await ArmObstacles.FindAsync(calls[i], cancellationToken).ConfigureAwait(false);
                results[i] = refused with { Seen = why };
            }
        }

        return results;
    }

    public static Task<ActionResult[]> DisarmAsync(IReadOnlyList<ActionCall> calls, CancellationToken cancellationToken) =>
        ControlAsync(calls, "disarm", null, "arming", "disarm", cancellationToken);

    public static Task<ActionResult[]> ClearAlarmAsync(IReadOnlyList<ActionCall> calls, CancellationToken cancellationToken) =>
        ControlAsync(calls, "clearAlarm", null, "alarm", false, cancellationToken);

    private static async Task<ActionResult[]> ControlAsync(IReadOnlyList<ActionCall> calls, string command, string? mode, string property, DataValue expected, CancellationToken cancellationToken)
    {
        // The list of areas is what panels of today take (isapi.md 1.2); a gateway is documented for one or all.
        bool list = calls.Count > 1 && !calls[0].Tools.IsBehindReceiver && calls.All(c => !c.On.IsDevice);
        ActionOutcome[] outcomes = list
            ? await BatchCall.DoAsync(calls, All, One, BatchCall.Number).ConfigureAwait(false)
            : await BatchCall.EachAsync(calls, One).ConfigureAwait(false);
        return StateProbe.For(calls, outcomes, property, _ => expected, command == "arm" ? "arming" : null);

        Task<DeviceAnswer> One(ActionCall call)
        {
            string id = call.On.IsDevice ? AllAreas : BatchCall.Number(call);
            string ways = mode is null ? "" : $"ways={mode}&";
            return call.Calls.PutAsync($"/SecurityCP/control/{command}/{id}?{ways}format=json", null, cancellationToken);
        }

        Task<DeviceAnswer> All()
        {
            var body = new StringBuilder("{\"SubSysList\":[");
            for (int i = 0; i < calls.Count; i++)
            {
                if (i > 0) body.Append(',');
                body.Append(CultureInfo.InvariantCulture, $"{{\"SubSys\":{{\"id\":{calls[i].Number}");
                if (mode is not null) body.Append(CultureInfo.InvariantCulture, $",\"armType\":\"{mode}\"");
                body.Append("}}");
            }

            return calls[0].Calls.PutAsync($"/SecurityCP/control/{command}?format=json", DeviceContent.Json(body.Append("]}").ToString()), cancellationToken);
        }
    }
}
