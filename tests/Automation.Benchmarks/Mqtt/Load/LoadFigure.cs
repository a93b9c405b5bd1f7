using System.Collections.Immutable;

namespace Automation.Benchmarks.Mqtt.Load;

/// <summary>One number that a scenario gives.</summary>
/// <param name="Aim">What it is held against; null when it is there to be read.</param>
internal sealed record LoadFigure(string Name, string Unit, double Value, LoadAim? Aim = null);

/// <summary>What a scenario gave.</summary>
/// <param name="Lost">Messages that did not come although nothing was beyond its window.</param>
/// <param name="Disordered">Messages doubled or out of order.</param>
/// <param name="Failure">Why it could not be carried out; then there are no figures.</param>
internal sealed record LoadResult(ImmutableArray<LoadFigure> Figures, long Lost = 0, long Disordered = 0, string? Failure = null)
{
    public bool IsSound => Failure is null && Lost == 0 && Disordered == 0;

    public static LoadResult Failed(string why) => new([], Failure: why);
}

/// <summary>How the embedded broker's figure must stand.</summary>
internal sealed record LoadAim(AimKind Kind, double Bound)
{
    public bool Met(double mosquitto, double ours) => Kind switch
    {
        AimKind.RatioAtLeast => ours >= mosquitto * Bound,
        AimKind.RatioAtMost => ours <= mosquitto * Bound,
        _ => ours <= Bound,
    };
}

internal enum AimKind
{
    RatioAtLeast,
    RatioAtMost,
    ValueAtMost,
}
