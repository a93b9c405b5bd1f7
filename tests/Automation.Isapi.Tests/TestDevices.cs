using Automation.Core.Model;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Isapi.Tests;

/// <summary>The devices the tests speak of.</summary>
internal static class TestDevices
{
    public static readonly Uri Nowhere = new("http://127.0.0.1:9");

    public static Device Panel(Uri? url = null) => Of("panel", "security-panel", url, "securityCp",
        [.. Many("area", 1, 2), .. Many("zone", 0, 6).Select(z => z with { Area = 1 }), .. Many("relay", 0, 2), .. Many("siren", 0, 1)]);

    public static Device Recorder(Uri? url = null) => Of("nvr", "nvr", url, "isapi",
        [.. Many("channel", 1, 4), .. Many("alarm-input", 1, 2), .. Many("alarm-input", 301, 1), .. Many("alarm-output", 1, 2), .. Many("alarm-output", 301, 1), .. Many("hdd", 1, 1)]);

    public static Device Access(Uri? url = null) => Of("gate", "access-controller", url, "isapi", [.. Many("door", 1, 1), .. Many("station", 1, 1)]);

    public static Device Switch(Uri? url = null) => Of("switch", "network-switch", url, "isapi", [.. Many("port", 1, 4), .. Many("speaker", 1, 1)]);

    public static Device Camera(Uri? url = null) => Of("camera", "camera", url, "isapi", [.. Many("channel", 1, 1)]);

    public static DeviceConnection Connect(Device device, IDeviceObserver observer, TimeProvider time, DeviceConnectionLimits? limits = null) =>
        new(device, limits ?? new DeviceConnectionLimits(), observer, time, new Random(7), NullLogger.Instance);

    /// <summary>For tests that move the clock while requests are under way: nothing times out.</summary>
    public static DeviceConnectionLimits Patient { get; } = new() { CallTimeout = TimeSpan.FromDays(1), HeartbeatTimeout = TimeSpan.FromDays(1) };

    public static Device WithPassword(this Device device, string password) => device with { Connection = device.Connection! with { Password = new Secret(password) } };

    private static Device Of(string id, string kind, Uri? url, string dialect, Resource[] resources)
    {
        var address = ResourceAddress.Parse("store/" + id);
        return new Device
        {
            Address = address,
            Name = id,
            Kind = kind,
            Connection = new DeviceConnectionInfo { Url = url ?? Nowhere, User = "admin", Password = new Secret("right-password"), Dialect = dialect },
            Resources = [.. resources.Select(r => r with { Address = address.Resource(r.Address.Kind, r.Address.Number) })],
        };
    }

    private static IEnumerable<Resource> Many(string kind, int first, int count) =>
        Enumerable.Range(first, count).Select(n => new Resource { Address = ResourceAddress.Parse($"store/x/{kind}/{n}") });
}
