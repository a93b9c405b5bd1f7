using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Host.Journal;
using Automation.Host.Tests.Outbox;
using Automation.TestKit;

namespace Automation.Host.Tests.Journal;

/// <summary>What a site knows, counts and has begun goes on after a power cut as if there had been none.</summary>
public sealed class RestartTests
{
    private const string Linkage = """
        { "kind": "linkage", "id": "alarm", "name": "Alarm", "source": "store/panel/zone/3", "event": "zoneAlarm", "actions": [ { "action": "openRelay", "on": ["store/panel/relay/0"] } ] }
        """;

    private const string Hold = """
        { "kind": "automation", "id": "held", "triggers": [ { "state": "store/panel/area/1", "property": "arming", "to": "away", "for": "00:05:00" } ], "actions": [ { "action": "openRelay", "on": ["store/panel/relay/0"] } ] }
        """;

    private const string Delayed = """
        { "kind": "automation", "id": "delayed", "triggers": [ { "event": "zoneAlarm", "source": "store/panel/zone/3" } ], "actions": [ { "delay": "00:02:00" }, { "action": "openRelay", "on": ["store/panel/relay/0"] } ] }
        """;

    private const string Third = """
        { "kind": "automation", "id": "third", "triggers": [ { "count": 3, "event": "motionDetection", "source": "store/nvr/channel/1", "within": "00:10:00" } ], "actions": [ { "action": "openRelay", "on": ["store/panel/relay/0"] } ] }
        """;

    private const string Announce = """
        { "kind": "automation", "id": "announce", "triggers": [ { "event": "zoneAlarm", "source": "store/panel/zone/3" } ], "actions": [ { "publish": { "topic": "alerts/zone", "payload": { "at": "${at}" } } } ] }
        """;

    private const string Floor = """
        { "kind": "peopleCounting", "id": "floor", "name": "Floor", "channels": [ { "channel": "store/entrance/channel/1" } ], "maxPeople": 10 }
        """;

    [Fact, Trait("Req", "ACT-10")]
    public async Task AHoldThatWasRunning_EndsAtItsInstant()
    {
        await using SiteHouse house = await SiteHouse.StartAsync(Hold);
        await house.StateAsync("panel/area/1", "arming", "disarm", initial: true);
        await house.StateAsync("panel/area/1", "arming", "away");
        await house.PassAsync(TimeSpan.FromMinutes(2));
        house.Kill();
        await house.PassTimeDownAsync(TimeSpan.FromMinutes(1));
        await house.StateAsync("panel/area/1", "arming", "away", initial: true);
        await house.PassAsync(TimeSpan.FromSeconds(119));
        Assert.Empty(house.Fired);
        await house.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(["12:05:00 held"], house.Fired);
        Assert.Empty(house.Problems);
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task ADelayUnderWay_GoesOn_ACountGoesOn_AToggleStays()
    {
        await using SiteHouse house = await SiteHouse.StartAsync($"[{Delayed},{Third},{Linkage}]");
        await house.ToggleAsync("alarm", false);
        await house.EventAsync("panel/zone/3", "zoneAlarm");
        await house.EventAsync("nvr/channel/1", "motionDetection");
        await house.EventAsync("nvr/channel/1", "motionDetection");
        await house.PassAsync(TimeSpan.FromMinutes(1));
        house.Kill();
        await house.PassTimeDownAsync(TimeSpan.FromSeconds(10));
        await house.EventAsync("nvr/channel/1", "motionDetection");
        Assert.Equal(["12:01:10 third"], house.Fired);
        await house.EventAsync("panel/zone/3", "zoneAlarm");
        Assert.Equal("OFF", house.Retained("automation/rules/alarm/enabled"));
        Assert.Single(house.Devices.Calls);
        await house.PassAsync(TimeSpan.FromSeconds(50));
        await house.DoneAsync();
        Assert.Equal(2, house.Devices.Calls.Count);
    }

    [Fact, Trait("Req", "PPL-4")]
    public async Task ACountOfPeople_AndAllStates_AreShownAgain()
    {
        await using SiteHouse house = await SiteHouse.StartAsync(Floor);
        await house.EventAsync("entrance/channel/1", "peopleCounting", data: DataObject.Of(("enter", 5), ("exit", 0)));
        await house.EventAsync("entrance/channel/1", "peopleCounting", data: DataObject.Of(("enter", 9), ("exit", 1)));
        await house.StateAsync("panel/area/1", "arming", "away");
        string group = house.Retained("automation/store/groups/floor/state")!;
        Assert.Contains("\"inside\":3", group, StringComparison.Ordinal);
        house.Kill();
        await house.StartAsync();
        Assert.Equal(group, house.Retained("automation/store/groups/floor/state"));
        Assert.Contains("\"arming\":\"away\"", house.Retained("automation/store/panel/area/1/state")!, StringComparison.Ordinal);
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task WhatTheLastCommitGaveOut_IsToldAgain_WhileItIsWorthIt()
    {
        await using SiteHouse house = await SiteHouse.StartAsync(Announce);
        await house.EventAsync("panel/zone/3", "zoneAlarm");
        Assert.Single(house.On("alerts/zone"));
        house.Kill();
        await house.PassTimeDownAsync(TimeSpan.FromSeconds(5));
        Assert.Single(house.On("alerts/zone"));
        Assert.Single(house.On("automation/store/panel/zone/3/event"));

        await house.EventAsync("panel/zone/3", "zoneAlarm");
        house.Kill();
        await house.PassTimeDownAsync(TimeSpan.FromMinutes(5));
        Assert.Empty(house.On("alerts/zone"));

        // After a clean stop all was told.
        await house.EventAsync("panel/zone/3", "zoneAlarm");
        await house.StopAsync();
        await house.StartAsync();
        Assert.Empty(house.On("alerts/zone"));
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task AnOutcomeOnDiskThatWasNotTold_IsToldAfterTheRestart_Once()
    {
        await using SiteHouse house = await SiteHouse.StartAsync(Linkage);
        var hold = new TaskCompletionSource<ActionOutcome>();
        house.Devices = new FakeExecutor((_, _) => hold.Task);
        await house.StopAsync();
        await house.StartAsync();
        await house.EventAsync("panel/zone/3", "zoneAlarm");
        await Until.True(() => house.Devices.Calls.Count == 1);

        // The outcome is on disk and the process ends before the site heard of it.
        string id = house.Devices.Calls[0];
        await house.Database.RunAsync(
            s => s.Execute("UPDATE outbox SET state = 2, attempts = 1, reason = 'None', retry_safe = 0, device_status = '1 ok', finished_at = $2 WHERE id = $1", id, house.Time.GetUtcNow()),
            CancellationToken.None);
        house.Kill();
        await house.StartAsync();
        await house.DoneAsync();
        Assert.Equal((id, "succeeded", "1 ok"), house.On("automation/store/actions").Select(a => (a.GetProperty("id").GetString(), a.GetProperty("outcome").GetString(), a.GetProperty("deviceStatus").GetString())).Single());
        Assert.Empty(house.Devices.Calls);

        await house.StopAsync();
        await house.StartAsync();
        await house.DoneAsync();
        Assert.Empty(house.On("automation/store/actions"));
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task ACommand_IsDoneOnce_AlsoWhenTheProcessEndsFirst()
    {
        await using SiteHouse house = await SiteHouse.StartAsync(Linkage);
        var hold = new TaskCompletionSource<ActionOutcome>();
        house.Devices = new FakeExecutor((_, _) => hold.Task);
        await house.StopAsync();
        await house.StartAsync();
        await house.CommandAsync("openDoor", "gate/door/1");
        await house.CommandAsync("openRelay", "panel/relay/0");
        await Until.True(() => house.Devices.Calls.Count == 2);
        house.Kill();
        await house.StartAsync();
        await house.DoneAsync();

        // The relay is told again, which is harmless; nobody knows whether the door opened, and that is what is told.
        Assert.Equal(["openDoor interrupted", "openRelay succeeded"], house.On("automation/store/actions").Select(a => $"{a.GetProperty("action").GetString()} {(a.TryGetProperty("reason", out var reason) ? reason : a.GetProperty("outcome")).GetString()}").Order());
        Assert.Single(house.Devices.Calls);
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task RulesThatChangedWhileItWasDown_AreInForce_AndWhatWasBeforeKeepsItsMeaning()
    {
        await using SiteHouse house = await SiteHouse.StartAsync($"[{Linkage},{Floor}]");
        await house.EventAsync("panel/zone/3", "zoneAlarm");
        await house.EventAsync("entrance/channel/1", "peopleCounting", data: DataObject.Of(("enter", 5), ("exit", 0)));
        await house.EventAsync("entrance/channel/1", "peopleCounting", data: DataObject.Of(("enter", 9), ("exit", 1)));
        house.Kill();

        // In the journal the alarm fired; the rule that is in force now would not have.
        await File.WriteAllTextAsync(house.RulesFile, $"[{Linkage.Replace("zoneAlarm", "zoneFault", StringComparison.Ordinal)},{Floor}]");
        await house.PassTimeDownAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(1, await house.AskAsync(e => e.Status("alarm").Firings));
        Assert.Contains("\"inside\":3", house.Retained("automation/store/groups/floor/state")!, StringComparison.Ordinal);
        await house.EventAsync("panel/zone/3", "zoneAlarm");
        Assert.Empty(house.Fired);
        await house.EventAsync("panel/zone/3", "zoneFault");
        Assert.Equal(["12:01:00 alarm"], house.Fired);
        Assert.Empty(house.Problems);
    }

    [Fact, Trait("Req", "ACT-10")]
    public async Task NumbersOfInputs_AreNeverGivenTwice()
    {
        await using SiteHouse house = await SiteHouse.StartAsync(Linkage);
        await house.EventAsync("panel/zone/3", "zoneAlarm");
        await house.DoneAsync();
        string first = house.Devices.Calls.Single();
        house.Kill();
        await house.StartAsync();
        await house.EventAsync("panel/zone/3", "zoneAlarm");
        await house.DoneAsync();
        Assert.NotEqual(first, house.Devices.Calls.Single());
        await house.StopAsync();
        await house.StartAsync();
        Assert.Empty(house.Problems);
    }

    [Theory, Trait("Req", "ACT-10")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(20261130)]
    public async Task KilledAtAnyPoint_TheStateIsThatOfAStraightRun(int seed)
    {
        var random = new Random(seed);
        var limits = new JournalLimits { InputsToSnapshot = random.Next(5, 40) };
        await using SiteHouse house = await SiteHouse.StartAsync($"[{Linkage},{Hold},{Delayed},{Third},{Announce},{Floor}]", limits: limits);
        int enter = 0;
        for (int i = 0; i < 150; i++)
        {
            switch (random.Next(9))
            {
                case 0: await house.EventAsync("panel/zone/3", "zoneAlarm", random.Next(2) == 0 ? EventState.Active : EventState.Inactive); break;
                case 1: await house.EventAsync("nvr/channel/1", "motionDetection"); break;
                case 2: await house.EventAsync("entrance/channel/1", "peopleCounting", data: DataObject.Of(("enter", enter += random.Next(3)), ("exit", 0))); break;
                case 3: await house.StateAsync("panel/area/1", "arming", random.Next(2) == 0 ? "away" : "disarm", random.Next(5) == 0); break;
                case 4: await house.ToggleAsync(random.Next(2) == 0 ? "alarm" : "delayed", random.Next(2) == 0); break;
                case 5: await house.CommandAsync("openRelay", "panel/relay/0"); break;
                case 6 when random.Next(3) == 0: await CrashAsync(); break;
                case 7 when random.Next(6) == 0:
                    await house.StopAsync();
                    await house.StartAsync();
                    break;
                default: await house.PassAsync(TimeSpan.FromSeconds(random.Next(1, 200))); break;
            }
        }

        await CrashAsync();
        Assert.Empty(house.Problems);

        async Task CrashAsync()
        {
            house.Kill();
            await house.PassTimeDownAsync(TimeSpan.FromSeconds(random.Next(1, 400)));
            await house.DoneAsync();
            string hash = Convert.ToHexString(await house.HashAsync());
            string straight = Convert.ToHexString(await house.StraightRunAsync());
            Assert.True(hash == straight, $"seed {seed}: the state is not that of a straight run");
        }
    }
}
