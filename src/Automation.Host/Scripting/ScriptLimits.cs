namespace Automation.Host.Scripting;

/// <summary>Bounds of one run of a script. They stop mistakes, so that a rule cannot hold up its site; they are no wall against an installer who means harm.</summary>
public sealed record ScriptLimits
{
    public static ScriptLimits Default { get; } = new();

    /// <summary>Statements a run may take. Default 10 000: the same on every machine, so a replay ends where the live run did.</summary>
    public int Statements { get; init; } = 10_000;

    /// <summary>Calls inside calls. Default 32.</summary>
    public int Recursion { get; init; } = 32;

    /// <summary>Bytes a run may allocate, looked at after every statement. Default 16 MiB.</summary>
    public long Bytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Wall time, for what no statement counts (a regular expression). Default 1 s.</summary>
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest script, in characters. Default 16 384.</summary>
    public int SourceLength { get; init; } = 16_384;
}
