using Automation.Isapi.Devices;
using Automation.Isapi.Documents;

namespace Automation.Isapi.Discovery;

/// <summary>The order in which a device is walked through, and the kind that comes of it.</summary>
internal static class DeviceSurvey
{
    /// <summary>Fills the survey; answers the device's kind, one of <see cref="Core.Model.DeviceKinds"/>.</summary>
    /// <param name="info">Its <c>DeviceInfo</c>; null when it has none.</param>
    public static async Task<string> RunAsync(Survey survey, DeviceElement? info, string dialect, CancellationToken cancellationToken)
    {
        survey.Identity = DeviceIdentity.Of(info);
        survey.Capabilities = await survey.AskAsync("/System/capabilities", cancellationToken).ConfigureAwait(false);
        bool panel = dialect.Equals("securityCp", StringComparison.OrdinalIgnoreCase) || survey.Says("isSupportSecurityCP") == true || DeviceIdentity.IsPanel(survey.DeviceType);
        if (panel) await PanelSurvey.RunAsync(survey, cancellationToken).ConfigureAwait(false);
        bool direct = await ChannelSurvey.RunAsync(survey, cancellationToken).ConfigureAwait(false);
        await PortSurvey.RunAsync(survey, cancellationToken).ConfigureAwait(false);
        await PortSurvey.StorageAsync(survey, cancellationToken).ConfigureAwait(false);
        await DoorSurvey.RunAsync(survey, cancellationToken).ConfigureAwait(false);
        await DoorSurvey.OthersAsync(survey, cancellationToken).ConfigureAwait(false);
        if (survey.Count("channel") > 0) await PtzSurvey.RunAsync(survey, cancellationToken).ConfigureAwait(false);
        bool thermal = await ChannelSurvey.ThermalAsync(survey, cancellationToken).ConfigureAwait(false);
        bool counting = await ChannelSurvey.CountingAsync(survey, cancellationToken).ConfigureAwait(false);
        await ChannelSurvey.MoreAsync(survey, cancellationToken).ConfigureAwait(false);
        if (!panel) await TriggerSurvey.RunAsync(survey, cancellationToken).ConfigureAwait(false);
        return DeviceIdentity.KindOf(survey.DeviceType, panel, thermal, counting, direct && survey.Count("channel") > 1, survey.Count("door") > 0);
    }
}
