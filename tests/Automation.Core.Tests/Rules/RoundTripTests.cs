using System.Collections.Immutable;
using Automation.Core.Rules;

namespace Automation.Core.Tests.Rules;

/// <summary>Written → canonical → written is stable: the written form of a definition reads to the same definition.</summary>
public sealed class RoundTripTests
{
    private const string Everything = """
        [ { "kind": "linkage", "id": "l", "name": "L \"quoted\" 🚪", "description": "d", "source": "@perimeter", "event": ["zoneAlarm", "zoneTamper"], "on": ["begin", "end"],
            "where": { "target": "human", "count": { "above": 1, "atMost": 9.5 }, "kind": ["a", true, 3] }, "priority": -5, "mode": "queued", "maxRuns": 3, "per": "rule", "cooldown": "00:01:00.5",
            "schedule": { "weekly": { "fri-mon": ["22:00-06:00", "08:00-12:30"] }, "except": ["public-holidays"], "holidays": { "calendars": ["public-holidays"], "windows": ["10:00-24:00"] } },
            "actions": [ { "action": "arm", "on": "@shop", "expiresAfter": "00:00:30" }, { "publish": { "topic": "a/${rule}", "payload": { "n": [1, 2.50, null] }, "retain": true, "qos": 1 } },
              { "notify": "text" }, { "delay": "00:00:05" }, { "stop": true } ] },
          { "kind": "exception", "id": "e", "sources": ["store/+", "store/nvr/channel/+"], "exceptions": [ { "type": "offline", "forMinutes": 7.5 }, "videoLoss", "hddFull" ], "receivedBy": ["email", "mobileClient"], "recipients": "installerAdmin" },
          { "kind": "schedule", "id": "s", "at": [ { "weekly": { "mon,wed": ["22:00", "06:30:15"] } }, { "cron": "*/5 8-18 * * 1-5" }, { "once": "2026-12-24T18:00" }, { "sun": "sunset", "offset": "-00:30:00", "days": ["sat,sun"] } ],
            "except": ["public-holidays", "2026-12-31"], "missed": { "run": "all", "within": "02:00:00" }, "conditions": { "not": { "schedule": { "weekly": { "mon": ["00:00-24:00"] } } } },
            "actions": [ { "action": "disarm", "on": "store/panel" } ] },
          { "kind": "schedule", "id": "p", "during": { "weekly": { "mon-fri": ["08:00-18:00"] } }, "missed": "skip", "actions": [ { "action": "callPatrol", "on": "store/nvr/channel/4", "patrol": 1, "command": "start" } ],
            "endActions": [ { "action": "callPatrol", "on": "store/nvr/channel/4", "patrol": 1, "command": "stop" } ] },
          { "kind": "armingSchedule", "id": "a", "areas": ["store/panel/area/+"], "autoArm": "20:00", "autoDisarm": "07:00", "lateToDisarm": "07:15", "mode": "stay", "weekendException": true, "holidayException": ["public-holidays"] },
          { "kind": "peopleCounting", "id": "g", "channels": ["store/entrance/channel/1", { "channel": "store/exit/channel/1", "mode": "reverse" }], "maxPeople": 5, "resetAt": "04:00", "actions": [ { "action": "sirenOn", "on": "store/panel/siren/0", "seconds": 3 } ] },
          { "kind": "temperature", "id": "t", "source": "store/thermal/channel/+", "when": { "above": 37.5, "below": 35, "clearBelow": 37, "clearAbove": 36, "unit": "celsius", "for": "00:00:02", "afterRestart": "requireProof" }, "pushAlarm": true, "maskAlarm": true },
          { "kind": "temperature", "id": "r", "enabled": false, "source": "store/nvr/hdd/1", "when": { "property": "used", "above": 5, "ratePer": "00:10:00" }, "actions": [ { "action": "reboot", "on": "store/nvr" } ] },
          { "kind": "automation", "id": "u", "mode": "restart", "schedule": { "weekly": { "mon": ["00:00-24:00"] } },
            "triggers": [ { "event": "intrusion", "source": "store/nvr/channel/+", "where": { "target": "human" }, "on": "repeat" }, { "state": "store/panel/area/+", "property": "arming", "from": "disarm", "to": ["away", "stay"], "for": "00:05:00", "afterRestart": "restart" },
              { "state": "store/thermal/channel/2", "property": "temperature", "below": 3 }, { "sequence": [ { "event": "lineCrossing", "source": "store/nvr/channel/1" }, { "event": "regionEntrance", "source": "store/nvr/channel/2" } ], "within": "00:00:30" },
              { "count": 3, "event": "motionDetection", "source": "store/nvr/channel/1", "within": "00:01:00" }, { "absence": { "event": "disarmed", "source": "store/panel/area/1" }, "after": { "event": "doorOpened", "source": "store/gate/door/1" }, "within": "00:00:45" },
              { "cron": "0 8 * * 1", "except": "public-holidays" }, { "at": { "sun": "sunrise" }, "missed": "latest" }, { "ruleFired": "l" }, { "startup": true }, { "event": "maxPeopleReached", "source": "store/groups/g" } ],
            "conditions": { "all": [ { "state": "store/panel/area/+", "property": "arming", "in": ["away", "stay"], "match": "any" }, { "any": [ { "data": "count", "atLeast": 1, "below": 5 }, { "rule": "l", "enabled": false } ] }, { "script": "event.data.count > 1" } ] },
            "actions": [ { "action": "capture", "on": ["$trigger", "store/nvr/channel/3"] }, { "wait": { "until": { "state": "store/panel/area/1", "property": "alarm", "isNot": true }, "timeout": "00:00:10", "goOn": true } },
              { "if": { "data": "target", "is": "human" }, "then": [ { "setRule": "l", "enabled": false } ], "else": [ { "setState": "store/panel", "to": { "flag": true, "text": "a", "gone": null } } ] },
              { "repeat": 3, "actions": [ { "script": "publish('x')" }, { "delay": "00:00:01" } ] } ] } ]
        """;

    public static TheoryData<string> Ids => ["l", "e", "s", "p", "a", "g", "t", "r", "u"];

    [Theory, Trait("Req", "LNK-1")]
    [MemberData(nameof(Ids))]
    public void Write_AnyRule_ReadsToTheSameDefinition(string id)
    {
        RuleSetReading first = Demo.Rules(Everything);
        Assert.Empty(first.Findings);
        RuleDefinition rule = first.Rules.Single(r => r.Id == id);
        string written = RuleWriter.Write(rule);
        // References to other rules are kept whole by reading the document among the others.
        IEnumerable<string> others = first.Rules.Where(r => r.Id != id).Select(RuleWriter.Write);
        RuleSetReading second = Demo.Rules("[" + string.Join(",\n", others.Prepend(written)) + "]");
        Assert.Empty(second.Findings);
        RuleDefinition again = second.Rules.Single(r => r.Id == id);
        Assert.Equal(written, RuleWriter.Write(again));
        Assert.Equal(rule.GetType(), again.GetType());
    }

    [Fact, Trait("Req", "LNK-11")]
    public void Write_ExpandedInstances_ReadWithoutTheirTemplates()
    {
        TemplateLibrary library = TemplateLibrary.Read(TemplateTests.Shipped()).Library;
        ImmutableArray<RuleDefinition> rules = RuleSetReader.Read([Demo.Text("""
            [ { "template": "visitor-calling", "id": "v", "inputs": { "station": "store/panel", "cameras": ["store/nvr/channel/1"] } },
              { "template": "camera-offline-at-night", "id": "c", "inputs": { "sources": ["store/nvr", "store/gate"], "minutes": 15 } },
              { "template": "tailgating", "id": "t", "inputs": { "door": "store/gate/door/1", "line": "store/nvr/channel/2" } } ]
            """)], Demo.Site, library).Rules;
        Assert.Equal(3, rules.Length);
        foreach (RuleDefinition rule in rules) Assert.Empty(Demo.Rules(RuleWriter.Write(rule)).Findings);
    }
}
