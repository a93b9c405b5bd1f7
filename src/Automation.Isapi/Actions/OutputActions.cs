using System.Globalization;
using Automation.Core.Model;
using Automation.Isapi.Actions.Effects;
using Automation.Isapi.Http;

namespace Automation.Isapi.Actions;

/// <summary>Alarm outputs and inputs, the device's own and those of cameras behind it (ACT-2, ACT-7; 003 §8.3).</summary>
internal static class OutputActions
{
    /// <summary>From this number on a port belongs to a proxied camera: channel × 100 + port (isapi.md 1.1).</summary>
    private const int FirstProxied = 100;

    private static readonly TimeSpan DefaultPulse = TimeSpan.FromSeconds(1);

    /// <summary><c>state</c>: high, low or pulse (high, and low again); <c>pulseSeconds</c>: back to low after it.</summary>
    public static Task<ActionResult> TriggerAsync(ActionCall call, CancellationToken cancellationToken)
    {
        string state = call.Word("state");
        if (state == "low") return SetAsync(call, "low", null, cancellationToken);
        TimeSpan? pulse = call.Has("pulseSeconds") ? TimeSpan.FromSeconds(call.Decimal("pulseSeconds")) : state == "pulse" ? DefaultPulse : null;
        return SetAsync(call, "high", pulse, cancellationToken);
    }

    /// <summary>High for <c>milliseconds</c>.</summary>
    public static Task<ActionResult> PulseAsync(ActionCall call, CancellationToken cancellationToken) => SetAsync(call, "high", TimeSpan.FromMilliseconds(call.Decimal("milliseconds")), cancellationToken);

    /// <summary>A device knows high and low (003 §8.3.8); the end of a pulse is asked for by itself.</summary>
    private static async Task<ActionResult> SetAsync(ActionCall call, string state, TimeSpan? pulse, CancellationToken cancellationToken)
    {
        string key = string.Create(CultureInfo.InvariantCulture, $"output/{call.Number}");
        call.Tools.Later.Cancel(key);
        DeviceAnswer answer = await PutAsync(state, cancellationToken).ConfigureAwait(false);
        if (answer.IsSuccess && pulse is { } length) call.Tools.Later.Schedule(key, length, ct => PutAsync("low", ct));
        return ActionResult.Of(answer, () => StateProbe.Of(call, "active", state == "high", fleeting: pulse is not null));

        async Task<DeviceAnswer> PutAsync(string to, CancellationToken token)
        {
            string path = string.Create(CultureInfo.InvariantCulture, $"{Folder(call)}/outputs/{call.Number}/trigger");
            DeviceContent body = call.Xml("IOPortData", $"<outputState>{to}</outputState>");
            return (await Answers.FirstThatIsThereAsync([.. call.Forms(path).Select(p => (Func<Task<DeviceAnswer>>)(() => call.Calls.PutAsync(p, body, token)))]).ConfigureAwait(false)).Answer;
        }
    }

    public static Task<ActionResult> ArmInputAsync(ActionCall call, CancellationToken cancellationToken) => SetInputAsync(call, "true", cancellationToken);

    public static Task<ActionResult> DisarmInputAsync(ActionCall call, CancellationToken cancellationToken) => SetInputAsync(call, "false", cancellationToken);

    private static Task<ActionResult> SetInputAsync(ActionCall call, string enabled, CancellationToken cancellationToken) =>
        Settings.SetAsync(call, [string.Create(CultureInfo.InvariantCulture, $"{Folder(call)}/inputs/{call.Number}")], [new Setting(enabled, "enabled")], cancellationToken);

    private static string Folder(ActionCall call) => call.Number >= FirstProxied ? "/ContentMgmt/IOProxy" : "/System/IO";
}
