using System.Text.Json;

namespace Automation.Host.Validation.Keywords;

/// <summary><c>allOf</c>, and the targets of <c>$ref</c> (core §10.2.1.1, §8.2.3.1).</summary>
internal sealed class AllOfKeyword(string name, string location, SchemaNode[] schemas) : SchemaKeyword(name, location)
{
    public override bool Check(JsonElement instance, SchemaRun run, Marks? marks)
    {
        bool valid = true;
        foreach (SchemaNode schema in schemas)
        {
            valid &= run.Apply(schema, instance, marks);
            if (!valid && run.IsQuiet) return false;
        }

        return valid;
    }
}

/// <summary><c>anyOf</c> and <c>oneOf</c> (core §10.2.1.2, §10.2.1.3).</summary>
/// <remarks>When no form fits, the findings are those of the nearest one: the reader means one form, not all of them.</remarks>
internal sealed class ChoiceKeyword(string name, string location, SchemaNode[] schemas, bool exactlyOne) : SchemaKeyword(name, location)
{
    public override bool Check(JsonElement instance, SchemaRun run, Marks? marks)
    {
        int start = run.FindingCount;
        List<SchemaFinding>? nearest = null;
        int fitting = 0;
        foreach (SchemaNode schema in schemas)
        {
            if (run.Apply(schema, instance, marks))
            {
                fitting++;
                // Without somebody who asks for marks, the first form that fits settles anyOf.
                if (!exactlyOne && marks is null) break;
                continue;
            }

            if (run.IsStopped) return false;
            if (run.IsQuiet) continue;
            List<SchemaFinding> found = run.TakeSince(start);
            if (nearest is null || Distance(found, run).CompareTo(Distance(nearest, run)) < 0) nearest = found;
        }

        if (fitting == 1 || (fitting > 1 && !exactlyOne)) return true;
        if (run.IsQuiet) return false;
        if (fitting > 1) return run.Report(Name, Location, $"fits {fitting} of the {schemas.Length} forms; exactly one is wanted");
        run.Report(Name, Location, $"fits none of the {schemas.Length} forms{(nearest is { Count: > 0 } ? "; what the nearest one wants follows" : "")}");
        if (nearest is not null) run.Put(nearest);
        return false;
    }

    // A form whose fixed words do not match is the wrong form; after that, one of another type; after that, the one with fewer complaints.
    private static (int Words, int Types, int Count) Distance(List<SchemaFinding> findings, SchemaRun run)
    {
        string here = run.Pointer();
        return (
            findings.Count(f => f.Keyword == "const"),
            findings.Count(f => f.Keyword is "type" or "false" && f.InstancePointer == here),
            findings.Count);
    }
}

/// <summary><c>not</c> (core §10.2.1.4).</summary>
internal sealed class NotKeyword(string location, SchemaNode schema) : SchemaKeyword("not", location)
{
    public override bool Check(JsonElement instance, SchemaRun run, Marks? marks)
    {
        if (!run.Test(schema, instance, null)) return !run.IsStopped;
        return run.Report(Name, Location, "fits a form that is excluded here");
    }
}

/// <summary><c>if</c>, <c>then</c>, <c>else</c> (core §10.2.2).</summary>
internal sealed class IfKeyword(string location, SchemaNode test, SchemaNode? then, SchemaNode? otherwise) : SchemaKeyword("if", location)
{
    public override bool Check(JsonElement instance, SchemaRun run, Marks? marks)
    {
        SchemaNode? next = run.Test(test, instance, marks) ? then : otherwise;
        if (run.IsStopped) return false;
        return next is null || run.Apply(next, instance, marks);
    }
}

/// <summary><c>$dynamicRef</c> (core §8.2.3.2): the anchor's place in the outermost resource that has it.</summary>
internal sealed class DynamicRefKeyword(string location, SchemaNode initial, string anchor) : SchemaKeyword("$dynamicRef", location)
{
    public override bool Check(JsonElement instance, SchemaRun run, Marks? marks) => run.Apply(run.FindDynamic(anchor) ?? initial, instance, marks);
}
