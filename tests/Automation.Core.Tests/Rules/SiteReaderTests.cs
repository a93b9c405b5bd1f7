using System.Reflection;
using System.Text;
using System.Text.Json;
using Automation.Core.Model;
using Automation.Core.Rules;

namespace Automation.Core.Tests.Rules;

public sealed class SiteReaderTests
{
    private static SiteReading Read(string device) =>
        SiteReader.Read(new SourceFile("site.json", Encoding.UTF8.GetBytes($$"""{ "id": "store", "timeZone": "Europe/Berlin", "devices": [ {{device}} ] }""")), static _ => new Secret("x"));

    [Fact, Trait("Req", "DEV-4")]
    public void Read_WhatADiscoveryWrites_IsKept()
    {
        SiteReading reading = Read("""
            { "id": "nvr", "kind": "nvr", "model": "NR-8", "serial": "NR-8-0001", "mac": "aa:bb:cc:00:00:01",
              "connection": { "url": "http://10.0.0.9", "devIndex": "5a3d", "user": "admin", "passwordEnv": "NVR_PASSWORD" },
              "resources": [ { "kind": "channel", "number": 2, "capabilities": ["ptz", "patrol"], "events": ["motionDetection", "videoLoss"], "streams": [202, 201],
                "presets": [3, { "number": 1, "name": "Gate" }], "patrols": [{ "number": 2, "name": "Night" }], "patterns": [1] } ] }
            """);
        Assert.Empty(reading.Findings);
        Device device = Assert.Single(reading.Site!.Devices);
        Assert.Equal(("NR-8", "NR-8-0001", "aa:bb:cc:00:00:01", "5a3d"), (device.Model, device.Serial, device.Mac, device.Connection!.DevIndex));
        Resource channel = Assert.Single(device.Resources);
        Assert.Equal(["motionDetection", "videoLoss"], channel.Events);
        Assert.Equal([201, 202], channel.Streams);
        Assert.Equal([new NamedNumber(1, "Gate"), new NamedNumber(3, "")], channel.Presets);
        Assert.Equal([new NamedNumber(2, "Night")], channel.Patrols);
        Assert.Equal([new NamedNumber(1, "")], channel.Patterns);
    }

    [Fact, Trait("Req", "ACT-5")]
    public void Read_SerialOfARelay_IsKept_AndOfNothingElse()
    {
        Assert.Equal("Q01", Assert.Single(Read("""{ "id": "panel", "kind": "security-panel", "resources": [ { "kind": "relay", "number": 0, "serial": "Q01" } ] }""").Site!.Devices[0].Resources).Serial);
        Assert.Contains("a resource of kind siren has no serial", Assert.Single(Read("""{ "id": "panel", "kind": "security-panel", "resources": [ { "kind": "siren", "number": 0, "serial": "Q01" } ] }""").Findings).Message, StringComparison.Ordinal);
    }

    [Theory, Trait("Req", "DEV-4")]
    [InlineData("""{ "kind": "channel", "number": 1, "events": ["motion"] }""", "AUT1111")]
    [InlineData("""{ "kind": "channel", "number": 1, "presets": [{ "name": "Gate" }] }""", "AUT1104")]
    [InlineData("""{ "kind": "channel", "number": 1, "presets": [301] }""", "AUT1109")]
    [InlineData("""{ "kind": "channel", "number": 1, "streams": ["101"] }""", "AUT1106")]
    public void Read_WrongResource_IsOneFinding(string resource, string code)
    {
        SiteReading reading = Read($$"""{ "id": "nvr", "kind": "nvr", "resources": [ {{resource}} ] }""");
        Assert.Equal(code, Assert.Single(reading.Findings).Code);
    }

    [Theory, Trait("Req", "DEV-4")]
    [InlineData("streams", "[101]")]
    [InlineData("patrols", "[1]")]
    [InlineData("patterns", "[1]")]
    public void Read_ChannelPropertyOnAnotherKind_IsAFinding(string name, string value)
    {
        SiteReading reading = Read($$"""{ "id": "panel", "kind": "security-panel", "resources": [ { "kind": "zone", "number": 1, "{{name}}": {{value}} } ] }""");
        Assert.Contains($"a resource of kind zone has no {name}", Assert.Single(reading.Findings).Message, StringComparison.Ordinal);
    }

    [Theory, Trait("Req", "DEV-4")]
    [InlineData(nameof(DeviceReader), "Names", "devices/items/properties")]
    [InlineData(nameof(ConnectionReader), "Names", "devices/items/properties/connection/properties")]
    [InlineData(nameof(DeviceReader), "ResourceNames", "devices/items/properties/resources/items/properties")]
    public void Schema_HasThePropertiesThatAreRead(string reader, string field, string path)
    {
        Type type = typeof(SiteReader).Assembly.GetType("Automation.Core.Rules." + reader)!;
        string[] known = (string[])type.GetField(field, BindingFlags.NonPublic | BindingFlags.Static)!.GetValue(null)!;
        using JsonDocument schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(Demo.Root, "schemas", "site.schema.json")));
        JsonElement at = schema.RootElement.GetProperty("properties");
        foreach (string level in path.Split('/')) at = at.GetProperty(level);
        Assert.Equal(known.Order(StringComparer.Ordinal), at.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
    }
}
