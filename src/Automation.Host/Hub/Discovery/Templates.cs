using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Automation.Host.Hub.Discovery;

/// <summary>The Jinja texts with which Home Assistant reads our payloads, and the payloads with which it answers. An unknown value is "None" there.</summary>
internal static class Templates
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A boolean property of a state as ON or OFF.</summary>
    public static string Flag(string property) => Words(property, "ON", "OFF");

    /// <summary>A boolean property of a state as one of two words.</summary>
    public static string Words(string property, string yes, string no) => $"{{{{ {{True:'{yes}',False:'{no}'}}.get(value_json.get('{property}'),'None') }}}}";

    public static string Value(string property) => $"{{{{ value_json.get('{property}') }}}}";

    /// <summary>A number of a rule, from the rule's state.</summary>
    public static string Setting(string name) => $"{{{{ (value_json.get('settings') or {{}}).get('{name}') }}}}";

    /// <summary>The request that sets it.</summary>
    public static string SetSetting(string rule, string name) => $"{{{{ {{'rule':'{rule}','setting':'{name}','value':value|float}} | tojson }}}}";

    /// <summary>A running total in events of one type; empty for others, and for counts of an interval, which Home Assistant passes over.</summary>
    public static string Total(string type, string name) => $"{{% if value_json.type == '{type}' and value_json.state != 'old' and value_json.data.get('mode') != 'timeRange' %}}{{{{ value_json.data.get('{name}') }}}}{{% endif %}}";

    /// <summary>Whether an event that lasts is under way; empty for other events, which Home Assistant passes over.</summary>
    public static string Lasting(string type) => $"{{% if value_json.type == '{type}' and value_json.state != 'old' %}}{{{{ 'OFF' if value_json.state == 'end' else 'ON' }}}}{{% endif %}}";

    /// <summary>An event where it begins, with its data as attributes.</summary>
    public const string Event = "{% if value_json.state == 'begin' %}{{ dict(value_json.data, event_type=value_json.type, at=value_json.at, cause=value_json.cause) | tojson }}{% endif %}";

    /// <summary>The press of a bell: Home Assistant knows it as <c>ring</c>.</summary>
    public const string Ring = "{% if value_json.type == 'calling' and value_json.state == 'begin' %}{\"event_type\":\"ring\"}{% endif %}";

    /// <summary>The state words of an alarm control panel.</summary>
    public const string Arming =
        "{{ 'triggered' if value_json.get('alarm') else {'away':'armed_away','stay':'armed_home','vacation':'armed_vacation','disarm':'disarmed','arming':'arming'}.get(value_json.get('arming'),'None') }}";

    /// <summary>A command of the topic model.</summary>
    public static string Command(string action, params ReadOnlySpan<(string Name, JsonNode Value)> parameters)
    {
        var command = new JsonObject { ["action"] = action };
        foreach ((string name, JsonNode value) in parameters) command[name] = value;
        return System.Text.Encoding.UTF8.GetString(Bytes(command));
    }

    /// <summary>The panel's command with the code that was typed.</summary>
    public const string CommandWithCode = "{{ dict(action | from_json, code=code) | tojson }}";

    /// <summary>A command with a number that is chosen by its name.</summary>
    public static string Choice(string action, string parameter, IReadOnlyDictionary<string, int> numbers)
    {
        string table = string.Join(',', numbers.Select(n => $"{Literal(n.Key)}:{n.Value.ToString(System.Globalization.CultureInfo.InvariantCulture)}"));
        return $"{{{{ {{'action':'{action}','{parameter}':{{{table}}}[value]}} | tojson }}}}";
    }

    /// <summary>A text of Jinja.</summary>
    private static string Literal(string text) => "'" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal) + "'";

    public static byte[] Bytes(JsonNode node)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, Options)) node.WriteTo(writer);
        return buffer.WrittenSpan.ToArray();
    }
}
