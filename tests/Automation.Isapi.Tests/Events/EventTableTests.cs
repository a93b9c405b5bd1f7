using System.Globalization;
using System.Text;
using System.Text.Json;
using Automation.Core.Model;
using Automation.Isapi.Documents;
using Automation.Isapi.Events;
using Automation.TestKit;

namespace Automation.Isapi.Tests.Events;

/// <summary>From the bytes on the wire to the normalised event, type by type (EVT-4): whole, cut at every position, byte by byte, in JSON and in XML.</summary>
public sealed class EventTableTests
{
    private static readonly KeyValuePair<string, DataValue>[] Envelope = [new("count", 4), new("description", "it happened"), new("deviceTime", "2026-03-01T07:08:09+01:00"), new("channelName", "Gate & yard")];

    public static TheoryData<string> Rows => [.. EventTable.Rows.Select(r => r.Where)];

    private static EventRow RowOf(string where) => EventTable.Rows.Single(r => r.Where == where);

    [Fact, Trait("Req", "EVT-4"), Trait("Req", "EVT-5")]
    public void EveryWordOfTheCodeList_IsInTheTable()
    {
        string[] words = [.. File.ReadAllLines(Peer.SharedFolder("reference", "event-codes.csv"))[1..].Select(r => r.Split(',', 5)).Where(c => c[0] != "securityControl").Select(c => c[1])];
        Assert.Equal(32, words.Length);
        Assert.All(words, word => Assert.Contains(EventTable.Rows, r => r.Json.Contains($"\"eventType\":\"{word}\"", StringComparison.Ordinal) && r.Event.Length > 0));
    }

    [Theory, MemberData(nameof(Rows)), Trait("Req", "EVT-4")]
    public async Task Whole_IsTheEventOfTheTable_InBothDialects(string where)
    {
        EventRow row = RowOf(where);
        string expected = Expected(row);
        Assert.Equal(expected, await HearAsync(row, Part("application/json", row.Json, length: true)));
        Assert.Equal(expected, await HearAsync(row, Part("application/xml; charset=\"UTF-8\"", Xml(row.Json), length: false)));
        Assert.Equal(expected, await HearAsync(row, Part("application/xml", Xml(row.Json).Replace(" xmlns=\"http://www.isapi.org/ver20/XMLSchema\"", " xmlns=\"urn:psialliance-org\"", StringComparison.Ordinal), length: true)));
    }

    [Theory, MemberData(nameof(Rows)), Trait("Req", "EVT-1"), Trait("Req", "EVT-4")]
    public async Task ByteByByte_IsTheSame(string where)
    {
        EventRow row = RowOf(where);
        Assert.Equal(Expected(row), await HearAsync(row, Part("application/json", row.Json, length: false), chunk: 1));
        Assert.Equal(Expected(row), await HearAsync(row, Part("application/xml", Xml(row.Json), length: true), chunk: 1));
    }

    [Theory, MemberData(nameof(Rows)), Trait("Req", "EVT-1"), Trait("Req", "EVT-4")]
    public async Task CutAtEveryPosition_ArrivesInTwoReads_OrNotAtAll(string where)
    {
        EventRow row = RowOf(where);
        string expected = Expected(row);
        string nothing = Expected(row with { Event = "", State = "" });
        foreach (byte[] stream in (byte[][])[Part("application/json", row.Json, length: true), Part("application/xml", Xml(row.Json), length: false)])
        {
            for (int cut = 1; cut < stream.Length; cut++)
            {
                string two = await HearAsync(row, stream, first: cut);
                Assert.True(two == expected, $"in two reads at {cut}: {two}");
                string end = await HearAsync(row, stream.AsMemory(0, cut).ToArray());
                Assert.True(end == expected || end == nothing, $"ended at {cut}: {end}");
            }
        }
    }

    private static string Expected(EventRow row)
    {
        if (row.Event.Length == 0) return "";
        var data = Envelope.ToDictionary(StringComparer.Ordinal);
        foreach (string part in row.Data.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part[0] == '-')
            {
                data.Remove(part[1..]);
                continue;
            }

            (string name, string value) = (part[..part.IndexOf('=', StringComparison.Ordinal)], part[(part.IndexOf('=', StringComparison.Ordinal) + 1)..]);
            data[name] = value;
        }

        return $"{row.Event} {Show(data)}" + (row.State.Length == 0 ? "" : "\n" + row.State);
    }

    private static string Show(IEnumerable<KeyValuePair<string, DataValue>> data) => string.Join("; ", data.OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => $"{d.Key}={d.Value.ToString()}"));

    private static byte[] Part(string type, string body, bool length)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(body.Trim());
        return [.. Encoding.ASCII.GetBytes($"--boundary\r\nContent-Type: {type}\r\n{(length ? string.Create(CultureInfo.InvariantCulture, $"Content-Length: {bytes.Length}\r\n") : "")}\r\n"), .. bytes, .. "\r\n--boundary\r\n"u8];
    }

    /// <summary>The same alert as a device of the other dialect writes it.</summary>
    private static string Xml(string json)
    {
        JsonElement root = JsonDocument.Parse(json).RootElement;
        if (root.TryGetProperty("EventNotificationAlert", out JsonElement alert)) root = alert;
        var text = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<EventNotificationAlert version=\"2.0\" xmlns=\"http://www.isapi.org/ver20/XMLSchema\">\n");
        Members(text, root);
        return text.Append("</EventNotificationAlert>").ToString();
    }

    private static void Members(StringBuilder text, JsonElement of)
    {
        foreach (JsonProperty member in of.EnumerateObject())
        {
            // A list of one-member objects is the list's element with its children; a list of values repeats the element.
            if (member.Value.ValueKind == JsonValueKind.Array && member.Value.EnumerateArray().All(i => i.EnumerateObject().Count() == 1))
            {
                text.Append('<').Append(member.Name).Append('>');
                foreach (JsonElement item in member.Value.EnumerateArray()) Members(text, item);
                text.Append("</").Append(member.Name).Append(">\n");
                continue;
            }

            foreach (JsonElement item in member.Value.ValueKind == JsonValueKind.Array ? member.Value.EnumerateArray() : Enumerable.Repeat(member.Value, 1))
            {
                text.Append('<').Append(member.Name).Append('>');
                if (item.ValueKind == JsonValueKind.Object) Members(text, item);
                else text.Append(System.Security.SecurityElement.Escape(item.ToString() is var value && item.ValueKind is JsonValueKind.True or JsonValueKind.False ? item.GetRawText() : value));
                text.Append("</").Append(member.Name).Append(">\n");
            }
        }
    }

    private static async Task<string> HearAsync(EventRow row, byte[] stream, int chunk = int.MaxValue, int first = int.MaxValue)
    {
        int at = 0;
        var reader = new MultipartReader((buffer, _) =>
        {
            int most = at == 0 && first < stream.Length ? first : chunk;
            int count = Math.Min(Math.Min(most, buffer.Length), stream.Length - at);
            stream.AsMemory(at, count).CopyTo(buffer);
            at += count;
            return ValueTask.FromResult(count);
        }, "boundary", 1 << 20, 1 << 20);
        var sink = new Sink(row.Of);
        var parts = new AlertParts(sink);
        while (await reader.ReadAsync(CancellationToken.None) is { } part) Assert.Null(parts.Take(part));
        return string.Join('\n', sink.Told);
    }

    private sealed class Sink : IAlertStreamSink, INormalizedSink
    {
        private readonly AlertNormalizer _normalizer;

        public Sink(Device device) => _normalizer = new AlertNormalizer(new DeviceResources(device), this);

        public List<string> Told { get; } = [];

        public void Opened()
        {
        }

        public void Received(in Alert alert)
        {
            if (!_normalizer.IsHeartbeat(alert)) _normalizer.Normalize(alert);
        }

        public void Other(TapeNode document)
        {
        }

        public void Picture(string contentType, ReadOnlyMemory<byte> bytes) => Assert.Fail("there is no picture");

        public void Event(ResourceAddress resource, string type, EventState state, DataObject data) => Told.Add($"{resource} {type} {state} {Show(data)}");

        public void State(ResourceAddress resource, DataObject properties) => Told.Add($"{resource} {properties}");

        void INormalizedSink.Problem(DeviceProblemKind kind, string detail)
        {
        }

        void IAlertStreamSink.Problem(DeviceProblemKind kind, string detail)
        {
        }
    }
}
