using System.Globalization;
using Automation.Core.Model;
using Automation.Isapi.Http;

namespace Automation.Isapi.Actions;

/// <summary>Pictures, recordings and settings of a channel (ACT-1).</summary>
internal static class CameraActions
{
    /// <summary>ACT-1: a recording lasts 30 s when the rule does not say.</summary>
    private const double DefaultRecordSeconds = 30;

    private static string Track(ActionCall call) => string.Create(CultureInfo.InvariantCulture, $"{call.Number}01");

    /// <summary>Starts a manual recording and stops it after <c>seconds</c> (2 to 3600); asked again meanwhile, it lasts longer.</summary>
    public static async Task<ActionOutcome> RecordAsync(ActionCall call, CancellationToken cancellationToken)
    {
        string track = Track(call);
        DeviceAnswer started = await call.Calls.PutAsync($"/ContentMgmt/record/control/manual/start/tracks/{track}", null, cancellationToken).ConfigureAwait(false);
        ActionOutcome outcome = started.ToOutcome();
        if (!outcome.Succeeded) return outcome;
        TimeSpan length = TimeSpan.FromSeconds(call.Parameters.Within("seconds", 2, 3600, DefaultRecordSeconds));
        call.Later.Schedule("record/" + track, length, ct => call.Calls.PutAsync($"/ContentMgmt/record/control/manual/stop/tracks/{track}", null, ct));
        return outcome;
    }

    /// <summary>Takes a picture; errors come as HTTP 200 with a status document (isapi.md 1.1), 6 there means the proxied form.</summary>
    public static async Task<ActionOutcome> CaptureAsync(ActionCall call, CancellationToken cancellationToken)
    {
        DeviceAnswer answer = await Picture($"/Streaming/channels/{Track(call)}/picture").ConfigureAwait(false);
        bool useProxy = answer.Failure == CallFailure.None && !answer.IsPicture && (answer.ResponseStatus?.StatusCode is 4 or 6 || answer.Status is 403 or 404);
        if (useProxy)
        {
            DeviceAnswer proxied = await Picture($"/ContentMgmt/StreamingProxy/channels/{Track(call)}/picture").ConfigureAwait(false);
            if (proxied.IsPicture) answer = proxied;
        }

        if (answer.Failure != CallFailure.None || !answer.IsPicture || answer.Status is < 200 or >= 300)
        {
            ActionOutcome failed = answer.ToOutcome();
            return failed.Succeeded ? ActionOutcome.Failed(ActionReason.BadAnswer, retrySafe: true, "the answer is no picture") : failed;
        }

        call.Pictures?.PictureTaken(call.On, answer.ContentType ?? "image/jpeg", answer.Body);
        return ActionOutcome.Done();

        Task<DeviceAnswer> Picture(string path) => call.Calls.CallAsync(HttpMethod.Get, path, null, cancellationToken, call.MaxPictureBytes);
    }

    public static Task<ActionOutcome> ArmAsync(ActionCall call, CancellationToken cancellationToken) => SetNotificationAsync(call, true, cancellationToken);

    public static Task<ActionOutcome> DisarmAsync(ActionCall call, CancellationToken cancellationToken) => SetNotificationAsync(call, false, cancellationToken);

    /// <summary>Armed: the channel's events reach the centre. One-key disarming takes that away without touching the detection (isapi.md 1.1).</summary>
    private static async Task<ActionOutcome> SetNotificationAsync(ActionCall call, bool armed, CancellationToken cancellationToken)
    {
        string disturbed = armed ? "false" : "true";
        string body = string.Create(CultureInfo.InvariantCulture,
            $$$"""{"disturbChannelList":[{"channelID":{{{call.Number}}},"disturbEnabled":{{{disturbed}}},"disturbNotificationList":[{"notificationMethod":"center"}]}]}""");
        DeviceAnswer answer = await call.Calls.PutAsync("/System/status/disturbParams?format=json", DeviceContent.Json(body), cancellationToken).ConfigureAwait(false);
        ActionOutcome outcome = answer.ToOutcome();
        if (outcome.Reason is not (ActionReason.NotSupported or ActionReason.Refused)) return outcome;

        // A camera without it: its motion detection is switched, which is what arming meant before.
        DeviceAnswer direct = await call.Calls.ModifyAsync($"/System/Video/inputs/channels/{call.Number}/motionDetection", x => x.Set(armed ? "true" : "false", "enabled"), cancellationToken).ConfigureAwait(false);
        return direct.Status is 403 or 404 or 501
            ? (await call.Calls.ModifyAsync($"/ContentMgmt/InputProxy/channels/{call.Number}/video/motionDetection", x => x.Set(armed ? "true" : "false", "enabled"), cancellationToken).ConfigureAwait(false)).ToOutcome()
            : direct.ToOutcome();
    }

    public static Task<ActionOutcome> EnablePrivacyMaskAsync(ActionCall call, CancellationToken cancellationToken) => SetPrivacyMaskAsync(call, "true", cancellationToken);

    public static Task<ActionOutcome> DisablePrivacyMaskAsync(ActionCall call, CancellationToken cancellationToken) => SetPrivacyMaskAsync(call, "false", cancellationToken);

    private static async Task<ActionOutcome> SetPrivacyMaskAsync(ActionCall call, string enabled, CancellationToken cancellationToken)
    {
        DeviceAnswer direct = await call.Calls.ModifyAsync($"/System/Video/inputs/channels/{call.Number}/privacyMask", x => x.Set(enabled, "enabled"), cancellationToken).ConfigureAwait(false);
        if (direct.Status is not (403 or 404 or 501)) return direct.ToOutcome();
        return (await call.Calls.ModifyAsync($"/ContentMgmt/InputProxy/channels/{call.Number}/video/privacyMask", x => x.Set(enabled, "enabled"), cancellationToken).ConfigureAwait(false)).ToOutcome();
    }

    /// <summary><c>mode</c>: day, night or auto.</summary>
    public static async Task<ActionOutcome> IrCutAsync(ActionCall call, CancellationToken cancellationToken)
    {
        if (call.Parameters.WordOf("mode", "auto", "day", "night", "auto") is not { } mode) return ActionParameters.Invalid("mode is day, night or auto");
        return (await call.Calls.ModifyAsync($"/Image/channels/{call.Number}/IrcutFilter", x => x.Set(mode, "IrcutFilterType"), cancellationToken).ConfigureAwait(false)).ToOutcome();
    }

    public static async Task<ActionOutcome> KeyFrameAsync(ActionCall call, CancellationToken cancellationToken) =>
        (await call.Calls.PutAsync($"/Streaming/channels/{Track(call)}/requestKeyFrame", null, cancellationToken).ConfigureAwait(false)).ToOutcome();
}
