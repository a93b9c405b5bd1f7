using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Automation.Host.Hub.Commands;

/// <summary>What somebody said, without what nobody else may know.</summary>
internal static class Redaction
{
    private const string Instead = "…";

    /// <summary>Never kept, wherever they are. The last three let whoever has them push to a person's browser.</summary>
    private static readonly string[] Secrets = ["password", "secret", "passphrase", "endpoint", "auth", "p256dh"];

    /// <summary>The object as JSON; the values of passwords, and of an alarm code beside an action, are left out.</summary>
    public static string Text(JsonElement root)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Payloads.Options)) Write(writer, root, isCommand: true);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, JsonElement element, bool isCommand)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (JsonProperty member in element.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    if (Secrets.Contains(member.Name, StringComparer.OrdinalIgnoreCase) || (isCommand && member.Name == "code")) writer.WriteStringValue(Instead);
                    else Write(writer, member.Value, isCommand && member.Name == "parameters");
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonElement item in element.EnumerateArray()) Write(writer, item, isCommand: false);
                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }
}
