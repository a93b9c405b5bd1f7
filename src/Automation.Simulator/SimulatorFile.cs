using System.Collections.Immutable;

namespace Automation.Simulator;

/// <summary>Something wrong in a devices file.</summary>
/// <param name="Pointer">JSON pointer of the place, e.g. <c>/devices/2/port</c>; empty for the whole file.</param>
/// <param name="Line">From 1; 0 when the place has no line of its own.</param>
/// <param name="Column">From 1, in bytes; 0 with <paramref name="Line"/>.</param>
/// <param name="Message">What is wrong and what to change.</param>
public sealed record SimulatorProblem(string Pointer, int Line, int Column, string Message)
{
    public override string ToString() => Line > 0 ? $"{Line}:{Column}: {Pointer} {Message}" : Pointer.Length > 0 ? $"{Pointer} {Message}" : Message;
}

/// <summary>What reading a devices file gave: the file, or every problem in it.</summary>
public sealed record SimulatorFileResult(SimulatorFile? File, ImmutableArray<SimulatorProblem> Problems)
{
    public bool Succeeded => File is not null;
}

/// <summary>The devices that are not there: a JSON document, comments and trailing commas allowed (docs/simulator.md).</summary>
public sealed record SimulatorFile(ImmutableArray<SimulatedDevice> Devices)
{
    /// <summary>Devices in one file, at most.</summary>
    public const int MaxDevices = 2048;

    /// <summary>Bytes of a devices file, at most.</summary>
    public const int MaxBytes = 1 << 20;

    public static SimulatorFileResult Parse(ReadOnlyMemory<byte> utf8) => new SimulatorFileReader().Read(utf8);
}
