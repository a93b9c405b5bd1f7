using System.Globalization;
using System.Text.Json;

namespace Automation.Host.Validation.Keywords;

/// <summary><c>prefixItems</c> (core §10.3.1.1).</summary>
internal sealed class PrefixItemsKeyword(string location, SchemaNode[] schemas) : SchemaKeyword("prefixItems", location)
{
    public override bool Check(JsonElement instance, SchemaRun run, Marks? marks)
    {
        if (instance.ValueKind != JsonValueKind.Array) return true;
        bool valid = true;
        int position = 0;
        foreach (JsonElement item in instance.EnumerateArray())
        {
            if (position == schemas.Length) break;
            valid &= run.ApplyBelow(schemas[position], item, position.ToString(CultureInfo.InvariantCulture));
            if (!valid && run.IsQuiet) return false;
            if (marks is not null) marks[position] = true;
            position++;
        }

        return valid;
    }
}

/// <summary><c>items</c> (core §10.3.1.2): every item after those of <c>prefixItems</c>; and <c>unevaluatedItems</c> (core §11.2): every item nobody looked at.</summary>
internal sealed class ItemsKeyword(string name, string location, SchemaNode schema, int first, bool unevaluatedOnly) : SchemaKeyword(name, location)
{
    public override bool Check(JsonElement instance, SchemaRun run, Marks? marks)
    {
        if (instance.ValueKind != JsonValueKind.Array) return true;
        bool valid = true;
        int position = -1;
        foreach (JsonElement item in instance.EnumerateArray())
        {
            position++;
            if (position < first || (unevaluatedOnly && marks is not null && marks[position])) continue;
            valid &= run.ApplyBelow(schema, item, position.ToString(CultureInfo.InvariantCulture));
            if (!valid && (run.IsQuiet || run.IsStopped)) return false;
            if (marks is not null) marks[position] = true;
        }

        return valid;
    }
}

/// <summary><c>contains</c> with <c>minContains</c> and <c>maxContains</c> (core §10.3.1.3, validation §6.4.4).</summary>
internal sealed class ContainsKeyword(string location, SchemaNode schema, int minimum, int maximum) : SchemaKeyword("contains", location)
{
    public override bool Check(JsonElement instance, SchemaRun run, Marks? marks)
    {
        if (instance.ValueKind != JsonValueKind.Array) return true;
        int count = 0;
        int position = 0;
        foreach (JsonElement item in instance.EnumerateArray())
        {
            if (run.Test(schema, item, null))
            {
                count++;
                if (marks is not null) marks[position] = true;
            }

            position++;
        }

        if (count >= minimum && count <= maximum) return true;
        if (run.IsQuiet) return false;
        return run.Report(Name, Location, count < minimum ? $"{count} items fit where at least {minimum} must" : $"{count} items fit where at most {maximum} may");
    }
}

/// <summary><c>uniqueItems</c> (validation §6.4.3), by hashes: linear in the items.</summary>
internal sealed class UniqueItemsKeyword(string location, JsonEquality equality) : SchemaKeyword("uniqueItems", location)
{
    public override bool Check(JsonElement instance, SchemaRun run, Marks? marks)
    {
        if (instance.ValueKind != JsonValueKind.Array) return true;
        var seen = new Dictionary<JsonElement, int>(equality);
        int position = 0;
        foreach (JsonElement item in instance.EnumerateArray())
        {
            if (!seen.TryAdd(item, position))
                return !run.IsQuiet && run.Report(Name, Location, $"items {seen[item]} and {position} are the same: {Describe.Value(item)}");
            position++;
        }

        return true;
    }
}
