using Automation.Core.Model;
using Automation.Core.Rules;

namespace Automation.Core.Tests.Rules;

/// <summary>How a site file says where a device is, how to log in and whom to believe (DEV-3).</summary>
public sealed class SiteConnectionTests
{
    private static Device[] Devices(string devices)
    {
        SiteReading reading = SiteReader.Read(
            Demo.Text($$"""{ "id": "store", "timeZone": "Europe/Berlin", "devices": [ {{devices}} ] }""", "site.json"),
            name => name == "GATEWAY_PASSWORD" ? new Secret("from the environment") : null,
            name => name == "panel" ? new Secret("from the store") : null);
        Assert.Empty(reading.Findings);
        return [.. reading.Site!.Devices];
    }

    [Fact, Trait("Req", "DEV-3")]
    public void Gateway_MayStandBelowItsDevices_AndLendsThemAddressAndLogin()
    {
        Device[] devices = Devices("""
            { "id": "panel", "kind": "security-panel", "connection": { "gateway": "store/receiver", "devIndex": "2cd6716d", "dialect": "securityCp" } },
            { "id": "cam", "kind": "camera", "connection": { "url": "http://10.0.0.9", "user": "viewer", "gateway": "store/receiver", "devIndex": "7a41f0c2" } },
            { "id": "receiver", "kind": "gateway", "connection": { "url": "https://10.0.0.2", "user": "admin", "passwordEnv": "GATEWAY_PASSWORD", "tls": { "acceptSelfSigned": true } } }
            """);
        DeviceConnectionInfo panel = devices[0].Connection!;
        Assert.Equal(("https://10.0.0.2/", "admin", "from the environment", "securityCp"), (panel.Url.AbsoluteUri, panel.User, panel.Password.Reveal(), panel.Dialect));
        Assert.Equal(("store/receiver", "2cd6716d", true), (panel.Gateway.Value, panel.DevIndex, panel.IsThroughGateway));
        Assert.True(panel.Tls!.AcceptSelfSigned);
        DeviceConnectionInfo camera = devices[1].Connection!;
        Assert.Equal(("http://10.0.0.9/", "viewer", false), (camera.Url.AbsoluteUri, camera.User, camera.IsThroughGateway));
        Assert.Equal(("store/receiver", "7a41f0c2"), (camera.Gateway.Value, camera.DevIndex));
        Assert.True(devices[2].Connection!.Gateway.IsEmpty);
    }

    [Fact, Trait("Req", "DEV-3")]
    public void DevIndexAtTheGatewaysUrl_IsTheSameAsNamingTheGateway()
    {
        Device[] devices = Devices("""
            { "id": "panel", "kind": "security-panel", "connection": { "url": "http://10.0.0.2", "devIndex": "2cd6716d", "user": "admin", "dialect": "securityCp" } },
            { "id": "receiver", "kind": "gateway", "connection": { "url": "http://10.0.0.2", "user": "admin", "passwordEnv": "GATEWAY_PASSWORD" } }
            """);
        Assert.Equal(("store/receiver", true, "from the environment"), (devices[0].Connection!.Gateway.Value, devices[0].Connection!.IsThroughGateway, devices[0].Connection!.Password.Reveal()));
    }

    [Fact, Trait("Req", "ACT-9")]
    public void Connection_NamesItsSecretItsLoginAndItsPins()
    {
        Device device = Devices("""
            { "id": "panel", "kind": "security-panel", "mac": "58-03-FB-2A-E9-51", "serial": "Q01234567",
              "connection": { "url": "https://10.0.0.5", "user": "admin", "password": { "secret": "panel" }, "login": "session", "events": "push",
                              "tls": { "pin": ["sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="] } } }
            """)[0];
        Assert.Equal(("58:03:fb:2a:e9:51", "Q01234567"), (device.Mac, device.Serial));
        Assert.Equal(("from the store", "session", "push"), (device.Connection!.Password.Reveal(), device.Connection.Login, device.Connection.Events));
        Assert.Equal(["47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="], device.Connection.Tls!.Pins);
    }
}
