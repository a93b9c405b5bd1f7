using System.Text;
using Automation.Simulator;

namespace Automation.Isapi.Tests.Simulator;

public sealed class SimulatorFileTests
{
    [Fact, Trait("Req", "HUB-4")]
    public void Parse_DemoSite_HasItsSixDevices()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Automation.sln"))) folder = folder.Parent;
        SimulatorFileResult result = SimulatorFile.Parse(File.ReadAllBytes(Path.Combine(folder!.FullName, "rules", "examples", "demo", "devices.json")));
        Assert.Empty(result.Problems);
        Assert.Equal(["panel 8101", "nvr 8102", "gate 8103", "thermal 8104", "entrance 8105", "exit 8106"], result.File!.Devices.Select(d => $"{d.Id} {d.Port}"));
        SimulatedDevice panel = result.File.Devices[0];
        Assert.Equal((2, 6, 2, 1), (panel.Areas, panel.Zones, panel.Relays, panel.Sirens));
    }

    [Fact, Trait("Req", "HUB-4")]
    public void Parse_Defaults_AreWhatTheDocumentationSays()
    {
        SimulatedDevice device = SimulatorFile.Parse("\uFEFF/* one */ {\"devices\":[{\"id\":\"a\",\"kind\":\"recorder\",}]}"u8.ToArray()).File!.Devices.Single();
        Assert.Equal((0, "a", "admin", "AUTOMATION_DEMO_PASSWORD", 1, 1, 300, 5, 1800, true), (device.Port, device.Name, device.User, device.PasswordEnv, device.Channels, device.Hdds, device.NonceSeconds, device.LockAfter, device.LockSeconds, device.ContentLength));
    }

    [Theory, Trait("Req", "HUB-4")]
    [InlineData("", "1:1: ", "not JSON")]
    [InlineData("{\"devices\":[\n}", "2:1: ", "not JSON")]
    [InlineData("[]", "", "array \"devices\"")]
    [InlineData("{\"devices\":[]}", "/devices", "1 to 2048 devices")]
    [InlineData("{\"devices\":[7]}", "/devices/0", "must be an object")]
    [InlineData("{\"devices\":[{\"kind\":\"panel\"}]}", "/devices/0", "has no \"id\"")]
    [InlineData("{\"devices\":[{\"id\":\"A b\",\"kind\":\"panel\"}]}", "/devices/0/id", "not a slug")]
    [InlineData("{\"devices\":[{\"id\":\"a\",\"kind\":\"toaster\"}]}", "/devices/0/kind", "use one of panel")]
    [InlineData("{\"devices\":[{\"id\":\"a\",\"kind\":\"1\"}]}", "/devices/0/kind", "use one of panel")]
    [InlineData("{\"devices\":[{\"id\":\"a\",\"kind\":\"panel\",\"ptz\":[1]}]}", "/devices/0/ptz", "Unknown property")]
    [InlineData("{\"devices\":[{\"id\":\"a\",\"kind\":\"panel\",\"port\":70000}]}", "/devices/0/port", "0 to 65535")]
    [InlineData("{\"devices\":[{\"id\":\"a\",\"kind\":\"panel\",\"zones\":2,\"zoneAreas\":[1]}]}", "/devices/0/zoneAreas", "2 whole numbers")]
    [InlineData("{\"devices\":[{\"id\":\"a\",\"kind\":\"panel\",\"digest\":[\"ROT13\"]}]}", "/devices/0/digest", "MD5, MD5-sess")]
    [InlineData("{\"devices\":[{\"id\":\"a\",\"kind\":\"panel\",\"utcOffset\":\"one\"}]}", "/devices/0/utcOffset", "+01:00")]
    [InlineData("{\"devices\":[{\"id\":\"a\",\"kind\":\"panel\",\"contentLength\":\"yes\"}]}", "/devices/0/contentLength", "true or false")]
    [InlineData("{\"devices\":[{\"id\":\"a\",\"kind\":\"panel\"},{\"id\":\"a\",\"kind\":\"panel\"}]}", "/devices", "id a is used 2 times")]
    [InlineData("{\"devices\":[{\"id\":\"a\",\"kind\":\"panel\",\"port\":9},{\"id\":\"b\",\"kind\":\"panel\",\"port\":9}]}", "/devices", "port 9 is used 2 times")]
    public void Parse_Mistake_SaysWhereAndWhatToChange(string text, string place, string message)
    {
        SimulatorFileResult result = SimulatorFile.Parse(Encoding.UTF8.GetBytes(text));
        Assert.Null(result.File);
        string problem = Assert.Single(result.Problems).ToString();
        Assert.StartsWith(place, problem, StringComparison.Ordinal);
        Assert.Contains(message, problem, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', problem);
    }

    [Fact, Trait("Req", "HUB-4")]
    public void Parse_ManyMistakes_AllComeAtOnce()
    {
        SimulatorFileResult result = SimulatorFile.Parse("""{"x":1,"devices":[{"id":"A","kind":"panel","areas":0,"zones":-1},{"id":"b","kind":"what"}]}"""u8.ToArray());
        Assert.Equal(["/x", "/devices/0/id", "/devices/0/areas", "/devices/0/zones", "/devices/1/kind"], result.Problems.Select(p => p.Pointer));
    }

    [Fact, Trait("Req", "HUB-4")]
    public void Parse_EveryPrefixOfTheStore_NeverThrows()
    {
        byte[] whole = Encoding.UTF8.GetBytes(Site.Store);
        for (int length = 0; length < whole.Length - 4; length++) Assert.False(SimulatorFile.Parse(whole.AsMemory(0, length)).Succeeded);
    }

    [Fact, Trait("Req", "HUB-4")]
    public void Parse_TooLarge_IsRefused() =>
        Assert.Contains("larger than", SimulatorFile.Parse(new byte[SimulatorFile.MaxBytes + 1]).Problems.Single().Message, StringComparison.Ordinal);
}
