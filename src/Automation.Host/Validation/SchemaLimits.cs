namespace Automation.Host.Validation;

/// <summary>The bounds of validating one instance. What goes beyond is a finding with the keyword <c>limit</c>, never an exception or a hang.</summary>
internal sealed record SchemaLimits
{
    public static SchemaLimits Default { get; } = new();

    /// <summary>Bytes of UTF-8 text. Default 16 MB: ten times the largest rule set we were shown.</summary>
    public int DocumentBytes { get; init; } = 16 << 20;

    /// <summary>Nesting of the instance. Default 64, as the JSON reader's own.</summary>
    public int Depth { get; init; } = 64;

    /// <summary>Schemas applied inside each other. Default 600: nine per level of the deepest instance; a <c>$ref</c> loop ends here.</summary>
    public int SchemaDepth { get; init; } = 600;

    /// <summary>Schemas applied in all. Default 5 000 000: under a few seconds; an explosion of <c>anyOf</c> ends here.</summary>
    public long Steps { get; init; } = 5_000_000;

    /// <summary>Findings kept; further ones are dropped. Default 200: nobody reads more.</summary>
    public int Findings { get; init; } = 200;

    /// <summary>Digits of a number, and the largest exponent is a hundred times that. Default 400: more than any double prints.</summary>
    public int NumberDigits { get; init; } = 400;

    /// <summary>Time one match of a pattern that needs backtracking may take. Default 100 ms; all other patterns run in linear time.</summary>
    public TimeSpan PatternTime { get; init; } = TimeSpan.FromMilliseconds(100);
}
