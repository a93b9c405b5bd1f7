using Automation.Core.Model;

namespace Automation.Host.Tests.Journal;

/// <summary>A site that was down while the clock did something: the clocks changed, a day ended, a schedule came, a week went by. Times of day of what fired are UTC.</summary>
public sealed class ClockStoryTests
{
    private const string Floor = """
        { "kind": "peopleCounting", "id": "floor", "name": "Floor", "channels": [ { "channel": "store/entrance/channel/1" } ], "maxPeople": 10, "resetAt": "04:00" }
        """;

    // Europe/Berlin: on 2027-03-28 02:00 becomes 03:00 (01:00 UTC), on 2027-10-31 03:00 becomes 02:00 (01:00 UTC).
    [Theory, Trait("Req", "SCH-7")]
    [InlineData("2027-03-27T23:30:00Z", "2027-03-28T00:59:00Z", "")]
    [InlineData("2027-03-27T23:30:00Z", "2027-03-28T01:40:00Z", "01:40:00 half-past-two")]
    [InlineData("2027-03-28T00:30:00Z", "2027-03-28T04:00:00Z", "")]
    [InlineData("2027-10-31T00:15:00Z", "2027-10-31T00:45:00Z", "00:45:00 half-past-two")]
    [InlineData("2027-10-31T00:15:00Z", "2027-10-31T01:29:00Z", "01:29:00 half-past-two")]
    [InlineData("2027-10-31T00:45:00Z", "2027-10-31T01:45:00Z", "")]
    [InlineData("2027-10-31T00:15:00Z", "2027-10-31T02:45:00Z", "")]
    public async Task DownWhileTheClocksChange_ATimeThatIsMissingOrComesTwice_RunsOnceAtMost(string down, string up, string fired)
    {
        await using SiteHouse house = await SiteHouse.StartAsync(Schedule("half-past-two", "02:30", "\"within\": \"01:30:00\", \"run\": \"latest\""), At(down));
        house.Kill();
        await house.PassTimeDownAsync(At(up) - At(down));
        Assert.Equal(fired.Length == 0 ? [] : [fired], house.Fired);

        // On the same day nothing of it comes again, but for the missing hour that is still to come; the next day it runs at its usual time.
        string[] later = up == "2027-03-28T00:59:00Z" ? ["01:00:00 half-past-two", "00:30:00 half-past-two"] : [At(up).Month == 3 ? "00:30:00 half-past-two" : "01:30:00 half-past-two"];
        await GoOnAsync(house, TimeSpan.FromHours(18));
        await GoOnAsync(house, TimeSpan.FromHours(12));
        Assert.Equal(fired.Length == 0 ? later : [fired, .. later], house.Fired);
        await IsAStraightRunAsync(house);
    }

    [Fact, Trait("Req", "SCH-7")]
    public async Task UpUntilTheFirstHalfOfADoubleHour_AndAgainInTheSecond_RunsOnce()
    {
        await using SiteHouse house = await SiteHouse.StartAsync(Schedule("half-past-two", "02:30", "\"within\": \"01:30:00\", \"run\": \"all\""), At("2027-10-31T00:15:00Z"));
        await house.PassAsync(TimeSpan.FromMinutes(20));
        Assert.Equal(["00:30:00 half-past-two"], house.Fired);
        house.Kill();
        await house.PassTimeDownAsync(TimeSpan.FromMinutes(10));
        await GoOnAsync(house, TimeSpan.FromHours(3));
        Assert.Empty(house.Fired);
        await IsAStraightRunAsync(house);
    }

    [Fact, Trait("Req", "LNK-4"), Trait("Req", "PPL-4")]
    public async Task DownOverMidnightAndTheDailyReset_ADaysWindowIsOver_AndTheCountBeginsAnew()
    {
        // 2026-11-20 is a Friday; Berlin is an hour ahead of UTC.
        const string Friday = """
            { "kind": "linkage", "id": "friday", "name": "Friday", "source": "store/panel/zone/3", "event": "zoneAlarm", "schedule": { "weekly": { "fri": ["18:00-24:00"] } }, "actions": [ { "action": "openRelay", "on": ["store/panel/relay/0"] } ] }
            """;
        await using SiteHouse house = await SiteHouse.StartAsync($"[{Friday},{Floor}]", At("2026-11-20T22:30:00Z"));
        await house.EventAsync("panel/zone/3", "zoneAlarm");
        Assert.Equal(["22:30:00 friday"], house.Fired);
        await CountAsync(house, 5);
        await CountAsync(house, 9);
        house.Kill();

        await house.PassTimeDownAsync(At("2026-11-20T23:30:00Z") - house.Time.GetUtcNow());
        await house.EventAsync("panel/zone/3", "zoneAlarm");
        Assert.Empty(house.Fired);
        Assert.Contains("\"inside\":4", house.Retained("automation/store/groups/floor/state")!, StringComparison.Ordinal);
        house.Kill();

        await house.PassTimeDownAsync(TimeSpan.FromHours(6));
        Assert.Contains("\"inside\":0", house.Retained("automation/store/groups/floor/state")!, StringComparison.Ordinal);
        await CountAsync(house, 12);
        Assert.Contains("\"inside\":3", house.Retained("automation/store/groups/floor/state")!, StringComparison.Ordinal);
        await IsAStraightRunAsync(house);
    }

    [Theory, Trait("Req", "SCH-7")]
    [InlineData("\"run\": \"latest\"", 1, "3 runs were missed", "1 is made up for now")]
    [InlineData("\"run\": \"all\"", 3, null, null)]
    [InlineData("\"run\": \"all\", \"within\": \"00:30:00\"", 2, "3 runs were missed", "2 are made up for now")]
    [InlineData("\"run\": \"latest\", \"within\": \"00:01:00\"", 0, "3 runs were missed", "none is made up for")]
    [InlineData("skip", 0, "3 runs were missed", "none is made up for")]
    public async Task DownOverASchedule_ItsPolicyIsFollowed_AndWhatIsLeftOutIsTold(string policy, int fired, string? missed, string? madeUp)
    {
        const string Twentieth = """{ "kind": "automation", "id": "twentieth", "triggers": [ { "cron": "*/20 * * * *", "missed": POLICY } ], "actions": [ { "action": "openRelay", "on": ["store/panel/relay/0"] } ] }""";
        await using SiteHouse house = await SiteHouse.StartAsync(Twentieth.Replace("POLICY", policy == "skip" ? "\"skip\"" : "{" + policy + "}", StringComparison.Ordinal));
        await house.PassAsync(TimeSpan.FromMinutes(5));
        house.Kill();
        await house.PassTimeDownAsync(TimeSpan.FromMinutes(60));
        Assert.Equal(Enumerable.Repeat("13:05:00 twentieth", fired), house.Fired);
        await house.DoneAsync();
        Assert.Equal(fired, house.Devices.Calls.Count);
        string[] told = [.. house.On("automation/store/exceptions").Where(e => e.GetProperty("type").GetString() == "scheduleMissed").Select(e => $"{e.GetProperty("rule").GetString()}: {e.GetProperty("message").GetString()}")];
        if (missed is null) Assert.Empty(told);
        else
        {
            // Nothing was due from noon on, so noon is the last that is known of the time before.
            string one = Assert.Single(told);
            Assert.StartsWith($"twentieth: {missed} from 2026-11-20T12:00:00Z to 2026-11-20T13:05:00Z", one, StringComparison.Ordinal);
            Assert.EndsWith(madeUp!, one, StringComparison.Ordinal);
        }

        // Told and made up for once, also when the next start follows at once.
        await IsAStraightRunAsync(house);
        house.Kill();
        await house.PassTimeDownAsync(TimeSpan.FromMinutes(1));
        await house.DoneAsync();
        Assert.Empty(house.Devices.Calls);
        await house.PassAsync(TimeSpan.FromMinutes(14));
        Assert.Equal(["13:20:00 twentieth"], house.Fired.Where(f => !f.StartsWith("13:05", StringComparison.Ordinal)));
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task DownForAWeek_NothingOldIsDone_EverythingIsKnown()
    {
        const string Door = """{ "kind": "automation", "id": "door", "triggers": [ { "event": "zoneAlarm", "source": "store/panel/zone/3" } ], "actions": [ { "delay": "00:02:00" }, { "action": "openDoor", "on": ["store/gate/door/1"] } ] }""";
        const string Third = """{ "kind": "automation", "id": "third", "triggers": [ { "count": 3, "event": "motionDetection", "source": "store/nvr/channel/1", "within": "1.00:00:00" } ], "actions": [ { "action": "openRelay", "on": ["store/panel/relay/0"] } ] }""";
        const string Hold = """{ "kind": "automation", "id": "held", "triggers": [ { "state": "store/panel/area/1", "property": "arming", "to": "away", "for": "00:05:00" } ], "actions": [ { "action": "openRelay", "on": ["store/panel/relay/0"] } ] }""";
        string daily = Schedule("daily", "07:00", "\"run\": \"latest\", \"within\": \"12:00:00\"");
        await using SiteHouse house = await SiteHouse.StartAsync($"[{Door},{Third},{Hold},{Floor},{daily}]");
        await house.ToggleAsync("held", false);
        await house.EventAsync("panel/zone/3", "zoneAlarm");
        await house.EventAsync("nvr/channel/1", "motionDetection");
        await house.EventAsync("nvr/channel/1", "motionDetection");
        await house.StateAsync("panel/area/1", "arming", "away");
        await CountAsync(house, 5);
        await CountAsync(house, 9);
        house.Kill();

        await house.PassTimeDownAsync(TimeSpan.FromDays(7));
        await house.DoneAsync();

        // The run whose delay ended a week ago asks for the door as of then, so that it is not opened now but told as expired; the schedule of this morning is made up for.
        Assert.Equal(["openDoor expired", "openRelay succeeded"], house.On("automation/store/actions").Select(a => $"{a.GetProperty("action").GetString()} {(a.TryGetProperty("reason", out var reason) ? reason : a.GetProperty("outcome")).GetString()}").Order());
        Assert.Single(house.Devices.Calls);
        Assert.Equal(["12:00:00 daily"], house.Fired);
        Assert.Equal("OFF", house.Retained("automation/rules/held/enabled"));
        Assert.Contains("\"inside\":0", house.Retained("automation/store/groups/floor/state")!, StringComparison.Ordinal);
        Assert.Contains("\"arming\":\"away\"", house.Retained("automation/store/panel/area/1/state")!, StringComparison.Ordinal);

        // What was counted a week ago is out of the day that counts.
        for (int i = 1; i <= 3; i++)
        {
            Assert.Equal(["12:00:00 daily"], house.Fired);
            await house.EventAsync("nvr/channel/1", "motionDetection");
        }

        Assert.Equal(["12:00:00 daily", "12:00:00 third"], house.Fired);
        Assert.Empty(house.Problems);
        await house.DoneAsync();
        await IsAStraightRunAsync(house);
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task TheClockIsBehindAfterAPowerCut_TimeDoesNotGoBack()
    {
        // A board without a battery comes up on yesterday's clock and gets the time a minute later.
        string daily = Schedule("daily", "14:00", "\"run\": \"latest\"");
        await using SiteHouse house = await SiteHouse.StartAsync($"[{daily},{Floor}]");
        await GoOnAsync(house, TimeSpan.FromMinutes(70));
        Assert.Equal(["13:00:00 daily"], house.Fired);
        house.Kill();
        await house.PassTimeDownAsync(TimeSpan.FromDays(-1));
        Assert.Empty(house.Fired);
        await CountAsync(house, 5);
        house.Time.Jump(house.Time.GetUtcNow() + TimeSpan.FromDays(1) + TimeSpan.FromMinutes(2));
        await house.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Empty(house.Fired);
        await GoOnAsync(house, TimeSpan.FromHours(24));
        Assert.Equal(["13:00:00 daily"], house.Fired);
        await IsAStraightRunAsync(house);
    }

    /// <summary>As a machine that slept: what was due meanwhile happens at its own instants.</summary>
    private static async Task GoOnAsync(SiteHouse house, TimeSpan time)
    {
        house.Time.Jump(house.Time.GetUtcNow() + time);
        await house.PassAsync(TimeSpan.FromSeconds(1));
    }

    private static string Schedule(string id, string at, string missed) =>
        $$"""{ "kind": "schedule", "id": "{{id}}", "name": "At {{at}}", "at": { "weekly": { "mon-sun": ["{{at}}"] } }, "missed": { {{missed}} }, "actions": [ { "action": "openRelay", "on": ["store/panel/relay/0"] } ] }""";

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static Task<SiteHouse> CountAsync(SiteHouse house, int enter) => house.EventAsync("entrance/channel/1", "peopleCounting", data: DataObject.Of(("enter", enter), ("exit", 0)));

    private static async Task IsAStraightRunAsync(SiteHouse house)
    {
        await house.DoneAsync();
        Assert.Equal(Convert.ToHexString(await house.StraightRunAsync()), Convert.ToHexString(await house.HashAsync()));
    }
}
