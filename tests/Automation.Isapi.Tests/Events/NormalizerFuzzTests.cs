using System.Text.Json.Nodes;
using Automation.Core.Model;
using Automation.Isapi.Documents;
using Automation.Isapi.Events;

namespace Automation.Isapi.Tests.Events;

/// <summary>Alerts that are well-formed and make no sense: fields missing, of another type, out of range, in the wrong place.</summary>
public sealed class NormalizerFuzzTests
{
    private static readonly string[] Good =
    [
        """{"EventNotificationAlert":{"channelID":"1","dateTime":"2021-11-22T11:38:41+08:00","activePostCount":"2","eventType":"fireDetection","eventState":"active","DetectionRegionList":{"DetectionRegionEntry":{"regionID":"1","FireDetection":{"temperatureUnit":"celsius","fireMaxTemperature":"115"}}},"VideoReview":{"HikCIDParams":{"subSys":0,"ZoneNo":1}}}}""",
        """{"EventNotificationAlert":{"eventType":"CIDAlarm","eventState":"active","dateTime":"2018-01-21T12:50:39+08:00","CIDAlarm":{"subSys":1,"zoneNo":1,"CIDCode":"1103","CIDParam":"1,2,1,1,1,1,0,admin"}}}""",
        """{"eventType":"AccessControllerEvent","dateTime":"2021-01-01T00:00:00Z","AccessControllerEvent":{"majorEventType":5,"subEventType":21,"doorNo":1,"currentEvent":true}}""",
        """{"channelID":1,"eventType":"PeopleCounting","peopleCounting":{"statisticalMethods":"realTime","enter":1,"exit":2},"childCounting":{"enter":1}}""",
        """{"channelID":2,"eventType":"TMA","DetectionRegionList":[{"DetectionRegionEntry":[{"TMA":{"thermometryUnit":"kelvin","currTemperature":300,"presetNo":1}}]}]}""",
        """{"eventType":"duration","DurationList":[{"Duration":{"relationEvent":"IO"}}],"inputIOPortID":1}""",
    ];

    [Theory, Trait("Req", "EVT-4"), Trait("Req", "EVT-5")]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(23)]
    public void Normalize_NonsenseInGoodForm_NeverThrowsAndStaysInTheModel(int seed)
    {
        var random = new Random(seed);
        foreach (Device device in (Device[])[TestDevices.Panel(), TestDevices.Recorder(), TestDevices.Access(), TestDevices.Camera()])
        {
            var sink = new CheckingSink(device);
            var normalizer = new AlertNormalizer(new DeviceResources(device), sink);
            var tape = new Tape();
            var alerts = new List<Alert>();
            for (int round = 0; round < 1500; round++)
            {
                JsonNode node = JsonNode.Parse(Good[random.Next(Good.Length)])!;
                for (int changes = random.Next(1, 5); changes > 0; changes--) Change(node, random);
                string text = node.ToJsonString();
                try
                {
                    DocumentReader.Read(System.Text.Encoding.UTF8.GetBytes(text), tape);
                    Alert.Read(tape, alerts);
                    foreach (Alert alert in alerts)
                    {
                        if (!normalizer.IsHeartbeat(alert)) normalizer.Normalize(alert);
                    }
                }
                catch (Exception e)
                {
                    Assert.Fail($"seed {seed}, round {round}, {text}: {e}");
                }
            }
        }
    }

    private static void Change(JsonNode root, Random random)
    {
        JsonNode at = root;
        for (int depth = random.Next(1, 6); depth > 0; depth--)
        {
            if (at is JsonObject { Count: > 0 } o)
            {
                string key = o.ElementAt(random.Next(o.Count)).Key;
                if (depth == 1 || o[key] is null or JsonValue)
                {
                    if (random.Next(4) == 0) o.Remove(key);
                    else o[key] = Nonsense(random);
                    return;
                }

                at = o[key]!;
            }
            else if (at is JsonArray { Count: > 0 } a)
            {
                int index = random.Next(a.Count);
                if (a[index] is null or JsonValue || depth == 1)
                {
                    a[index] = Nonsense(random);
                    return;
                }

                at = a[index]!;
            }
        }
    }

    private static JsonNode? Nonsense(Random random) => random.Next(14) switch
    {
        0 => null,
        1 => "",
        2 => -1,
        3 => 65_536,
        4 => 1e300,
        5 => "99999999999999999999",
        6 => true,
        7 => new JsonArray(),
        8 => new JsonObject(),
        9 => new JsonArray(1, "x", new JsonObject { ["id"] = 3 }),
        10 => new string('z', 3000),
        11 => "NaN",
        12 => "-9999-99-99T99:99:99",
        _ => random.Next(2000, 4000),
    };

    private sealed class CheckingSink(Device device) : INormalizedSink
    {
        private readonly HashSet<ResourceAddress> _known = [device.Address, .. device.Resources.Select(r => r.Address)];

        public void Event(ResourceAddress resource, string type, EventState state, DataObject data)
        {
            Assert.Contains(resource, _known);
            Assert.True(EventTypes.IsKnown(type), type);
            foreach ((_, DataValue value) in data) Assert.True(value.Text.Length <= 512);
        }

        public void State(ResourceAddress resource, DataObject properties) => Assert.Contains(resource, _known);

        public void Problem(DeviceProblemKind kind, string detail) => Assert.True(detail.Length < 400, detail);
    }
}
