using System.Globalization;
using System.Text.Json;
using Automation.TestKit;

namespace Automation.Host.Tests.Devices;

/// <summary>A wrong password, seen from the hub: one rejected login, told on MQTT, then silence until somebody says so (ACT-9).</summary>
public sealed class LoginStateTests
{
    private static string Devices(int lockAfter) => $$"""{ "devices": [ { "id": "nvr", "kind": "recorder", "lockAfter": {{lockAfter}}, "lockSeconds": 900 } ] }""";

    private const string Site = """{ "id": "store", "timeZone": "Europe/Berlin", "devices": [ { "id": "nvr", "kind": "nvr", "connection": { "url": "URL:nvr", "user": "admin", "passwordEnv": "NVR" }, "resources": [ { "kind": "channel", "number": 1 } ] } ] }""";

    private static async Task<int> RejectedAsync(RunningHouse house) => (await house.SimulatorAsync("GET", "/requests?device=nvr")).AsArray().Count(r => (string?)r!["auth"] == "wrongPassword");

    [Fact, Trait("Req", "ACT-9")]
    public async Task WrongPassword_IsToldAndCostsOneLogin_UntilSomebodySaysSo()
    {
        await using RunningHouse house = await RunningHouse.StartAsync(Devices(5), Site, "[]", password: "wrong");
        await house.UntilAsync("automation/store/nvr/state", s => s.TryGetProperty("login", out JsonElement login) && login.GetString() == "refused");
        await house.UntilWordAsync("automation/store/nvr/availability", "offline");
        await house.UntilAsync("automation/store/exceptions", e => e.GetProperty("type").GetString() == "loginRefused" && e.GetProperty("message").GetString()!.Contains("4 attempts left", StringComparison.Ordinal));
        await house.PublishAsync("automation/request/action/run", """{"action":"capture","on":"store/nvr/channel/1"}""");
        await house.UntilAsync("automation/response/action/run", _ => true);
        Assert.Equal(1, await RejectedAsync(house));

        await house.PublishAsync("automation/request/devices/retry", """{"device":"store/nvr"}""");
        await house.UntilAsync("automation/response/devices/retry", r => r.GetProperty("status").GetString() == "ok");
        await Until.True(() => RejectedAsync(house).GetAwaiter().GetResult() == 2, house.Text);
    }

    [Fact, Trait("Req", "ACT-9")]
    public async Task LockedAccount_IsToldWithTheInstantItUnlocks()
    {
        DateTimeOffset before = DateTimeOffset.UtcNow;
        await using RunningHouse house = await RunningHouse.StartAsync(Devices(1), Site, "[]", password: "wrong");
        await house.UntilAsync("automation/store/nvr/state", s =>
            s.TryGetProperty("login", out JsonElement login) && login.GetString() == "locked" &&
            DateTimeOffset.Parse(s.GetProperty("unlockAt").GetString()!, CultureInfo.InvariantCulture) is var at && at > before.AddSeconds(890) && at < before.AddSeconds(1500));
        await house.UntilAsync("automation/store/exceptions", e => e.GetProperty("type").GetString() == "loginLocked");
        Assert.Equal(1, await RejectedAsync(house));
    }
}
