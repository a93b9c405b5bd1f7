using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Automation.Host.Validation;

/// <summary>The state of validating one instance: where it is, what it found, what it may still spend. One thread, one use.</summary>
internal sealed class SchemaRun(SchemaLimits limits)
{
    private readonly List<SchemaFinding> _findings = [];
    private readonly List<string> _path = [];
    private readonly List<SchemaResource> _scope = [];
    private long _steps;
    private int _depth;
    private int _quiet;
    private bool _stopped;

    public IReadOnlyList<SchemaFinding> Findings => _findings;

    /// <summary>Nobody will read findings: keywords may stop at the first, and build no message.</summary>
    public bool IsQuiet => _quiet > 0;

    /// <summary>A limit was reached; everything ends at once.</summary>
    public bool IsStopped => _stopped;

    public int FindingCount => _findings.Count;

    /// <summary>Applies a schema to a value. What it marks goes to <paramref name="marks"/> when it succeeds.</summary>
    public bool Apply(SchemaNode node, JsonElement instance, Marks? marks)
    {
        if (_stopped) return false;
        if (node.Constant is { } constant)
        {
            if (!constant) Report("false", node.Location.Absolute, "nothing is allowed here");
            return constant;
        }

        if (++_steps > limits.Steps) return Stop(node, $"more than {limits.Steps} steps: the document is too large for this schema");
        if (_depth >= limits.SchemaDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            return Stop(node, $"more than {limits.SchemaDepth} schemas inside each other: the schema refers to itself without end");
        _depth++;
        bool enters = _scope.Count == 0 || !ReferenceEquals(_scope[^1], node.Location.Resource);
        if (enters) _scope.Add(node.Location.Resource);
        Marks? own = marks is not null || node.NeedsMarks ? Marks.For(instance) : null;
        bool valid = true;
        foreach (SchemaKeyword keyword in node.Keywords)
        {
            valid &= keyword.Check(instance, this, own);
            if (!valid && (IsQuiet || _stopped)) break;
        }

        if (enters) _scope.RemoveAt(_scope.Count - 1);
        _depth--;
        if (valid && own is not null) marks?.Add(own);
        return valid;
    }

    /// <summary>Applies a schema to a property or an item.</summary>
    public bool ApplyBelow(SchemaNode node, JsonElement child, string level)
    {
        _path.Add(level);
        bool valid = Apply(node, child, null);
        _path.RemoveAt(_path.Count - 1);
        return valid;
    }

    /// <summary>Applies a schema whose findings nobody wants.</summary>
    public bool Test(SchemaNode node, JsonElement instance, Marks? marks)
    {
        _quiet++;
        bool valid = Apply(node, instance, marks);
        _quiet--;
        return valid;
    }

    /// <summary>The outermost resource entered so far that has the dynamic anchor (core §8.2.3.2).</summary>
    public SchemaNode? FindDynamic(string anchor)
    {
        foreach (SchemaResource resource in _scope)
        {
            if (resource.DynamicNodes is { } nodes && nodes.TryGetValue(anchor, out SchemaNode? node)) return node;
        }

        return null;
    }

    /// <summary>Adds a finding; callers build costly messages only while not <see cref="IsQuiet"/>.</summary>
    /// <returns>False, so that a keyword can end with it.</returns>
    public bool Report(string keyword, string location, string message)
    {
        if (_quiet == 0 && _findings.Count < limits.Findings) _findings.Add(new SchemaFinding(Pointer(), location, keyword, message));
        return false;
    }

    /// <summary>Adds a finding about a property of the value under test.</summary>
    public bool ReportBelow(string keyword, string location, string level, string message)
    {
        _path.Add(level);
        Report(keyword, location, message);
        _path.RemoveAt(_path.Count - 1);
        return false;
    }

    /// <summary>Takes the findings since <paramref name="start"/> out again.</summary>
    public List<SchemaFinding> TakeSince(int start)
    {
        List<SchemaFinding> taken = _findings.GetRange(start, _findings.Count - start);
        _findings.RemoveRange(start, taken.Count);
        return taken;
    }

    public void Put(List<SchemaFinding> findings) => _findings.AddRange(findings.Take(Math.Max(0, limits.Findings - _findings.Count)));

    /// <summary>Pointer of the value under test.</summary>
    public string Pointer()
    {
        if (_path.Count == 0) return "";
        var text = new StringBuilder();
        foreach (string level in _path) text.Append('/').Append(Pointers.Escape(level));
        return text.ToString();
    }

    private bool Stop(SchemaNode node, string message)
    {
        // A limit is told even from inside a quiet test: the answer would otherwise be a guess.
        _stopped = true;
        _findings.Add(new SchemaFinding(Pointer(), node.Location.Absolute, "limit", message));
        return false;
    }
}
