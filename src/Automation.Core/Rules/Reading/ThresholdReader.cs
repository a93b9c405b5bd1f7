using System.Collections.Immutable;
using System.Globalization;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Reads the bounds of a number (TMP-3, TMP-4).</summary>
internal static class ThresholdReader
{
    private const double Most = 1e9;
    private static readonly string[] Units = ["celsius", "fahrenheit", "kelvin"];
    private static readonly TimeSpan LongestHold = TimeSpan.FromDays(7);

    /// <summary>The properties of a bound, for lists of known properties.</summary>
    public static readonly string[] Names = ["property", "above", "below", "clearBelow", "clearAbove", "unit", "for", "ratePer", "afterRestart"];

    public static ThresholdTrigger? Read(ReadContext context, ObjectReader reader, ImmutableArray<ResourceAddress> sources)
    {
        int errors = context.Findings.Errors;
        double? above = reader.Number("above", -Most, Most);
        double? below = reader.Number("below", -Most, Most);
        double? clearBelow = reader.Number("clearBelow", -Most, Most);
        double? clearAbove = reader.Number("clearAbove", -Most, Most);
        string property = reader.Text("property", 64) ?? "temperature";
        string? unit = reader.Choice("unit", Units);
        TimeSpan hold = reader.Duration("for", TimeSpan.Zero, LongestHold) ?? TimeSpan.Zero;
        TimeSpan rate = reader.Duration("ratePer", TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)) ?? TimeSpan.Zero;
        HoldPolicy restart = Holds.Policy(reader);
        if (context.Findings.Errors > errors) return null;
        if (above is null && below is null)
        {
            context.Error(Codes.NoBound, reader.Node, "no bound is given", "add \"above\" or \"below\"; both together watch for values outside the band");
            return null;
        }

        Contradictions(context, reader, above, below, clearBelow, clearAbove);
        if (rate == TimeSpan.Zero) AbsoluteZero(context, reader, unit);
        if (context.Findings.Errors > errors) return null;
        // A temperature is taken as Celsius unless the rule says otherwise; other numbers have the unit they are reported in.
        return new ThresholdTrigger(sources, property, above, below, clearBelow, clearAbove, hold, unit ?? (property == "temperature" ? "celsius" : null), rate, restart);
    }

    private static void Contradictions(ReadContext context, ObjectReader reader, double? above, double? below, double? clearBelow, double? clearAbove)
    {
        if (above is { } high && below is { } low && low >= high) Contradict(context, reader, "below", $"'below' is {Say(low)} and 'above' is {Say(high)}: every value is outside the band", "give 'below' the lower bound of the band, 'above' the upper");
        if (clearBelow is { } falls)
        {
            if (above is null) Contradict(context, reader, "clearBelow", "'clearBelow' goes with 'above', which is not given", "remove it, or use 'clearAbove'");
            else if (falls > above) Contradict(context, reader, "clearBelow", $"'clearBelow' is {Say(falls)}, higher than 'above' {Say(above.Value)}", "give it a value at or under 'above'");
            else if (falls < below) Contradict(context, reader, "clearBelow", $"'clearBelow' is {Say(falls)}, lower than 'below' {Say(below.Value)}", "give it a value within the band");
        }

        if (clearAbove is not { } rises) return;
        if (below is null) Contradict(context, reader, "clearAbove", "'clearAbove' goes with 'below', which is not given", "remove it, or use 'clearBelow'");
        else if (rises < below) Contradict(context, reader, "clearAbove", $"'clearAbove' is {Say(rises)}, lower than 'below' {Say(below.Value)}", "give it a value at or over 'below'");
        else if (rises > above) Contradict(context, reader, "clearAbove", $"'clearAbove' is {Say(rises)}, higher than 'above' {Say(above.Value)}", "give it a value within the band");
    }

    private static void AbsoluteZero(ReadContext context, ObjectReader reader, string? unit)
    {
        double? zero = unit switch { "celsius" => -273.15, "fahrenheit" => -459.67, "kelvin" => 0, _ => null };
        if (zero is not { } lowest) return;
        foreach (string name in (ReadOnlySpan<string>)["above", "below", "clearBelow", "clearAbove"])
        {
            if (reader.Find(name) is { } node && node.Number < lowest) context.Error(Codes.BelowAbsoluteZero, node, $"{node.Text} {unit} does not exist", $"the lowest is {Say(lowest)}; check the unit");
        }
    }

    private static void Contradict(ReadContext context, ObjectReader reader, string at, string message, string remedy) => context.Error(Codes.BoundsContradict, reader.Find(at)!, message, remedy);

    private static string Say(double number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Reads what a hold does at a restart.</summary>
internal static class Holds
{
    public static HoldPolicy Policy(ObjectReader reader) => reader.Choice("afterRestart", ["assumeHeld", "restart", "requireProof"]) switch
    {
        "restart" => HoldPolicy.Restart,
        "requireProof" => HoldPolicy.RequireProof,
        _ => HoldPolicy.AssumeHeld,
    };
}
