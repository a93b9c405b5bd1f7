using Automation.Core.Model;
using Automation.Isapi.Devices;
using Automation.Isapi.Documents;

namespace Automation.Isapi.Discovery;

/// <summary>Doors of access controllers and terminals, door stations and doorbells, speakers and switch ports.</summary>
internal static class DoorSurvey
{
    private const int MaxDoors = 256;

    /// <summary>The largest controllers that keep their count to themselves have four doors.</summary>
    private const int MaxUncounted = 4;

    public static async Task RunAsync(Survey survey, CancellationToken cancellationToken)
    {
        bool rings = DeviceIdentity.IsStation(survey.DeviceType);
        if (rings || DeviceIdentity.HasDoors(survey.DeviceType) || survey.Says("isSupportRemoteControlDoor") == true || survey.Capabilities?.Find("isSupportAcsUpdate") is not null)
        {
            await DoorsAsync(survey, cancellationToken).ConfigureAwait(false);
        }

        if (rings || (survey.Count("door") > 0 && await survey.HasAsync("/VideoIntercom/callStatus?format=json", cancellationToken).ConfigureAwait(false)))
        {
            survey.Add("station", 1, null);
        }
    }

    private static async Task DoorsAsync(Survey survey, CancellationToken cancellationToken)
    {
        DeviceElement? work = await survey.AskAsync("/AccessControl/AcsWorkStatus?format=json", cancellationToken).ConfigureAwait(false);
        int count = (work?.Child("AcsWorkStatus") ?? work)?.Children.Count(c => c.Is("doorLockStatus")) ?? 0;
        if (count == 0 && !await survey.HasAsync("/AccessControl/RemoteControl/door/capabilities", cancellationToken).ConfigureAwait(false)) return;
        for (int number = 1; number <= Math.Min(Math.Max(count, MaxUncounted), MaxDoors); number++)
        {
            // A controller that does not tell how many doors it has is asked for each; the first it has in any case.
            DeviceElement? settings = await survey.AskAsync($"/AccessControl/Door/param/{number}", cancellationToken).ConfigureAwait(false);
            if (number > Math.Max(count, 1) && settings is null) return;
            survey.Add("door", number, settings?.TextOf("doorName"));
        }
    }

    /// <summary>Speakers and switch ports.</summary>
    public static async Task OthersAsync(Survey survey, CancellationToken cancellationToken)
    {
        if (DeviceIdentity.IsSpeaker(survey.DeviceType)) survey.Add("speaker", 1, null);
        if (!DeviceIdentity.IsSwitch(survey.DeviceType)) return;
        foreach (DeviceElement port in Survey.All(await survey.AskAsync("/System/switch/ports?format=json", cancellationToken).ConfigureAwait(false), "Port"))
        {
            survey.Add("port", port.IntOf("id") ?? port.IntOf("portNo"), port.TextOf("name") ?? port.TextOf("portName"));
        }
    }
}
