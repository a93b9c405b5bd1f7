using System.Globalization;
using Automation.Core.Model;
using Automation.Isapi.Actions.Effects;
using Automation.Isapi.Http;

namespace Automation.Isapi.Actions;

/// <summary>Relays of a panel, by number or by serial number (ACT-5; 002 §7.11, A.38, A.1). Open is on.</summary>
internal static class RelayActions
{
    public static Task<ActionResult[]> OpenAsync(IReadOnlyList<ActionCall> calls, CancellationToken cancellationToken) => SwitchAsync(calls, true, cancellationToken);

    public static Task<ActionResult[]> CloseAsync(IReadOnlyList<ActionCall> calls, CancellationToken cancellationToken) => SwitchAsync(calls, false, cancellationToken);

    private static async Task<ActionResult[]> SwitchAsync(IReadOnlyList<ActionCall> calls, bool on, CancellationToken cancellationToken)
    {
        string word = on ? "open" : "close";
        ActionOutcome[] outcomes = calls.Count == 1 && Serial(calls[0]) is null && !calls[0].Tools.IsBehindReceiver
            ? [await OneAsync(calls[0]).ConfigureAwait(false)]
            : await BatchCall.DoAsync(calls, () => PostAsync(calls), c => Serial(c) is null && !c.Tools.IsBehindReceiver ? PutAsync(c) : PostAsync([c]), Identity).ConfigureAwait(false);
        return StateProbe.For(calls, outcomes, "on", _ => on, underWay: null);

        // 002 knows the list alone; panels that are asked directly have a path for each relay as well (isapi.md 1.2).
        async Task<ActionOutcome> OneAsync(ActionCall call)
        {
            (DeviceAnswer answer, _) = await Answers.FirstThatIsThereAsync(() => PutAsync(call), () => PostAsync([call])).ConfigureAwait(false);
            return answer.ToOutcome();
        }

        Task<DeviceAnswer> PutAsync(ActionCall call) =>
            call.Calls.PutAsync(string.Create(CultureInfo.InvariantCulture, $"/SecurityCP/control/outputs/{call.Number}?format=json"), DeviceContent.Json($"{{\"OutputsCtrl\":{{\"switch\":\"{word}\"}}}}"), cancellationToken);

        Task<DeviceAnswer> PostAsync(IReadOnlyList<ActionCall> relays)
        {
            string list = string.Join(',', relays.Select(r => Serial(r) is { } serial ? $"{{\"seq\":{System.Text.Json.JsonSerializer.Serialize(serial)}}}" : string.Create(CultureInfo.InvariantCulture, $"{{\"id\":{r.Number}}}")));
            return calls[0].Calls.CallAsync(HttpMethod.Post, "/SecurityCP/control/outputs?format=json", DeviceContent.Json($"{{\"OutputsCtrl\":{{\"switch\":\"{word}\",\"List\":[{list}]}}}}"), cancellationToken);
        }
    }

    /// <summary>002 A.38: a relay that the site file gives a serial number is controlled by it.</summary>
    private static string? Serial(ActionCall call) => call.Resource?.Serial;

    private static string Identity(ActionCall call) => Serial(call) ?? BatchCall.Number(call);
}
