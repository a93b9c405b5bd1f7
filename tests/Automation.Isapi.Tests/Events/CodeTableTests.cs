using System.Text;
using Automation.Core.Model;
using Automation.Isapi.Documents;
using Automation.Isapi.Events;
using Automation.TestKit;

namespace Automation.Isapi.Tests.Events;

/// <summary>Code by code (002 App. D), from the bytes on the wire to the normalised event, in the three forms panels write them (EVT-5).</summary>
public sealed class CodeTableTests
{
    /// <summary>What each code of the list means, read from its name: the last three digits, those of a restore among them.</summary>
    private static readonly Dictionary<string, string> Meaning = new()
    {
        ["zoneAlarm"] = "103 124 125 126 130 131 132 133 134 139 148 149 207 750 759 773 775 776 778 779 785 812 863 940",
        ["zoneTamper"] = "383",
        ["zoneFault"] = "141 142 380 382 386 387 777",
        ["zoneBypassed"] = "570 571 573 574 988",
        ["gasAlarm"] = "151",
        ["waterAlarm"] = "154",
        ["fireAlarm"] = "110 114 780 811 962",
        ["medicalAlarm"] = "100 847 964 989",
        ["panicAlarm"] = "122 123 127 129 810",
        ["duress"] = "121 963",
        ["pirDetection"] = "774",
        ["temperatureAlarm"] = "753 754 783 784 786",
        ["temperaturePreAlarm"] = "781 782",
        ["tamperAlarm"] = "137 144 341 343 344 346",
        ["acLoss"] = "301 339 342 349",
        ["lowBattery"] = "302 310 313 318 337 338 347 915 919 925",
        ["batteryMissing"] = "311 314 340",
        ["peripheralFault"] = "312 319 328 330 333 336 862 864 910 911 912 913 918 941 944 991",
        ["communicationFault"] = "345 348 351 352 354 359 914 916 917 920 921 922 923 924 926 931 947 948",
        ["networkStateChanged"] = "556",
        ["ipConflict"] = "930",
        ["videoLoss"] = "942",
        ["videoMismatch"] = "943",
        ["hddFull"] = "945",
        ["hddError"] = "946",
        ["offline"] = "949",
        ["illegalAccess"] = "467 865",
        ["lateToDisarm"] = "452",
        ["armingFailed"] = "455 822",
        ["panelReport"] = "305 443 460 461 462 572 601 602 607 617 627 628 960 961 965 970 971 973 975 976 977 978 979 980 982 983 984 985 986 987",
        // Opening and closing: 1 is the opening, 3 the closing; each an event of its own.
        ["disarmed"] = "1401 1403 1409",
        ["alarmCleared"] = "1406 1974",
        ["awayArmed"] = "3400 3401 3403 3408 3409 3442 3900",
        ["stayArmed"] = "3441",
    };

    /// <summary>Where an event is that names the area 1 and the zone 3; what is not here is the device's.</summary>
    private static readonly string[] OfZones =
    [
        "zoneAlarm", "zoneTamper", "zoneFault", "zoneBypassed", "gasAlarm", "waterAlarm", "fireAlarm", "medicalAlarm", "panicAlarm", "duress", "pirDetection", "temperatureAlarm", "temperaturePreAlarm", "tamperAlarm", "lowBattery",
        "peripheralFault", "communicationFault", "panelReport",
    ];

    private static readonly string[] OfAreas = ["lateToDisarm", "armingFailed", "disarmed", "alarmCleared", "awayArmed", "stayArmed"];

    /// <summary>The number beside such a code is the siren's or the keypad's, not a zone's.</summary>
    private static readonly string[] OtherThings = ["Siren", "Repeater", "Keypad", "Keyfob", "Expander", "Printer", "Tag Reader", "KBUS"];

    public static TheoryData<string> Rows => [.. File.ReadAllLines(Peer.SharedFolder("reference", "event-codes.csv"))[1..].Where(r => r.StartsWith("securityControl,", StringComparison.Ordinal))];

    [Theory, MemberData(nameof(Rows)), Trait("Req", "EVT-5")]
    public void EveryCode_InEachForm_IsItsEvent_WithAreaZoneAndUser(string row)
    {
        string[] columns = row.Split(',', 5);
        (string code, string letter, string name) = (columns[1], columns[2][..1], columns[4]);
        // 002 App. D: E begins or happens, R restores or closes.
        Assert.Equal(code[0] == '1' ? "E" : "R", letter);
        string type = Assert.Single(Meaning, m => m.Value.Split(' ').Any(c => c == code || c == code[1..])).Key;
        EventState state = !EventTypes.All[type].Lasts ? EventState.Instant : letter == "R" ? EventState.Inactive : EventState.Active;
        bool otherThing = OtherThings.Any(t => name.Contains(t, StringComparison.OrdinalIgnoreCase)) && EventTypes.All[type].Kinds.Contains("device");
        string place = otherThing ? "store/panel" : OfZones.Contains(type) ? "store/panel/zone/3" : OfAreas.Contains(type) ? "store/panel/area/1" : "store/panel";
        foreach (string wire in (string[])
            [
                """{"EventNotificationAlert":{"eventType":"CIDAlarm","eventState":"active","CIDAlarm":{"subSys":1,"CIDCode":"CODE","CIDType":1,"CIDDescribe":"x","CIDParam":"1,4,3,-1,-1,-1,-1,ada"}}}""",
                """{"eventType":"cidEvent","eventState":"active","CIDEvent":{"code":CODE,"system":1,"zone":3,"name":"ada"}}""",
                "<EventNotificationAlert xmlns=\"http://www.isapi.org/ver20/XMLSchema\"><eventType>CIDAlarm</eventType><eventState>active</eventState><CIDAlarm><subSys>1</subSys><zoneNo>3</zoneNo><CIDCode>CODE</CIDCode><CIDParam>2,-1,-1,-1,-1,-1,-1,ada</CIDParam></CIDAlarm></EventNotificationAlert>",
            ])
        {
            Assert.Equal($"{place} {type} {state} area=1 zone=3 user=ada code={code}", Heard(wire.Replace("CODE", code, StringComparison.Ordinal)));
        }
    }

    [Fact, Trait("Req", "EVT-5")]
    public void NoCodeOfTheTable_IsTwice()
    {
        string[] all = [.. Meaning.Values.SelectMany(v => v.Split(' '))];
        Assert.Equal(all.Length, all.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(296, Rows.Count);
    }

    private static string Heard(string wire)
    {
        var sink = new Sink();
        var normalizer = new AlertNormalizer(new DeviceResources(TestDevices.Panel()), sink);
        var tape = new Tape();
        var alerts = new List<Alert>();
        DocumentReader.Read(Encoding.UTF8.GetBytes(wire), tape);
        Alert.Read(tape, alerts);
        foreach (Alert alert in alerts)
        {
            Assert.False(normalizer.IsHeartbeat(alert));
            normalizer.Normalize(alert);
        }

        return Assert.Single(sink.Told);
    }

    private sealed class Sink : INormalizedSink
    {
        public List<string> Told { get; } = [];

        public void Event(ResourceAddress resource, string type, EventState state, DataObject data) =>
            Told.Add($"{resource} {type} {state} area={data["area"].ToString()} zone={data["zone"].ToString()} user={data["user"].ToString()} code={data["code"].ToString()}");

        public void State(ResourceAddress resource, DataObject properties)
        {
        }

        public void Problem(DeviceProblemKind kind, string detail) => Assert.NotEqual(DeviceProblemKind.UnknownEvent, kind);
    }
}
