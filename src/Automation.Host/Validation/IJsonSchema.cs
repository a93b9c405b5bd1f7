using System.Text.Json;

namespace Automation.Host.Validation;

/// <summary>
/// The narrow interface behind which our own JSON Schema 2020-12 validator stands (docs/decisions/0001); a named library
/// could take its place in one file. Instances are thread-safe: compile once, validate from anywhere.
/// </summary>
internal interface IJsonSchema
{
    /// <summary>Every finding, in document order; empty when the instance is valid. Never throws for what an instance holds.</summary>
    IReadOnlyList<SchemaFinding> Validate(JsonElement instance);

    /// <summary>Reads UTF-8 JSON (comments and trailing commas allowed) and validates it; what is not JSON is one finding with the keyword <c>json</c>.</summary>
    IReadOnlyList<SchemaFinding> Validate(ReadOnlyMemory<byte> utf8);
}

/// <summary>One way in which an instance breaks its schema.</summary>
/// <param name="InstancePointer">JSON pointer of the value that is wrong; empty for the whole document.</param>
/// <param name="SchemaPointer">The absolute place of the keyword that says so, e.g. <c>https://…/rule-set.schema.json#/$defs/action/required</c>.</param>
/// <param name="Keyword">The keyword; <c>limit</c> when a bound of <see cref="SchemaLimits"/> was reached, <c>json</c> when the text is no JSON.</param>
/// <param name="Message">What is wrong and what would be right, as a person reads it.</param>
internal sealed record SchemaFinding(string InstancePointer, string SchemaPointer, string Keyword, string Message)
{
    public override string ToString() => $"{(InstancePointer.Length == 0 ? "/" : InstancePointer)}: {Message} ({Keyword})";
}
