using System.Globalization;

namespace Automation.Core.Rules;

public enum FindingSeverity : byte
{
    /// <summary>The document is not loaded.</summary>
    Error,

    /// <summary>The document is loaded; it may not do what its author wants.</summary>
    Warning,

    /// <summary>Worth knowing.</summary>
    Info,
}

/// <summary>One thing that is wrong with a document: where, what, and what to change.</summary>
/// <param name="Code"><c>AUTnnnn</c>; each has its page in <c>docs/diagnostics</c>.</param>
/// <param name="Path">The file as it was named to the reader.</param>
/// <param name="Line">1-based; lines end with LF, CR LF or CR.</param>
/// <param name="Column">1-based, in UTF-16 units as editors count.</param>
/// <param name="Pointer">JSON pointer within the file; empty for the whole file.</param>
/// <param name="Remedy">What to change; never empty.</param>
public sealed record Finding(string Code, FindingSeverity Severity, string Path, int Line, int Column, string Pointer, string Message, string Remedy)
{
    /// <summary><c>path:line:col: error AUT1207: message (what to change)</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Path}:{Line}:{Column}: {SeverityWord} {Code}: {Message} ({Remedy})");

    private string SeverityWord => Severity switch
    {
        FindingSeverity.Error => "error",
        FindingSeverity.Warning => "warning",
        _ => "info",
    };

    /// <summary>The order in which findings are shown: by file, place, code.</summary>
    public static int CompareByPlace(Finding left, Finding right)
    {
        int order = string.CompareOrdinal(left.Path, right.Path);
        if (order == 0) order = left.Line.CompareTo(right.Line);
        if (order == 0) order = left.Column.CompareTo(right.Column);
        if (order == 0) order = string.CompareOrdinal(left.Code, right.Code);
        return order != 0 ? order : string.CompareOrdinal(left.Message, right.Message);
    }
}
