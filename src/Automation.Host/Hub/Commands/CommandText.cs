using System.Text;
using System.Text.Json;
using Automation.Core.Model;
using Automation.Host.Hub.Requests;

namespace Automation.Host.Hub.Commands;

/// <summary>What somebody wrote on a <c>…/set</c> topic: <c>{"action":"arm","mode":"away"}</c>, or the plain word <c>disarm</c>.</summary>
/// <param name="Said">As it came, without its code; for the operation log.</param>
internal sealed record CommandText(string Action, DataObject Parameters, string? Transaction, string? Code, string Said)
{
    /// <summary>A command is a few words.</summary>
    public const int MaximumBytes = 4096;

    /// <summary>Names of actions are short; a longer word is none.</summary>
    private const int MaximumWord = 64;

    /// <summary>Members that are no parameters.</summary>
    private static readonly string[] Own = ["action", "transaction", "code"];

    /// <summary>False: it is not a command, and <paramref name="error"/> says what to write. The transaction is there as soon as it was understood.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out CommandText command, out string error)
    {
        command = new CommandText("", DataObject.Empty, null, null, "");
        error = "";
        string text = Encoding.UTF8.GetString(payload).Trim();
        if (!text.StartsWith('{'))
        {
            command = command with { Action = text.Length <= MaximumWord ? text : text[..MaximumWord] + "…" };
            command = command with { Said = command.Action };
            return true;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 4 });
            return TryRead(document.RootElement, ref command, out error);
        }
        catch (JsonException e)
        {
            error = $"the payload is not JSON (byte {e.BytePositionInLine + 1}): write a word such as disarm, or an object such as {{\"action\":\"arm\",\"mode\":\"away\"}}";
            return false;
        }
    }

    /// <summary>What is wrong with a value that is no single one; null when all are.</summary>
    public static string? NotSingle(IEnumerable<JsonProperty> parameters)
    {
        foreach (JsonProperty parameter in parameters)
        {
            if (parameter.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array) return $"the parameter '{Cut(parameter.Name)}' is not a single value";
        }

        return null;
    }

    public static DataObject ToData(IEnumerable<JsonProperty> parameters) => DataObject.From(parameters.Select(p => KeyValuePair.Create(p.Name, Value(p.Value))));

    private static bool TryRead(JsonElement root, ref CommandText command, out string error)
    {
        error = "";
        command = command with { Said = Redaction.Text(root) };
        if (!Responder.TryReadTransaction(root, out string? transaction, out error)) return false;
        command = command with { Transaction = transaction };
        if (!root.TryGetProperty("action", out JsonElement word) || word.ValueKind != JsonValueKind.String || word.GetString()!.Length > MaximumWord)
        {
            error = "the object has no \"action\": name one, as in {\"action\":\"arm\",\"mode\":\"away\"}";
            return false;
        }

        command = command with { Action = word.GetString()! };
        string? code = null;
        if (root.TryGetProperty("code", out JsonElement given) && given.ValueKind != JsonValueKind.Null)
        {
            // Home Assistant sends digits as a text; people write them as a number.
            if (given.ValueKind is not (JsonValueKind.String or JsonValueKind.Number) || given.GetRawText().Length > MaximumWord)
            {
                error = "\"code\" is not a text of at most 62 characters";
                return false;
            }

            code = given.ValueKind == JsonValueKind.String ? given.GetString() : given.GetRawText();
        }

        JsonProperty[] parameters = [.. root.EnumerateObject().Where(p => !Own.Contains(p.Name, StringComparer.Ordinal))];
        error = NotSingle(parameters) ?? "";
        command = command with { Code = code, Parameters = ToData(parameters) };
        return error.Length == 0;
    }

    private static DataValue Value(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number when element.TryGetDouble(out double number) && double.IsFinite(number) => number,
        JsonValueKind.String => element.GetString(),
        _ => DataValue.Null,
    };

    private static string Cut(string text) => text.Length <= MaximumWord ? text : text[..MaximumWord] + "…";
}
