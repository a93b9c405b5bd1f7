using System.Globalization;
using System.Text;
using Automation.Core.Model;
using Automation.Isapi.Documents;
using Automation.Isapi.Events;

namespace Automation.Isapi.Tests.Events;

/// <summary>
/// Streams made of parts that are well and ill in every way the grammar allows: no exception escapes, the next good part is always heard, and what is kept stays within the limits.
/// Each test prints its seed in its name.
/// </summary>
public sealed class StreamFuzzTests
{
    private const int MaxText = 8 * 1024;
    private const int MaxPicture = 16 * 1024;

    [Theory, Trait("Req", "EVT-1")]
    [InlineData(101)]
    [InlineData(102)]
    [InlineData(103)]
    [InlineData(20261130)]
    public async Task AfterAnyPart_TheNextGoodOneIsHeard(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 150; round++)
        {
            string good = string.Create(CultureInfo.InvariantCulture, $"good{round}");
            string bad = Part(random);
            string sentinel = random.Next(2) == 0
                ? $"--boundary\r\nContent-Type: application/xml\r\n\r\n<EventNotificationAlert><channelID>1</channelID><eventType>{good}</eventType><eventState>active</eventState></EventNotificationAlert>\r\n"
                : $$"""--boundary{{"\r\n"}}Content-Type: application/json{{"\r\n\r\n"}}{"channelID":1,"eventType":"{{good}}","eventState":"active"}{{"\r\n"}}""";
            // Behind a part without an end, the end is the next boundary; the one behind that is whole in any case.
            byte[] stream = Encoding.Latin1.GetBytes(bad + "\r\n--boundary\r\n\r\n<skip/>\r\n" + sentinel + "--boundary\r\n");
            List<string> heard;
            try
            {
                heard = await HearAsync(stream, random.Next(1, 3000));
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, round {round}: {e}\n{bad[..Math.Min(bad.Length, 2000)]}");
                return;
            }

            Assert.True(heard.Contains("unknown " + good), $"seed {seed}, round {round}: heard {string.Join(", ", heard)} of\n{bad[..Math.Min(bad.Length, 2000)]}");
        }
    }

    [Theory, Trait("Req", "EVT-1")]
    [InlineData("Content-Type: application/xml\r\n\r\n", "<a>")]
    [InlineData("Content-Type: application/json\r\n\r\n", "[[{\"a\":")]
    [InlineData("Content-Type: image/jpeg\r\n\r\n", "\u00FF\u00D8")]
    [InlineData("Content-Type: image/jpeg\r\nContent-Length: 2147483647\r\n\r\n", "x")]
    [InlineData("X-Header: ", "y")]
    [InlineData("", "--boundar")]
    public async Task AnEndlessPart_IsReadInBoundedMemory(string head, string filler)
    {
        const long Length = 32L << 20;
        byte[] start = Encoding.Latin1.GetBytes("--boundary\r\n" + head);
        byte[] fill = Encoding.Latin1.GetBytes(string.Concat(Enumerable.Repeat(filler, 4096 / filler.Length)));
        long sent = 0;
        var reader = new MultipartReader((buffer, _) =>
        {
            if (sent >= Length) return ValueTask.FromResult(0);
            ReadOnlySpan<byte> from = sent == 0 ? start : fill;
            int count = Math.Min(buffer.Length, from.Length);
            from[..count].CopyTo(buffer.Span);
            sent += count;
            return ValueTask.FromResult(count);
        }, "boundary", MaxText, MaxPicture);
        var parts = new AlertParts(new Sink());
        long before = GC.GetAllocatedBytesForCurrentThread();
        while (await reader.ReadAsync(CancellationToken.None) is { } part) parts.Take(part);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(sent >= Length);
        // Every read completes at once, so all of it is this thread's: a few buffers of the limits' size, not the stream.
        Assert.True(allocated < 64 * (MaxText + MaxPicture), string.Create(CultureInfo.InvariantCulture, $"{allocated} bytes for a stream of {Length}"));
    }

    /// <summary>XML of good form that makes no sense: elements doubled, missing, nested, with attributes, sections and references in odd places.</summary>
    [Theory, Trait("Req", "EVT-4")]
    [InlineData(201)]
    [InlineData(202)]
    public void Xml_ThatMakesNoSense_IsReadOrAProblem(int seed)
    {
        var random = new Random(seed);
        var tape = new Tape();
        var alerts = new List<Alert>();
        Sink sink = new();
        for (int round = 0; round < 4000; round++)
        {
            string text = "<EventNotificationAlert>" + Elements(random, 4) + "</EventNotificationAlert>";
            try
            {
                DocumentReader.Read(Encoding.UTF8.GetBytes(text), tape);
                Alert.Read(tape, alerts);
                foreach (Alert alert in alerts) sink.Received(alert);
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, round {round}, {text}: {e}");
            }
        }
    }

    private static readonly string[] Names =
        ["channelID", "dynChannelID", "eventType", "eventState", "activePostCount", "dateTime", "DetectionRegionList", "DetectionRegionEntry", "TMA", "currTemperature", "thermometryUnit", "CIDAlarm", "CIDCode", "CIDParam", "zoneNo",
         "DurationList", "Duration", "relationEvent", "Extensions", "AccessControllerEvent", "majorEventType", "peopleCounting", "statisticalMethods", "enter", "VideoReview", "HikCIDParams", "videoInfoList", "a:b", "é", "x-1"];

    private static readonly string[] Texts =
        ["1", "-1", "0", "999999999999", "VMD", "IO", "TMA", "duration", "CIDAlarm", "videoloss", "active", "inactive", "true", "39.8", "NaN", "1,2,3", ",,,,,,,,", "2026-99-99T99:99:99", "&amp;", "&", "&#0;", "&#x41;", "&none;", "<![CDATA[x]]>", "<!-- x -->", "<?p x?>", ""];

    private static string Elements(Random random, int depth)
    {
        var text = new StringBuilder();
        for (int count = random.Next(0, 6); count > 0; count--)
        {
            string name = Names[random.Next(Names.Length)];
            string attributes = random.Next(8) switch { 0 => " a=\"1\"", 1 => " xmlns='urn:x' b='>'", 2 => " c", _ => "" };
            if (random.Next(10) == 0) text.Append('<').Append(name).Append(attributes).Append("/>");
            else text.Append('<').Append(name).Append(attributes).Append('>').Append(depth > 0 && random.Next(2) == 0 ? Elements(random, depth - 1) : Texts[random.Next(Texts.Length)]).Append("</").Append(random.Next(60) == 0 ? "other" : name).Append('>');
        }

        return text.ToString();
    }

    private static string Json(Random random, int depth) => random.Next(depth <= 0 ? 6 : 9) switch
    {
        0 => "null",
        1 => random.Next(-5, 5000).ToString(CultureInfo.InvariantCulture),
        2 => "1e400",
        3 => "\"" + Texts[random.Next(19)] + "\"",
        4 => "\"\\ud83d \\u0000 \\\" " + new string('y', random.Next(40)) + "\"",
        5 => "true",
        6 => "[" + string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => Json(random, depth - 1))) + (random.Next(20) == 0 ? "" : "]"),
        _ => "{" + string.Join(',', Enumerable.Range(0, random.Next(6)).Select(_ => $"\"{Names[random.Next(Names.Length)]}\":{Json(random, depth - 1)}")) + (random.Next(20) == 0 ? "" : "}"),
    };

    private static string Part(Random random)
    {
        string type = random.Next(7) switch { 0 => "application/json", 1 => "application/xml; charset=\"UTF-8\"", 2 => "image/pjpeg", 3 => "text/plain", 4 => "", 5 => "application/octet-stream", _ => "application/xml" };
        string body = random.Next(9) switch
        {
            0 => Json(random, 5),
            1 => "<EventNotificationAlert>" + Elements(random, 5) + "</EventNotificationAlert>",
            2 => string.Concat(Enumerable.Repeat("<EventNotificationAlert>" + Elements(random, 2) + "</EventNotificationAlert>", random.Next(1, 40))),
            3 => "\u00FF\u00D8" + new string('p', random.Next(3 * MaxPicture)),
            4 => new string('<', random.Next(1, 4000)),
            5 => string.Concat(Enumerable.Repeat("{\"a\":[", random.Next(1, 1500))),
            6 => "{\"x\":\"--boundar\r\n--bound\"}",
            7 => new string('q', random.Next(MaxText, 5 * MaxText)),
            _ => "",
        };
        int cut = random.Next(3) == 0 ? random.Next(body.Length + 1) : body.Length;
        body = body[..cut];
        string length = random.Next(5) switch
        {
            0 => string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n"),
            1 => string.Create(CultureInfo.InvariantCulture, $"content-length:{Math.Max(0, body.Length - random.Next(5))}\r\n"),
            2 => "Content-Length: x\r\n",
            _ => "",
        };
        string more = random.Next(6) == 0 ? "Content-Disposition: form-data; name=\"a\"; filename=\"MoveDetection.xml\"\r\n" + new string('H', random.Next(200)) + ": 1\r\n" : "";
        string newline = random.Next(6) == 0 ? "\n" : "\r\n";
        return $"--boundary{newline}{(type.Length > 0 ? $"Content-Type: {type}{newline}" : "")}{length}{more}{newline}{body}{newline}";
    }

    private static async Task<List<string>> HearAsync(byte[] stream, int chunk)
    {
        int at = 0;
        var reader = new MultipartReader((buffer, _) =>
        {
            int count = Math.Min(Math.Min(chunk, buffer.Length), stream.Length - at);
            stream.AsMemory(at, count).CopyTo(buffer);
            at += count;
            return ValueTask.FromResult(count);
        }, "boundary", MaxText, MaxPicture);
        var sink = new Sink();
        var parts = new AlertParts(sink);
        while (await reader.ReadAsync(CancellationToken.None) is { } part)
        {
            Assert.True(part.Body.Length <= MaxPicture, "a part is larger than the limit");
            parts.Take(part);
        }

        return sink.Heard;
    }

    private sealed class Sink : IAlertStreamSink, INormalizedSink
    {
        private readonly AlertNormalizer _normalizer;

        public Sink() => _normalizer = new AlertNormalizer(new DeviceResources(TestDevices.Recorder()), this);

        public List<string> Heard { get; } = [];

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

        public void Picture(string contentType, ReadOnlyMemory<byte> bytes) => Assert.True(bytes.Length <= MaxPicture);

        public void Event(ResourceAddress resource, string type, EventState state, DataObject data)
        {
            if (Heard.Count < 100_000) Heard.Add($"{type} {data["raw"].Text}");
        }

        public void State(ResourceAddress resource, DataObject properties)
        {
        }

        void INormalizedSink.Problem(DeviceProblemKind kind, string detail) => Assert.True(detail.Length < 400);

        void IAlertStreamSink.Problem(DeviceProblemKind kind, string detail) => Assert.True(detail.Length < 400);
    }
}
