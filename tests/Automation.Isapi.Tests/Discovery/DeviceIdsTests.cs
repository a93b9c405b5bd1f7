using Automation.Core.Model;

namespace Automation.Isapi.Tests.Discovery;

public sealed class DeviceIdsTests
{
    private static DataObject Says(string model = "", string serial = "", string mac = "", string name = "") =>
        DataObject.Of(("model", model), ("serialNumber", serial), ("mac", mac), ("deviceName", name));

    private static DeviceConnectionInfo At(string url, string? devIndex = null) => new() { Url = new Uri(url), DevIndex = devIndex, Gateway = devIndex is null ? default : ResourceAddress.Parse("store/receiver") };

    private static Device Known(string id, string url, string? serial = null, string? mac = null, string? devIndex = null) => new()
    {
        Address = ResourceAddress.Parse("store/" + id), Name = id, Kind = "camera", Serial = serial, Mac = mac, Connection = At(url, devIndex),
    };

    [Theory, Trait("Req", "DEV-4")]
    [InlineData("DS-2CD/E 10", "S123456789", "AA-BB-CC-0D-0E-0F", "store/ds-2cd-e-10-0d0e0f")]
    [InlineData("DS-2CD", "DS-2CD0000 ABCDEF99", "", "store/ds-2cd-cdef99")]
    [InlineData("", "", "", "store/device-10-0-0-7")]
    [InlineData("", "", "00:00:00:00:00:00", "store/device-10-0-0-7")]
    public void AddressOf_NewDevice_ComesFromModelAndHardware(string model, string serial, string mac, string expected) =>
        Assert.Equal(expected, new DeviceIds("store", []).AddressOf(Says(model, serial, mac), At("http://10.0.0.7")).Value);

    [Fact, Trait("Req", "DEV-4")]
    public void AddressOf_NameChanged_StaysTheSame()
    {
        DataObject said = Says("X", "S1", "aa:bb:cc:00:00:01", "Yard");
        Assert.Equal(new DeviceIds("store", []).AddressOf(said, At("http://10.0.0.7")), new DeviceIds("store", []).AddressOf(said.With("deviceName", "Garden"), At("http://10.0.0.99")));
    }

    [Fact, Trait("Req", "DEV-4")]
    public void AddressOf_TwoAlike_AreTwo()
    {
        var ids = new DeviceIds("store", [Known("x-1", "http://10.0.0.1")]);
        Assert.Equal(["store/x-s1", "store/x-s1-2"], [ids.AddressOf(Says("X", "S1"), At("http://10.0.0.7")).Value, ids.AddressOf(Says("X", "S1"), At("http://10.0.0.8")).Value]);
    }

    [Fact, Trait("Req", "DEV-4")]
    public void AddressOf_KnownSerialAtAnotherAddress_IsThatDevice()
    {
        var ids = new DeviceIds("store", [Known("yard", "http://10.0.0.7", serial: "S1"), Known("gate", "http://10.0.0.8", serial: "S2")]);
        Assert.Equal("store/yard", ids.AddressOf(Says("X", "S1"), At("http://10.0.0.99")).Value);
        Assert.Equal("store/gate", ids.AddressOf(Says("X"), At("http://10.0.0.8:80/")).Value);
    }

    [Fact, Trait("Req", "DEV-4")]
    public void AddressOf_SerialThatRepeats_SaysNothing()
    {
        var ids = new DeviceIds("store", [Known("a", "http://10.0.0.7", "S", null, "u-1"), Known("b", "http://10.0.0.7", "S", null, "u-2")]);
        Assert.Equal("store/b", ids.AddressOf(Says("X", "S"), At("http://10.0.0.7", "u-2")).Value);
        Assert.Equal("store/x-s", ids.AddressOf(Says("X", "S"), At("http://10.0.0.7", "u-3")).Value);
    }
}
