using System.Buffers;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;
using Automation.Core.Thresholds;

namespace Automation.Core.Tests.Thresholds;

public sealed class ThresholdStateTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly double Unknown = double.NaN;

    private ThresholdState _state;

    [Fact, Trait("Req", "TMP-4")]
    public void Apply_WithHysteresis_EntersOnceAndAgainOnlyAfterItCleared()
    {
        ThresholdBounds bounds = Bounds(above: 80, clearBelow: 75);
        Assert.Equal(
            [None, None, Entered, None, None, None, Left, None, Entered],
            Kinds(bounds, 70, 80, 80.1, 90, 79, 75.5, 75, 79, 81));
    }

    [Fact, Trait("Req", "TMP-4")]
    public void Apply_WithoutClearBound_ClearsAtTheBoundItself()
    {
        Assert.Equal([None, Entered, Left, Entered], Kinds(Bounds(above: 80), 70, 81, 80, 80.5));
        _state = default;
        Assert.Equal([None, Entered, None, Left], Kinds(Bounds(below: 5, clearAbove: 8), 6, 4, 7.9, 8));
    }

    [Fact, Trait("Req", "TMP-1")]
    public void Apply_WithBothBounds_EntersOutsideTheBandOnEitherSide()
    {
        ThresholdBounds bounds = Bounds(above: 37.5, below: 35);
        Assert.Equal([None, Entered, Left, Entered, None, Left], Kinds(bounds, 36.5, 38, 36, 34, 39, 37));
    }

    [Fact, Trait("Req", "TMP-4")]
    public void Apply_Unknown_NeitherEntersNorClears()
    {
        Assert.Equal([None, None, Entered, None, None, None, Left], Kinds(Bounds(above: 80), Unknown, 70, 90, Unknown, 91, Unknown, 60));
    }

    [Fact, Trait("Req", "TMP-4")]
    public void Apply_FirstNumberBeyond_EntersWhenReportedButNotWhenFound()
    {
        Assert.Equal(Entered, _state.Apply(Bounds(above: 80), 90, Noon).Kind);
        _state = default;
        Assert.Equal(None, _state.Apply(Bounds(above: 80), 90, Noon, initial: true).Kind);
        Assert.Equal([None, None, Entered], Kinds(Bounds(above: 80), 95, 70, 90));
    }

    [Fact, Trait("Req", "TMP-3")]
    public void Apply_WithDwell_EntersAtTheDeadline()
    {
        ThresholdBounds bounds = Bounds(above: 80, clearBelow: 75, dwell: 10);
        Assert.Equal(None, At(bounds, 0, 70).Kind);
        Assert.Equal(new ThresholdChange(Pending, Noon.AddSeconds(15)), At(bounds, 5, 85));
        Assert.Equal(None, At(bounds, 9, 86).Kind);
        Assert.Equal(Noon.AddSeconds(15), _state.Pending);
        Assert.Equal(None, _state.Due(Noon.AddSeconds(14)).Kind);
        Assert.Equal(Entered, _state.Due(Noon.AddSeconds(15)).Kind);
        Assert.Null(_state.Pending);
        Assert.Equal(None, _state.Due(Noon.AddSeconds(16)).Kind);
        Assert.Equal(Left, At(bounds, 20, 75).Kind);
    }

    [Fact, Trait("Req", "TMP-3")]
    public void Apply_BackInsideDuringDwell_CancelsAndStartsAnew()
    {
        ThresholdBounds bounds = Bounds(above: 80, clearBelow: 75, dwell: 10);
        At(bounds, 0, 85);
        Assert.Equal(Cancelled, At(bounds, 9, 79).Kind);
        Assert.Equal(None, _state.Due(Noon.AddSeconds(10)).Kind);
        Assert.Equal(Noon.AddSeconds(21), At(bounds, 11, 81).Deadline);
    }

    [Fact, Trait("Req", "TMP-4")]
    public void Apply_FoundBeyondWithDwell_HoldsFromThen()
    {
        Assert.Equal(new ThresholdChange(Pending, Noon.AddSeconds(10)), _state.Apply(Bounds(above: 80, dwell: 10), 90, Noon, initial: true));
    }

    [Theory, Trait("Req", "TMP-4")]
    [InlineData(HoldPolicy.AssumeHeld, None, Entered)]
    [InlineData(HoldPolicy.Restart, Cancelled, None)]
    [InlineData(HoldPolicy.RequireProof, Cancelled, None)]
    public void Apply_UnknownForAMomentDuringDwell_FollowsThePolicy(HoldPolicy policy, object atBlip, object atDeadline)
    {
        ThresholdBounds bounds = Bounds(above: 80, dwell: 10, policy: policy);
        At(bounds, 0, 85);
        Assert.Equal(atBlip, At(bounds, 4, Unknown).Kind);
        ThresholdChange back = At(bounds, 6, 85);
        Assert.Equal(policy == HoldPolicy.Restart ? Pending : None, back.Kind);
        Assert.Equal(atDeadline, _state.Due(Noon.AddSeconds(10)).Kind);
    }

    [Fact, Trait("Req", "TMP-4")]
    public void Due_WhileUnknown_WaitsForTheNextNumber()
    {
        ThresholdBounds bounds = Bounds(above: 80, dwell: 10);
        At(bounds, 0, 85);
        At(bounds, 4, Unknown);
        Assert.Equal(None, _state.Due(Noon.AddSeconds(10)).Kind);
        ThresholdState other = _state;
        Assert.Equal(Entered, At(bounds, 30, 81).Kind);
        Assert.Equal(None, other.Apply(bounds, 60, Noon.AddSeconds(30)).Kind);
        Assert.Equal(Pending, other.Apply(bounds, 81, Noon.AddSeconds(31)).Kind);
    }

    [Theory, Trait("Req", "TMP-4")]
    [InlineData(HoldPolicy.AssumeHeld, None, None)]
    [InlineData(HoldPolicy.Restart, Cancelled, Pending)]
    [InlineData(HoldPolicy.RequireProof, Cancelled, None)]
    public void Restarted_DuringDwell_FollowsThePolicy(HoldPolicy policy, object atRestart, object whenFound)
    {
        ThresholdBounds bounds = Bounds(above: 80, dwell: 10, policy: policy);
        At(bounds, 0, 85);
        ThresholdState restored = Restored(bounds);
        Assert.Equal(atRestart, restored.Restarted(bounds).Kind);
        Assert.Equal(whenFound, restored.Apply(bounds, 85, Noon.AddSeconds(8), initial: true).Kind);
        Assert.Equal(policy == HoldPolicy.AssumeHeld ? Entered : None, restored.Due(Noon.AddSeconds(10)).Kind);
    }

    [Fact, Trait("Req", "TMP-4")]
    public void Apply_RateOfChange_ComparesWithTheBeginOfTheWindow()
    {
        ThresholdBounds bounds = Bounds(above: 5, below: -5, ratePer: 600);
        Assert.Equal(None, At(bounds, 0, 20).Kind);
        Assert.Equal(None, At(bounds, 300, 24).Kind);
        Assert.Equal(Entered, At(bounds, 599, 25.5).Kind);
        Assert.Equal(Left, At(bounds, 900, 26).Kind);
        Assert.Equal(None, At(bounds, 1300, 26).Kind);
        Assert.Equal(None, At(bounds, 5000, 26).Kind);
        Assert.Equal(Entered, At(bounds, 5001, 20).Kind);
    }

    [Fact, Trait("Req", "TMP-4")]
    public void Apply_RateOfFastReports_IsExactToASlotAndBounded()
    {
        const int seed = 3;
        var random = new Random(seed);
        var window = new RateWindow(TimeSpan.FromSeconds(320));
        var all = new List<(double At, double Value)>();
        double now = 0;
        for (int i = 0; i < 5_000; i++)
        {
            now += random.NextDouble() * (random.Next(100) == 0 ? 1_000 : 3);
            double value = now;
            double change = window.ChangeTo(value, Noon.AddSeconds(now));
            if (all.Count > 0)
            {
                // The value grows by one a second, so a change is also the age of what was compared with.
                double exact = value - (all[0].At > now - 320 ? all[0].Value : all.Last(a => a.At <= now - 320).Value);
                Assert.True(Math.Abs(change - exact) <= 13.01, $"seed {seed}, {i}: {change}, not {exact}");
            }

            all.Add((now, value));
            if (all.Count > 1_000) all.RemoveRange(0, 400);
        }
    }

    [Fact, Trait("Req", "TMP-4")]
    public void Read_OfASnapshotAtAnyPoint_GoesOnTheSame()
    {
        const int seed = 9;
        var random = new Random(seed);
        for (int round = 0; round < 300; round++)
        {
            ThresholdBounds bounds = Bounds(above: 5, below: random.Next(2) == 0 ? -5 : null, clearBelow: 3, dwell: random.Next(2) * 10, ratePer: random.Next(2) * 60);
            _state = default;
            ThresholdState other = default;
            for (int step = 0; step < 40; step++)
            {
                DateTimeOffset at = Noon.AddSeconds(step * 4);
                Assert.Equal(_state.Due(at), other.Due(at));
                double value = random.Next(8) == 0 ? Unknown : random.Next(-10, 11);
                Assert.Equal(_state.Apply(bounds, value, at), other.Apply(bounds, value, at));
                if (random.Next(4) == 0) other = Restored(bounds);
            }
        }
    }

    [Fact, Trait("Req", "TMP-4")]
    public void Read_OfCutBytes_Refuses()
    {
        ThresholdBounds bounds = Bounds(above: 5, ratePer: 60);
        At(bounds, 0, 1);
        At(bounds, 30, 2);
        var buffer = new ArrayBufferWriter<byte>();
        _state.Write(buffer);
        for (int length = 0; length < buffer.WrittenCount; length++)
        {
            ReadOnlySpan<byte> cut = buffer.WrittenSpan[..length];
            ThresholdState restored = default;
            Assert.False(restored.Read(bounds, ref cut));
        }
    }

    [Fact, Trait("Req", "TMP-4")]
    public void ValueIn_WithAnotherUnit_IsConverted()
    {
        ThresholdBounds bounds = Bounds(above: 80, unit: "celsius");
        Assert.Equal(80, bounds.ValueIn(DataObject.Of(("temperature", 353.15), ("temperatureUnit", "kelvin"))));
        Assert.Equal(100, bounds.ValueIn(DataObject.Of(("temperature", "212"), ("temperatureUnit", "fahrenheit"))));
        Assert.Equal(21.5, bounds.ValueIn(DataObject.Of(("temperature", 21.5), ("temperatureUnit", "reaumur"))));
        Assert.Equal(21.5, bounds.ValueIn(DataObject.Of(("temperature", 21.5))));
        Assert.Equal(Unknown, bounds.ValueIn(DataObject.Of(("temperature", "hot"))));
        Assert.Equal(Unknown, bounds.ValueIn(DataObject.Of(("temperature", DataValue.Null))));
        Assert.Equal(Unknown, bounds.ValueIn(DataObject.Empty));
        Assert.Equal(353.15, Bounds(above: 80).ValueIn(DataObject.Of(("temperature", 353.15), ("temperatureUnit", "kelvin"))));
    }

    [Theory, Trait("Req", "TMP-3")]
    [InlineData("celsius", TemperatureUnit.Celsius)]
    [InlineData("°C", TemperatureUnit.Celsius)]
    [InlineData("Fahrenheit", TemperatureUnit.Fahrenheit)]
    [InlineData("°F", TemperatureUnit.Fahrenheit)]
    [InlineData("K", TemperatureUnit.Kelvin)]
    public void TryParse_OfAUnit_ReadsIt(string text, TemperatureUnit unit)
    {
        Assert.True(TemperatureUnits.TryParse(text, out TemperatureUnit parsed));
        Assert.Equal(unit, parsed);
    }

    [Fact, Trait("Req", "TMP-3")]
    public void Convert_BetweenAnyTwoUnits_GoesThereAndBack()
    {
        foreach (TemperatureUnit from in Enum.GetValues<TemperatureUnit>())
        {
            foreach (TemperatureUnit to in Enum.GetValues<TemperatureUnit>())
            {
                for (double value = -40; value <= 400; value += 0.5)
                {
                    Assert.Equal(value, TemperatureUnits.Convert(TemperatureUnits.Convert(value, from, to), to, from), 5);
                }
            }
        }

        Assert.Equal(-40, TemperatureUnits.Convert(-40, TemperatureUnit.Celsius, TemperatureUnit.Fahrenheit));
        Assert.Equal(310.15, TemperatureUnits.Convert(98.6, TemperatureUnit.Fahrenheit, TemperatureUnit.Kelvin));
    }

    private const ThresholdChangeKind None = ThresholdChangeKind.None;
    private const ThresholdChangeKind Pending = ThresholdChangeKind.Pending;
    private const ThresholdChangeKind Cancelled = ThresholdChangeKind.Cancelled;
    private const ThresholdChangeKind Entered = ThresholdChangeKind.Entered;
    private const ThresholdChangeKind Left = ThresholdChangeKind.Left;

    private static ThresholdBounds Bounds(
        double? above = null, double? below = null, double? clearBelow = null, double? clearAbove = null, int dwell = 0, int ratePer = 0, string? unit = null,
        HoldPolicy policy = HoldPolicy.AssumeHeld) =>
        ThresholdBounds.Compile(new ThresholdTrigger([], "temperature", above, below, clearBelow, clearAbove, TimeSpan.FromSeconds(dwell), unit, TimeSpan.FromSeconds(ratePer), policy));

    private ThresholdChange At(ThresholdBounds bounds, double seconds, double value) => _state.Apply(bounds, value, Noon.AddSeconds(seconds));

    private ThresholdChangeKind[] Kinds(ThresholdBounds bounds, params double[] values) => [.. values.Select((v, i) => At(bounds, i, v).Kind)];

    private ThresholdState Restored(ThresholdBounds bounds)
    {
        var buffer = new ArrayBufferWriter<byte>();
        _state.Write(buffer);
        ReadOnlySpan<byte> bytes = buffer.WrittenSpan;
        ThresholdState restored = default;
        Assert.True(restored.Read(bounds, ref bytes));
        Assert.True(bytes.IsEmpty);
        return restored;
    }
}
