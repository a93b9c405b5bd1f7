using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Host.Journal;

namespace Automation.Host.Tests.Journal;

public sealed class JournalCodecTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly ResourceAddress Zone = ResourceAddress.Parse("store/panel/zone/3");

    [Fact, Trait("Req", "ACT-10")]
    public void Read_OfWhatWasWritten_IsTheSame()
    {
        DataObject data = DataObject.Of(("target", "human"), ("count", 3), ("level", -7), ("celsius", 21.55), ("big", 9.007e15), ("small", double.Epsilon), ("none", DataValue.Null), ("on", true), ("ö", "grüß 🙂"));
        JournalEntry[] entries =
        [
            JournalEntry.Load(7, Noon, "fingerprint"),
            JournalEntry.Start(8, Noon.AddTicks(1)),
            JournalEntry.Of(EngineInput.Event(9, Noon.AddSeconds(1), Zone, "zoneAlarm", EventState.Active, data)),
            JournalEntry.Of(EngineInput.Event(10, Noon.AddSeconds(1), Zone, "zoneAlarm", EventState.Inactive) with { Initial = true }),
            JournalEntry.Of(EngineInput.State(11, Noon.AddSeconds(2), Zone, data, initial: true)),
            JournalEntry.Of(EngineInput.RuleToggle(12, Noon.AddSeconds(3), "a-rule", false)),
            JournalEntry.Of(EngineInput.CountCorrection(13, Noon.AddSeconds(3), ResourceAddress.Parse("store/groups/floor"), 1_000_000)),
            JournalEntry.Of(EngineInput.Outcome(14, Noon.AddSeconds(4), Zone, "store-9.0", true)),
            JournalEntry.Command(20, Noon.AddDays(400), "openDoor", ResourceAddress.Parse("store/gate/door/1"), DataObject.Empty, "command", TimeSpan.FromSeconds(10), "\"t-1\""),
            JournalEntry.Command(20, Noon.AddDays(400), "openDoor", ResourceAddress.Parse("store/gate/door/1"), DataObject.Empty, "command", TimeSpan.Zero, null),
            JournalEntry.Of(EngineInput.Time(21, Noon.AddDays(400))),
        ];
        JournalBatch batch = JournalDecoder.Read(Encode(entries, 0xFEDC_BA98_7654_3210).Bytes.Span);
        Assert.Equal(entries, batch.Entries);
        Assert.Equal(0xFEDC_BA98_7654_3210, batch.Digest);
    }

    [Fact]
    public void EngineInput_HasNothingThatTheJournalDoesNotKeep()
    {
        // A property that is new here belongs into JournalEncoder and JournalDecoder, and into the entries of the test above.
        Assert.Equal(
            ["At", "Count", "Data", "EventState", "Initial", "Kind", "Name", "On", "Resource", "Sequence"],
            typeof(EngineInput).GetProperties().Select(p => p.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Take_BeginsANewRow_WithTextsOfItsOwn()
    {
        var encoder = new JournalEncoder();
        JournalEntry first = JournalEntry.Of(EngineInput.Event(1, Noon, Zone, "zoneAlarm", EventState.Active));
        JournalEntry second = JournalEntry.Of(EngineInput.Event(5, Noon.AddHours(1), Zone, "zoneAlarm", EventState.Inactive));
        encoder.Add(first);
        JournalRow one = encoder.Take(1);
        Assert.Equal(0, encoder.Count);
        encoder.Add(second);
        JournalRow two = encoder.Take(2);
        Assert.Equal((1, 1, Noon), (one.First, one.Last, one.At));
        Assert.Equal((5, 5, Noon.AddHours(1)), (two.First, two.Last, two.At));
        Assert.Equal([first], JournalDecoder.Read(one.Bytes.Span).Entries);
        Assert.Equal([second], JournalDecoder.Read(two.Bytes.Span).Entries);
    }

    [Fact]
    public void AnInputThatComesAgainAndAgain_TakesAFewBytes()
    {
        JournalEntry[] entries = [.. Enumerable.Range(1, 200).Select(i => JournalEntry.Of(EngineInput.Event(i, Noon.AddMilliseconds(i), Zone, "zoneAlarm", EventState.Active, DataObject.Of(("count", i)))))];
        Assert.InRange(Encode(entries, 0).Bytes.Length / 200.0, 1, 16);
    }

    [Fact, Trait("Req", "ACT-10")]
    public void Read_OfDamagedBytes_SaysSo()
    {
        byte[] row = Encode([JournalEntry.Of(EngineInput.Event(1, Noon, Zone, "zoneAlarm", EventState.Active, DataObject.Of(("target", "human"), ("count", 3))))], 5).Bytes.ToArray();
        for (int i = 0; i < row.Length; i++)
        {
            byte[] damaged = [.. row];
            damaged[i] ^= 0x10;
            Assert.Throws<InvalidDataException>(() => JournalDecoder.Read(damaged));
            Assert.Throws<InvalidDataException>(() => JournalDecoder.Read(row.AsSpan(0, i)));
        }
    }

    [Fact]
    public void Read_OfBytesThatOnlyLookRight_NeverDoesAnythingElse()
    {
        // The checksum is right and the rest is not: a defect of ours, or somebody's doing. Seed 1.
        var random = new Random(1);
        byte[] row = Encode([JournalEntry.Of(EngineInput.Event(1, Noon, Zone, "zoneAlarm", EventState.Active, DataObject.Of(("target", "human"), ("count", 3)))), JournalEntry.Start(2, Noon)], 5).Bytes.ToArray();
        int refused = 0;
        for (int i = 0; i < 3000; i++)
        {
            byte[] damaged = [.. row];
            for (int n = random.Next(1, 4); n > 0; n--) damaged[random.Next(5, damaged.Length)] = (byte)random.Next(256);
            BitConverter.TryWriteBytes(damaged, Crc32C.Of(damaged.AsSpan(4)));
            try
            {
                JournalDecoder.Read(damaged);
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 500, 3000);
    }

    [Theory]
    [InlineData("", 0u)]
    [InlineData("123456789", 0xE306_9283)] // The check value of CRC-32C.
    [InlineData("a", 0xC1D0_4330)]
    public void Crc32C_IsTheOneOfRfc3720(string text, uint expected) => Assert.Equal(expected, Crc32C.Of(System.Text.Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Crc32C_OfZeros_IsTheOneOfRfc3720()
    {
        // RFC 3720 appendix B.4: 32 bytes of zeroes, of ones.
        Assert.Equal(0x8A91_36AA, Crc32C.Of(new byte[32]));
        Assert.Equal(0x62A8_AB43u, Crc32C.Of([.. Enumerable.Repeat((byte)0xFF, 32)]));
    }

    private static JournalRow Encode(JournalEntry[] entries, ulong digest)
    {
        var encoder = new JournalEncoder();
        foreach (JournalEntry entry in entries) encoder.Add(in entry);
        return encoder.Take(digest);
    }
}
