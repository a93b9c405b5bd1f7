using Automation.Core.Model;
using Automation.Isapi.Documents;

namespace Automation.Isapi.Discovery;

/// <summary>Alarm inputs and outputs, the device's own and those of cameras behind a recorder; disks and shares (003 §8.3, §8.1.13).</summary>
internal static class PortSurvey
{
    /// <summary>The device's own ports when only their number is told.</summary>
    private const int MaxCounted = 64;

    public static async Task RunAsync(Survey survey, CancellationToken cancellationToken)
    {
        await PortsAsync(survey, "inputs", "IOInputPort", "alarm-input", "IOInputPortNums", cancellationToken).ConfigureAwait(false);
        await PortsAsync(survey, "outputs", "IOOutputPort", "alarm-output", "IOOutputPortNums", cancellationToken).ConfigureAwait(false);
    }

    private static async Task PortsAsync(Survey survey, string folder, string element, string kind, string countName, CancellationToken cancellationToken)
    {
        DeviceElement? list = await survey.AskAsync("/System/IO/" + folder, cancellationToken).ConfigureAwait(false);
        foreach (DeviceElement port in Survey.All(list, element)) survey.Add(kind, port.IntOf("id"), port.TextOf("name"));
        if (list is null)
        {
            // Without the list the capabilities tell how many there are, from 1.
            for (int number = 1; number <= Math.Min(survey.NumberSaid(countName), MaxCounted); number++) survey.Add(kind, number, null);
        }

        // Behind a recorder they are numbered channel × 100 + port.
        string proxied = element.Replace("IO", "IOProxy", StringComparison.Ordinal);
        DeviceElement? behind = await survey.AskAsync("/ContentMgmt/IOProxy/" + folder, cancellationToken).ConfigureAwait(false);
        foreach (DeviceElement port in Survey.All(behind, proxied)) survey.Add(kind, port.IntOf("id"), port.TextOf("name"));
    }

    public static async Task StorageAsync(Survey survey, CancellationToken cancellationToken)
    {
        DeviceElement? storage = await survey.AskAsync("/ContentMgmt/Storage", cancellationToken).ConfigureAwait(false);
        if (storage is null) storage = await survey.AskAsync("/ContentMgmt/Storage/hdd", cancellationToken).ConfigureAwait(false);
        foreach (DeviceElement disk in Survey.All(storage, "hdd"))
        {
            survey.Add("hdd", disk.IntOf("id"), disk.TextOf("hddName"));
        }

        // Shares count on from the disks: they have numbers of the same list.
        foreach (DeviceElement share in Survey.All(storage, "nas"))
        {
            if (survey.Add("hdd", share.IntOf("id"), share.TextOf("path"))) survey.AddCapability("hdd", share.IntOf("id")!.Value, Capabilities.NetworkStorage);
        }
    }
}
