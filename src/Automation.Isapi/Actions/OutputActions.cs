using System.Globalization;
using Automation.Core.Model;
using Automation.Isapi.Http;

namespace Automation.Isapi.Actions;

/// <summary>Alarm outputs and inputs (ACT-2, ACT-7; 003 §8.3).</summary>
internal static class OutputActions
{
    /// <summary>From this number on a port belongs to a proxied camera: channel × 100 + port (isapi.md 1.1).</summary>
    private const int FirstProxied = 100;

    /// <summary><c>state</c>: high or low; <c>pulseSeconds</c> (0.1 to 3600): back to low after it.</summary>
    public static async Task<ActionOutcome> TriggerAsync(ActionCall call, CancellationToken cancellationToken)
    {
        if (call.Parameters.WordOf("state", "high", "high", "low") is not { } state) return ActionParameters.Invalid("state is high or low");
        call.Later.Cancel(Key(call));
        ActionOutcome outcome = (await SetAsync(call, state, cancellationToken).ConfigureAwait(false)).ToOutcome();
        if (outcome.Succeeded && state == "high" && call.Parameters.NumberOf("pulseSeconds") is not null)
        {
            LowAfter(call, TimeSpan.FromSeconds(call.Parameters.Within("pulseSeconds", 0.1, 3600, 1)));
        }

        return outcome;
    }

    /// <summary><c>milliseconds</c>: 50 to 60 000, 1 000 when not given.</summary>
    public static async Task<ActionOutcome> PulseAsync(ActionCall call, CancellationToken cancellationToken)
    {
        ActionOutcome outcome = (await SetAsync(call, "high", cancellationToken).ConfigureAwait(false)).ToOutcome();
        if (outcome.Succeeded) LowAfter(call, TimeSpan.FromMilliseconds(call.Parameters.Within("milliseconds", 50, 60_000, 1000)));
        return outcome;
    }

    private static string Key(ActionCall call) => string.Create(CultureInfo.InvariantCulture, $"output/{call.Number}");

    private static void LowAfter(ActionCall call, TimeSpan length) => call.Later.Schedule(Key(call), length, ct => SetAsync(call, "low", ct));

    private static Task<DeviceAnswer> SetAsync(ActionCall call, string state, CancellationToken cancellationToken)
    {
        string folder = call.Number >= FirstProxied ? "/ContentMgmt/IOProxy" : "/System/IO";
        string body = $"<IOPortData version=\"2.0\" xmlns=\"http://www.isapi.org/ver20/XMLSchema\"><outputState>{state}</outputState></IOPortData>";
        return call.Calls.PutAsync(string.Create(CultureInfo.InvariantCulture, $"{folder}/outputs/{call.Number}/trigger"), DeviceContent.Xml(body), cancellationToken);
    }

    public static Task<ActionOutcome> ArmInputAsync(ActionCall call, CancellationToken cancellationToken) => SetInputAsync(call, "true", cancellationToken);

    public static Task<ActionOutcome> DisarmInputAsync(ActionCall call, CancellationToken cancellationToken) => SetInputAsync(call, "false", cancellationToken);

    private static async Task<ActionOutcome> SetInputAsync(ActionCall call, string enabled, CancellationToken cancellationToken)
    {
        string folder = call.Number >= FirstProxied ? "/ContentMgmt/IOProxy" : "/System/IO";
        return (await call.Calls.ModifyAsync($"{folder}/inputs/{call.Number}", x => x.Set(enabled, "enabled"), cancellationToken).ConfigureAwait(false)).ToOutcome();
    }
}
