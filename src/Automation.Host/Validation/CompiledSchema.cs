using System.Text.Json;

namespace Automation.Host.Validation;

internal sealed class CompiledSchema(SchemaNode root, SchemaLimits limits) : IJsonSchema
{
    public IReadOnlyList<SchemaFinding> Validate(JsonElement instance)
    {
        var run = new SchemaRun(limits);
        if (InstanceBounds.Check(instance, limits) is { } refused) return [refused];
        run.Apply(root, instance, null);
        return run.Findings;
    }

    public IReadOnlyList<SchemaFinding> Validate(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length > limits.DocumentBytes)
            return [new("", "", "limit", $"the document has {utf8.Length} bytes; at most {limits.DocumentBytes} are read")];
        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8, JsonSchema.Reading with { MaxDepth = limits.Depth });
            return Validate(document.RootElement);
        }
        catch (JsonException e)
        {
            return [new("", "", "json", "not JSON: " + e.Message)];
        }
    }
}
