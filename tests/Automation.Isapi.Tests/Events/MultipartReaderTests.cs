using System.Text;
using Automation.Isapi.Events;

namespace Automation.Isapi.Tests.Events;

public sealed class MultipartReaderTests
{
    private const string A = "<EventNotificationAlert><eventType>VMD</eventType></EventNotificationAlert>";
    private const string B = """{"eventType":"IO"}""";

    private static string Part(string type, string body, bool length = true, string newline = "\r\n", string boundary = "boundary") =>
        $"--{boundary}{newline}Content-Type: {type}{newline}{(length ? $"Content-Length: {Encoding.UTF8.GetByteCount(body)}{newline}" : "")}{newline}{body}{newline}";

    private static Task<List<string>> ReadAsync(string stream, int chunk = int.MaxValue, string? boundary = "boundary", int maxText = 1 << 20, int maxPicture = 8 << 20) =>
        ReadAsync(Encoding.Latin1.GetBytes(stream), chunk, boundary, maxText, maxPicture);

    private static async Task<List<string>> ReadAsync(byte[] stream, int chunk, string? boundary, int maxText = 1 << 20, int maxPicture = 8 << 20)
    {
        int at = 0;
        var reader = new MultipartReader((buffer, _) =>
        {
            int count = Math.Min(Math.Min(chunk, buffer.Length), stream.Length - at);
            stream.AsMemory(at, count).CopyTo(buffer);
            at += count;
            return ValueTask.FromResult(count);
        }, boundary, maxText, maxPicture);
        var parts = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken) is { } part)
        {
            string text = Encoding.Latin1.GetString(part.Body.Span).Trim();
            parts.Add(part.Kind switch { StreamPartKind.Text => (part.Cut ? "cut:" : "") + text, _ => part.Kind.ToString() });
        }

        return parts;
    }

    [Theory, Trait("Req", "EVT-1")]
    [InlineData(true, "\r\n")]
    [InlineData(true, "\n")]
    [InlineData(false, "\r\n")]
    [InlineData(false, "\n")]
    public async Task ReadAsync_AnyChunking_GivesTheSameParts(bool length, string newline)
    {
        string stream = Part("application/xml; charset=\"UTF-8\"", A, length, newline) + Part("application/json", B, length, newline) + Part("application/xml", A, length, newline) + "--boundary--" + newline;
        foreach (int chunk in (int[])[1, 2, 3, 7, 16, 64, 1000, int.MaxValue])
        {
            Assert.Equal([A, B, A], await ReadAsync(stream, chunk));
        }
    }

    [Fact, Trait("Req", "EVT-1")]
    public async Task ReadAsync_CutAtEveryPosition_GivesTheWholePartsAndNeverThrows()
    {
        string stream = Part("application/xml", A) + Part("application/json", B);
        int whole = Part("application/xml", A).Length - 2;
        for (int length = 0; length <= stream.Length; length++)
        {
            List<string> parts = await ReadAsync(stream[..length]);
            if (length >= whole) Assert.Equal(A, parts[0]);
            Assert.True(parts.Count <= 2);
        }
    }

    [Theory, Trait("Req", "EVT-1")]
    [InlineData("boundary", "MIME_boundary")]
    [InlineData(null, "anything-at-all")]
    [InlineData("--odd", "odd")]
    [InlineData("7e3", "7e3")]
    public async Task ReadAsync_BoundaryOnTheWire_Counts(string? declared, string sent)
    {
        string stream = Part("application/xml", A, boundary: sent) + Part("application/json", B, boundary: sent) + $"--{sent}\r\n";
        Assert.Equal([A, B], await ReadAsync(stream, boundary: declared));
    }

    [Fact, Trait("Req", "EVT-1")]
    public async Task ReadAsync_NoLength_GivesAWholeDocumentBeforeTheNextBoundary()
    {
        string start = $"--boundary\r\nContent-Type: application/xml\r\n\r\n{A}";
        byte[] bytes = Encoding.UTF8.GetBytes(start);
        bool sent = false;
        var never = new TaskCompletionSource<int>();
        var reader = new MultipartReader((buffer, _) =>
        {
            if (sent) return new ValueTask<int>(never.Task);
            sent = true;
            bytes.CopyTo(buffer);
            return ValueTask.FromResult(bytes.Length);
        }, "boundary", 1 << 20, 8 << 20);
        StreamPart? part = await reader.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal(A, Encoding.UTF8.GetString(part!.Value.Body.Span));
    }

    [Fact, Trait("Req", "EVT-1")]
    public async Task ReadAsync_PictureBetween_IsSkipped()
    {
        string picture = "\u00FF\u00D8" + new string('x', 70_000) + "\n--bound";
        foreach (bool length in (bool[])[true, false])
        {
            string stream = Part("application/xml", A) + Part("image/pjpeg", picture, length) .Replace($"Content-Length: {Encoding.UTF8.GetByteCount(picture)}", $"Content-Length: {picture.Length}", StringComparison.Ordinal) + Part("application/json", B);
            Assert.Equal([A, "Picture", B], await ReadAsync(stream, 1000));
        }
    }

    [Fact, Trait("Req", "EVT-1")]
    public async Task ReadAsync_OversizedPart_IsToldOnceAndTheNextIsRead()
    {
        string large = "<a>" + new string('x', 5000) + "</a>";
        foreach (bool length in (bool[])[true, false])
        {
            string stream = Part("application/xml", large, length) + Part("application/json", B);
            Assert.Equal(["Skipped", B], await ReadAsync(stream, 64, maxText: 1000));
        }
    }

    [Fact, Trait("Req", "EVT-1")]
    public async Task ReadAsync_HalfAPartThenABoundary_IsCutAndTheNextIsRead()
    {
        string half = $"--boundary\r\nContent-Type: application/xml\r\nContent-Length: {A.Length}\r\n\r\n{A[..20]}\r\n";
        Assert.Equal(["cut:" + A[..20], B], await ReadAsync(half + Part("application/json", B)));
    }

    [Theory, Trait("Req", "EVT-1")]
    [InlineData("--boundary\r\nContent-Type: application/xml\r\nContent-Length: 5\r\n\r\n", "<Even")]
    [InlineData("--boundary\r\nContent-Type: application/xml\r\nContent-Length: 77\r\n\r\n", A)]
    [InlineData("--boundary\r\nContent-Type: application/xml\r\nContent-Length: nonsense\r\n\r\n", A)]
    [InlineData("--boundary\r\nContent-Length: -4\r\n\r\n", A)]
    [InlineData("\r\n\r\n--boundary\r\n", A)]
    [InlineData("--boundary\r\n\r\n", A)]
    public async Task ReadAsync_WrongOrMissingHeaders_GoesOnAtTheNextBoundary(string head, string first)
    {
        List<string> parts = await ReadAsync(head + A + "\r\n" + Part("application/json", B) + "--boundary\r\n");
        Assert.Equal(first, parts[0]);
        Assert.Equal(B, parts[^1]);
    }

    [Fact, Trait("Req", "EVT-1")]
    public async Task ReadAsync_LengthWithoutLineBreakBeforeTheBoundary_IsRead()
    {
        string stream = $"--boundary\r\nContent-Type: application/xml\r\nContent-Length: {A.Length}\r\n\r\n{A}--boundary\r\nContent-Type: application/json\r\n\r\n{B}--boundary\r\n";
        Assert.Equal([A, B], await ReadAsync(stream, 5));
    }

    [Theory, Trait("Req", "EVT-1")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task ReadAsync_RandomDamage_NeverThrowsAndRecovers(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 200; round++)
        {
            byte[] damaged = Encoding.Latin1.GetBytes(Part("application/xml", A, random.Next(2) == 0) + Part("image/jpeg", "\u00FF\u00D8" + new string('p', 300)) + Part("application/json", B, random.Next(2) == 0));
            for (int hits = random.Next(1, 8); hits > 0; hits--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            // The first boundary stands: without it there is no stream.
            Encoding.Latin1.GetBytes("--boundary\r\n").CopyTo(damaged, 0);
            byte[] stream = [.. damaged, .. Encoding.Latin1.GetBytes("\r\n--boundary\r\n\r\n<skip/>\r\n" + Part("application/json", """{"last":1}"""))];
            List<string> parts = await ReadAsync(stream, random.Next(1, 200), "boundary", maxText: 4000);
            Assert.True(parts[^1].EndsWith("""{"last":1}""", StringComparison.Ordinal), $"seed {seed}, round {round}: {string.Join(" | ", parts)}");
        }
    }
}
