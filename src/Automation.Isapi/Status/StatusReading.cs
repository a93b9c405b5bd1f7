using Automation.Core.Model;
using Automation.Isapi.Documents;
using Automation.Isapi.Events;
using Automation.Isapi.Http;

namespace Automation.Isapi.Status;

/// <summary>Takes what a status document says of a resource.</summary>
/// <param name="kind">The resource's kind; <c>device</c> for the device itself.</param>
/// <param name="number">The device's own number of it.</param>
internal delegate void StatusReport(string kind, int number, DataObject properties);

/// <summary>One status request of a device and how its answer is read (DEV-6).</summary>
/// <param name="Path">Below the prefix.</param>
/// <param name="IsSlow">Changes seldom: asked every eighth time.</param>
/// <param name="Read">Reads the document; what it does not name stays as it was.</param>
internal sealed record StatusReading(string Path, bool IsSlow, Action<DeviceElement, StatusReport> Read)
{
    private const int MaxSinglePorts = 16;

    /// <summary>Of so many PTZ channels the position is read with every round, of more only now and then.</summary>
    private const int FewMoving = 4;

    /// <summary>Where the answer to the path is that it does not exist: another way to ask the same.</summary>
    public StatusReading? Instead { get; init; }

    /// <summary>Asked only where the device does not have that other one.</summary>
    public StatusReading? OnlyWithout { get; init; }

    /// <summary>Others stand in for this one, so it is given up at the first refusal.</summary>
    public bool HasSubstitute { get; init; }

    /// <summary>For an answer in pages: what to ask next, and from where, given a page and its position; null after the last.</summary>
    public Func<DeviceElement, int, (DeviceContent Content, int Position)?>? More { get; init; }

    public HttpMethod Method { get; init; } = HttpMethod.Get;

    public DeviceContent? Content { get; init; }

    /// <summary>The readings a device's kind and resources call for, none twice.</summary>
    public static IReadOnlyList<StatusReading> For(DeviceResources resources)
    {
        var readings = new List<StatusReading>();
        Device device = resources.Device;
        if (resources.Of("area").Count > 0) readings.Add(PanelStatus.Areas);
        if (resources.Of("zone").Count > 0) readings.Add(PanelStatus.Zones);
        if (PanelStatus.PeripheralKinds.Any(k => resources.Of(k).Count > 0)) readings.Add(PanelStatus.Peripherals);
        if (device.Kind == "security-panel" || resources.Of("area").Count > 0)
        {
            readings.Add(PanelStatus.Power);
            readings.Add(PanelStatus.Batteries);
        }

        Resource[] ports = [.. resources.Of("alarm-input"), .. resources.Of("alarm-output")];
        if (ports.Length > 0) readings.Add(VideoStatus.Ports);
        // Recorders tell their ports one by one; more than a few would crowd out everything else.
        foreach (Resource port in ports.Take(MaxSinglePorts)) readings.Add(VideoStatus.Port(port.Kind, port.Address.Number));
        if (resources.Of("door").Count > 0) readings.Add(DoorStatus.Doors);
        if (resources.Of("hdd").Count > 0) readings.Add(VideoStatus.Disks);
        if (device.Kind is "nvr" or "dvr" && resources.Of("channel").Count > 0) readings.Add(VideoStatus.Channels);
        int moving = 0;
        foreach (Resource channel in resources.Of("channel"))
        {
            int number = channel.Address.Number;
            if (channel.Capabilities.Contains(Capabilities.Thermal)) readings.Add(ThermalStatus.Of(number));
            if (channel.Capabilities.Contains(Capabilities.Ptz)) readings.Add(VideoStatus.Position(number, seldom: ++moving > FewMoving));
        }

        if (resources.Of("port").Count > 0) readings.Add(VideoStatus.SwitchPorts);

        return readings;
    }
}
