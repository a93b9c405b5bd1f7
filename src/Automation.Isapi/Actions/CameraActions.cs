using System.Globalization;
using Automation.Core.Model;
using Automation.Isapi.Actions.Effects;
using Automation.Isapi.Documents;
using Automation.Isapi.Http;

namespace Automation.Isapi.Actions;

/// <summary>Pictures, recordings and settings of a channel (ACT-1; Table 6-7, 003 §8.4, §8.9, §8.14).</summary>
internal static class CameraActions
{
    private static string Track(ActionCall call) => string.Create(CultureInfo.InvariantCulture, $"{call.Number}01");

    /// <summary>Starts a manual recording and stops it after <c>seconds</c>; asked again meanwhile, it lasts longer. What the device keeps from before is its own setting (Table 6-7: 5 s; <c>setRecordSchedule</c>).</summary>
    public static async Task<ActionResult> RecordAsync(ActionCall call, CancellationToken cancellationToken)
    {
        string track = Track(call);
        DeviceAnswer started = await call.Calls.PutAsync($"/ContentMgmt/record/control/manual/start/tracks/{track}", null, cancellationToken).ConfigureAwait(false);
        if (started.IsSuccess)
        {
            call.Tools.Later.Schedule("record/" + track, TimeSpan.FromSeconds(call.Decimal("seconds")), ct => call.Calls.PutAsync($"/ContentMgmt/record/control/manual/stop/tracks/{track}", null, ct));
        }

        return started.ToOutcome();
    }

    /// <summary>Takes a picture; errors come as HTTP 200 with a status document, 6 there means the proxied form, 3 another try (isapi.md 1.1).</summary>
    public static async Task<ActionResult> CaptureAsync(ActionCall call, CancellationToken cancellationToken)
    {
        DeviceAnswer answer = await Picture($"/Streaming/channels/{Track(call)}/picture").ConfigureAwait(false);
        bool useProxy = answer.Failure == CallFailure.None && !answer.IsPicture && (answer.ResponseStatus?.StatusCode is 4 or 6 || answer.Status is 400 or 403 or 404 or 500);
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

        call.Tools.Pictures?.PictureTaken(call.On, answer.ContentType ?? "image/jpeg", answer.Body);
        return ActionOutcome.Done(string.Create(CultureInfo.InvariantCulture, $"HTTP {answer.Status}")) with { Effect = ActionEffect.Confirmed };

        Task<DeviceAnswer> Picture(string path) => call.Calls.CallAsync(HttpMethod.Get, path, null, cancellationToken, call.Tools.MaxPictureBytes);
    }

    public static Task<ActionResult> ArmAsync(ActionCall call, CancellationToken cancellationToken) => SetNotificationAsync(call, true, cancellationToken);

    public static Task<ActionResult> DisarmAsync(ActionCall call, CancellationToken cancellationToken) => SetNotificationAsync(call, false, cancellationToken);

    /// <summary>Armed: the channel's events reach the centre (Table 6-7). One-key disarming takes that away without touching the detection (isapi.md 1.1).</summary>
    private static async Task<ActionResult> SetNotificationAsync(ActionCall call, bool armed, CancellationToken cancellationToken)
    {
        const string path = "/System/status/disturbParams?format=json";
        string disturbed = armed ? "false" : "true";
        string body = string.Create(CultureInfo.InvariantCulture,
            $$$"""{"disturbChannelList":[{"channelID":{{{call.Number}}},"disturbEnabled":{{{disturbed}}},"disturbNotificationList":[{"notificationMethod":"center"}]}]}""");
        DeviceAnswer answer = await call.Calls.PutAsync(path, DeviceContent.Json(body), cancellationToken).ConfigureAwait(false);
        if (!answer.IsMissing())
        {
            return ActionResult.Of(answer, () => new ReadBackProbe(call, path, "disturbEnabled", disturbed, d => d.All("disturbChannelList").FirstOrDefault(c => c.IntOf("channelID") == call.Number)?.TextOf("disturbEnabled")));
        }

        // A camera without it: its motion detection is switched, which is what arming meant before.
        return await SettingAsync(call, "motionDetection", armed, cancellationToken).ConfigureAwait(false);
    }

    public static Task<ActionResult> EnablePrivacyMaskAsync(ActionCall call, CancellationToken cancellationToken) => SettingAsync(call, "privacyMask", true, cancellationToken);

    public static Task<ActionResult> DisablePrivacyMaskAsync(ActionCall call, CancellationToken cancellationToken) => SettingAsync(call, "privacyMask", false, cancellationToken);

    /// <summary>003 §8.4.6: one switch for the channel; its regions keep theirs. A recorder has it under the proxied channel (isapi.md 1.1).</summary>
    private static Task<ActionResult> SettingAsync(ActionCall call, string document, bool enabled, CancellationToken cancellationToken) => Settings.SetAsync(
        call,
        [string.Create(CultureInfo.InvariantCulture, $"/System/Video/inputs/channels/{call.Number}/{document}"), string.Create(CultureInfo.InvariantCulture, $"/ContentMgmt/InputProxy/channels/{call.Number}/video/{document}")],
        [new Setting(enabled ? "true" : "false", "enabled")],
        cancellationToken);

    /// <summary><c>mode</c>: day, night or auto (003 §8.14.13).</summary>
    public static Task<ActionResult> IrCutAsync(ActionCall call, CancellationToken cancellationToken) => Settings.SetAsync(
        call,
        [string.Create(CultureInfo.InvariantCulture, $"/Image/channels/{call.Number}/IrcutFilter"), string.Create(CultureInfo.InvariantCulture, $"/ContentMgmt/ImageProxy/channels/{call.Number}/ircutFilter")],
        [new Setting(call.Word("mode"), "IrcutFilterType")],
        cancellationToken);

    /// <summary>003 §8.9.6.</summary>
    public static async Task<ActionResult> KeyFrameAsync(ActionCall call, CancellationToken cancellationToken) =>
        (await call.Calls.PutAsync($"/Streaming/channels/{Track(call)}/requestKeyFrame", null, cancellationToken).ConfigureAwait(false)).ToOutcome();
}
