using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Automation.Core.Rules;

/// <summary>Makes the document of an instance from words of a command line or a form. Whether it is sound is found by reading it.</summary>
public static class TemplateInstance
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="id">The id of the rule to be.</param>
    /// <param name="name">What people read; null: the id.</param>
    /// <param name="values">
    /// Text for each input: several resources apart by commas; schedules as <c>allDays</c> or JSON; other values plain. Inputs that the template
    /// does not have are written as text, so that reading the document tells of them.
    /// </param>
    public static string Write(Template template, string id, string? name, IEnumerable<KeyValuePair<string, string>> values)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("template", template.Id);
            writer.WriteString("version", template.Version.ToString());
            writer.WriteString("id", id);
            if (name is not null) writer.WriteString("name", name);
            writer.WriteStartObject("inputs");
            foreach ((string input, string value) in values)
            {
                writer.WritePropertyName(input);
                Value(writer, template.Inputs.FirstOrDefault(i => i.Name == input), value);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Value(Utf8JsonWriter writer, TemplateInput? input, string value)
    {
        switch (input?.Type)
        {
            case InputType.Resource when input.Many:
            case InputType.Calendars:
                writer.WriteStartArray();
                foreach (string part in value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)) writer.WriteStringValue(part);
                writer.WriteEndArray();
                break;
            case InputType.Number when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number):
                writer.WriteNumberValue(number);
                break;
            case InputType.Flag when bool.TryParse(value, out bool flag):
                writer.WriteBooleanValue(flag);
                break;
            case InputType.Schedule when value.TrimStart().StartsWith('{') && Parse(value) is { } schedule:
                JsonText.Write(writer, schedule);
                break;
            default:
                // Half of a surrogate pair cannot be written; it becomes the replacement character.
                writer.WriteStringValue(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(value)));
                break;
        }
    }

    private static JsonNode? Parse(string json) =>
        JsonTreeReader.Read(new SourceText(new SourceFile("value", Encoding.UTF8.GetBytes(json))), ReadingLimits.Default, new FindingSink(ReadingLimits.Default));
}
