using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Writes devices and their resources as a site file has them: a property a line, a resource a line. Passwords are never written; the variable that is to hold one is named.</summary>
public static class DeviceWriter
{
    /// <summary>The device, indented by the given number of blanks, without a line end behind it.</summary>
    public static string Write(Device device, int indent = 0)
    {
        string outer = new(' ', indent);
        string inner = outer + "  ";
        var lines = new List<string> { $"\"id\": {JsonText.Quote(device.Address.Device)}" };
        if (device.Name != device.Address.Device) lines.Add(Text("name", device.Name));
        lines.Add(Text("kind", device.Kind));
        if (device.Model is { } model) lines.Add(Text("model", model));
        if (device.Serial is { } serial) lines.Add(Text("serial", serial));
        if (device.Mac is { } mac) lines.Add(Text("mac", mac));
        if (device.AddedBy != "ip-domain") lines.Add(Text("addedBy", device.AddedBy));
        if (device.Connection is { } connection) lines.Add("\"connection\": " + Connection(device, connection));
        if (!device.Events.IsEmpty) lines.Add("\"events\": " + Words(device.Events));
        lines.Add(device.Resources.IsEmpty
            ? "\"resources\": []"
            : "\"resources\": [\n" + string.Join(",\n", device.Resources.Select(r => inner + "  " + Resource(r))) + $"\n{inner}]");
        return $"{outer}{{\n{inner}{string.Join(",\n" + inner, lines)}\n{outer}}}";
    }

    /// <summary>A site file with these devices.</summary>
    /// <param name="timeZone">IANA name.</param>
    public static string WriteSite(string id, string timeZone, IEnumerable<Device> devices) =>
        $"{{\n  \"id\": {JsonText.Quote(id)},\n  \"timeZone\": {JsonText.Quote(timeZone)},\n  \"devices\": [\n{string.Join(",\n", devices.Select(d => Write(d, 4)))}\n  ]\n}}\n";

    /// <summary>The environment variable a written device looks for its password in, e.g. <c>YARD_PASSWORD</c>.</summary>
    public static string PasswordVariable(Device device)
    {
        string name = device.Address.Device.Replace('-', '_').ToUpperInvariant() + "_PASSWORD";
        return char.IsAsciiDigit(name[0]) ? "_" + name : name;
    }

    internal static string Resource(Resource resource)
    {
        var parts = new List<string> { Text("kind", resource.Kind), "\"number\": " + resource.Address.Number.ToString(CultureInfo.InvariantCulture) };
        if (resource.Name.Length > 0) parts.Add(Text("name", resource.Name));
        if (!resource.Tags.IsEmpty) parts.Add("\"tags\": " + Words(resource.Tags));
        if (!resource.Capabilities.IsEmpty) parts.Add("\"capabilities\": " + Words(resource.Capabilities));
        if (!resource.Events.IsEmpty) parts.Add("\"events\": " + Words(resource.Events));
        if (!resource.Streams.IsEmpty) parts.Add("\"streams\": " + Streams(resource.Streams));
        if (!resource.Presets.IsEmpty) parts.Add("\"presets\": " + Numbers(resource.Presets));
        if (!resource.Patrols.IsEmpty) parts.Add("\"patrols\": " + Numbers(resource.Patrols));
        if (!resource.Patterns.IsEmpty) parts.Add("\"patterns\": " + Numbers(resource.Patterns));
        if (resource.Area is { } area) parts.Add("\"area\": " + area.ToString(CultureInfo.InvariantCulture));
        return $"{{ {string.Join(", ", parts)} }}";
    }

    internal static string Text(string name, string value) => $"\"{name}\": {JsonText.Quote(value)}";

    internal static string Words(ImmutableArray<string> words) => $"[{string.Join(", ", words.Select(JsonText.Quote))}]";

    internal static string Streams(ImmutableArray<int> streams) => $"[{string.Join(", ", streams.Select(s => s.ToString(CultureInfo.InvariantCulture)))}]";

    internal static string Numbers(ImmutableArray<NamedNumber> numbers) => $"[{string.Join(", ", numbers.Select(Number))}]";

    private static string Number(NamedNumber number)
    {
        string bare = number.Number.ToString(CultureInfo.InvariantCulture);
        return number.Name.Length == 0 ? bare : $"{{ \"number\": {bare}, {Text("name", number.Name)} }}";
    }

    private static string Connection(Device device, DeviceConnectionInfo connection)
    {
        string dialect = connection.Dialect == "isapi" ? "" : ", " + Text("dialect", connection.Dialect);
        // Behind a gateway it has neither an address nor a login of its own.
        if (connection.IsThroughGateway) return $"{{ {Text("gateway", connection.Gateway.Value)}, {Text("devIndex", connection.DevIndex!)}{dialect} }}";
        var text = new StringBuilder("{ ").Append(Text("url", Url(connection.Url)));
        if (connection.User.Length > 0) text.Append(", ").Append(Text("user", connection.User)).Append(", ").Append(Text("passwordEnv", PasswordVariable(device)));
        return text.Append(dialect).Append(" }").ToString();
    }

    internal static string Url(Uri url) => url.GetLeftPart(UriPartial.Path).TrimEnd('/');
}
