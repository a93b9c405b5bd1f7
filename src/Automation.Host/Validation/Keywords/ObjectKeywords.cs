using System.Collections.Frozen;
using System.Text.Json;

namespace Automation.Host.Validation.Keywords;

/// <summary><c>properties</c> (core §10.3.2.1).</summary>
internal sealed class PropertiesKeyword(string location, FrozenDictionary<string, SchemaNode> properties) : SchemaKeyword("properties", location)
{
    public override bool Check(JsonElement instance, SchemaRun run, Marks? marks)
    {
        if (instance.ValueKind != JsonValueKind.Object) return true;
        bool valid = true;
        int position = 0;
        foreach (JsonProperty property in instance.EnumerateObject())
        {
            if (properties.TryGetValue(property.Name, out SchemaNode? schema))
            {
                valid &= run.ApplyBelow(schema, property.Value, property.Name);
                if (!valid && run.IsQuiet) return false;
                if (marks is not null) marks[position] = true;
            }

            position++;
        }

        return valid;
    }
}

/// <summary><c>patternProperties</c> (core §10.3.2.2).</summary>
internal sealed class PatternPropertiesKeyword(string location, (SchemaPattern Pattern, SchemaNode Schema)[] patterns) : SchemaKeyword("patternProperties", location)
{
    public override bool Check(JsonElement instance, SchemaRun run, Marks? marks)
    {
        if (instance.ValueKind != JsonValueKind.Object) return true;
        bool valid = true;
        int position = 0;
        foreach (JsonProperty property in instance.EnumerateObject())
        {
            foreach ((SchemaPattern pattern, SchemaNode schema) in patterns)
            {
                bool? fits = pattern.IsMatch(property.Name);
                if (fits is null) valid = run.Report(Name, Location, $"the name {property.Name} took too long to compare with the pattern {pattern.Source}");
                if (fits is not true) continue;
                valid &= run.ApplyBelow(schema, property.Value, property.Name);
                if (marks is not null) marks[position] = true;
            }

            if (!valid && run.IsQuiet) return false;
            position++;
        }

        return valid;
    }
}

/// <summary><c>additionalProperties</c> (core §10.3.2.3): what its neighbours <c>properties</c> and <c>patternProperties</c> do not name.</summary>
internal sealed class AdditionalPropertiesKeyword(string location, FrozenSet<string> names, SchemaPattern[] patterns, SchemaNode schema)
    : SchemaKeyword("additionalProperties", location)
{
    public override bool Check(JsonElement instance, SchemaRun run, Marks? marks)
    {
        if (instance.ValueKind != JsonValueKind.Object) return true;
        bool valid = true;
        int position = 0;
        foreach (JsonProperty property in instance.EnumerateObject())
        {
            if (!names.Contains(property.Name) && !Array.Exists(patterns, p => p.IsMatch(property.Name) is true))
            {
                valid &= Unwanted.Apply(this, schema, property.Value, property.Name, run, names);
                if (!valid && run.IsQuiet) return false;
                if (marks is not null) marks[position] = true;
            }

            position++;
        }

        return valid;
    }
}

/// <summary><c>unevaluatedProperties</c> (core §11.3): what no successful schema in place has looked at.</summary>
internal sealed class UnevaluatedPropertiesKeyword(string location, SchemaNode schema) : SchemaKeyword("unevaluatedProperties", location)
{
    public override bool Check(JsonElement instance, SchemaRun run, Marks? marks)
    {
        if (instance.ValueKind != JsonValueKind.Object || marks is null) return true;
        bool valid = true;
        int position = 0;
        foreach (JsonProperty property in instance.EnumerateObject())
        {
            if (!marks[position])
            {
                valid &= Unwanted.Apply(this, schema, property.Value, property.Name, run, FrozenSet<string>.Empty);
                if (!valid && run.IsQuiet) return false;
                marks[position] = true;
            }

            position++;
        }

        return valid;
    }
}

/// <summary><c>propertyNames</c> (core §10.3.2.4).</summary>
internal sealed class PropertyNamesKeyword(string location, SchemaNode schema) : SchemaKeyword("propertyNames", location)
{
    public override bool Check(JsonElement instance, SchemaRun run, Marks? marks)
    {
        if (instance.ValueKind != JsonValueKind.Object) return true;
        bool valid = true;
        foreach (JsonProperty property in instance.EnumerateObject())
        {
            JsonElement name = JsonSerializer.SerializeToElement(property.Name);
            valid &= run.ApplyBelow(schema, name, property.Name);
            if (!valid && run.IsQuiet) return false;
        }

        return valid;
    }
}

/// <summary><c>required</c> (validation §6.5.3).</summary>
internal sealed class RequiredKeyword(string location, string[] names) : SchemaKeyword("required", location)
{
    public override bool Check(JsonElement instance, SchemaRun run, Marks? marks)
    {
        if (instance.ValueKind != JsonValueKind.Object) return true;
        bool valid = true;
        foreach (string name in names)
        {
            if (instance.TryGetProperty(name, out _)) continue;
            if (run.IsQuiet) return false;
            valid = run.Report(Name, Location, $"\"{name}\" is missing");
        }

        return valid;
    }
}

/// <summary><c>dependentRequired</c> (validation §6.5.4).</summary>
internal sealed class DependentRequiredKeyword(string location, (string Name, string[] Needs)[] rules) : SchemaKeyword("dependentRequired", location)
{
    public override bool Check(JsonElement instance, SchemaRun run, Marks? marks)
    {
        if (instance.ValueKind != JsonValueKind.Object) return true;
        bool valid = true;
        foreach ((string name, string[] needs) in rules)
        {
            if (!instance.TryGetProperty(name, out _)) continue;
            foreach (string need in needs)
            {
                if (instance.TryGetProperty(need, out _)) continue;
                if (run.IsQuiet) return false;
                valid = run.Report(Name, Location, $"\"{need}\" is missing: \"{name}\" needs it");
            }
        }

        return valid;
    }
}

/// <summary><c>dependentSchemas</c> (core §10.2.2.4).</summary>
internal sealed class DependentSchemasKeyword(string location, (string Name, SchemaNode Schema)[] rules) : SchemaKeyword("dependentSchemas", location)
{
    public override bool Check(JsonElement instance, SchemaRun run, Marks? marks)
    {
        if (instance.ValueKind != JsonValueKind.Object) return true;
        bool valid = true;
        foreach ((string name, SchemaNode schema) in rules)
        {
            if (instance.TryGetProperty(name, out _)) valid &= run.Apply(schema, instance, marks);
        }

        return valid;
    }
}

/// <summary><c>minProperties</c> and <c>maxProperties</c>, <c>minItems</c> and <c>maxItems</c> (validation §6.4, §6.5).</summary>
internal sealed class CountKeyword(string name, string location, JsonValueKind kind, bool isMinimum, int limit) : SchemaKeyword(name, location)
{
    public override bool Check(JsonElement instance, SchemaRun run, Marks? marks)
    {
        if (instance.ValueKind != kind) return true;
        int count = kind == JsonValueKind.Object ? instance.GetPropertyCount() : instance.GetArrayLength();
        if (isMinimum ? count >= limit : count <= limit) return true;
        string things = kind == JsonValueKind.Object ? "properties" : "items";
        return !run.IsQuiet && run.Report(Name, Location, $"{count} {things} where {(isMinimum ? "at least" : "at most")} {limit} are wanted");
    }
}
