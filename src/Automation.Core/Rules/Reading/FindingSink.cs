using System.Collections.Immutable;

namespace Automation.Core.Rules;

/// <summary>Collects findings up to a bound, and counts errors so that a reader can tell whether its part is sound.</summary>
internal sealed class FindingSink(ReadingLimits limits)
{
    private readonly List<Finding> _findings = [];
    private int _leftOut;

    /// <summary>Errors so far, also those left out.</summary>
    public int Errors { get; private set; }

    public void At(string code, JsonNode node, string message, string remedy, FindingSeverity severity = FindingSeverity.Error)
    {
        if (node.Origin is { } origin) message = $"{message}, {origin}";
        Add(code, node.Source, node.Offset, node.Pointer, message, remedy, severity);
    }

    /// <summary>At the name of a property rather than at its value.</summary>
    public void AtName(string code, JsonNode node, string message, string remedy, FindingSeverity severity = FindingSeverity.Error)
    {
        if (node.Origin is { } origin) message = $"{message}, {origin}";
        Add(code, node.Source, node.NameOffset, node.Pointer, message, remedy, severity);
    }

    public void AtOffset(string code, SourceText source, int offset, string message, string remedy, FindingSeverity severity = FindingSeverity.Error) =>
        Add(code, source, offset, "", message, remedy, severity);

    /// <summary>All of them, by place.</summary>
    public ImmutableArray<Finding> ToSorted()
    {
        var sorted = new List<Finding>(_findings);
        sorted.Sort(Finding.CompareByPlace);
        // One mistake that several readers meet at one place is said once.
        for (int i = sorted.Count - 1; i > 0; i--)
        {
            if (sorted[i] == sorted[i - 1]) sorted.RemoveAt(i);
        }

        if (_leftOut > 0)
        {
            Finding last = sorted[^1];
            sorted.Add(new Finding(Codes.TooManyFindings, FindingSeverity.Error, last.Path, last.Line, last.Column, "", $"{_leftOut} more findings are left out", "correct those above first"));
        }

        return [.. sorted];
    }

    private void Add(string code, SourceText source, int offset, string pointer, string message, string remedy, FindingSeverity severity)
    {
        if (severity == FindingSeverity.Error) Errors++;
        if (_findings.Count >= limits.Findings)
        {
            _leftOut++;
            return;
        }

        (int line, int column) = source.Place(offset);
        _findings.Add(new Finding(code, severity, source.Path, line, column, pointer, message, remedy));
    }
}
