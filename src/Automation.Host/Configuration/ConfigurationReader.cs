using System.Collections.Immutable;
using System.Text.Json;
using Automation.Host.Composition;
using Automation.Host.Hub.Discovery;
using Automation.Host.Validation;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Configuration;

/// <summary>Reads a configuration file against its schema.</summary>
internal static class ConfigurationReader
{
    /// <summary>A configuration is a page of text.</summary>
    private const int MaximumBytes = 1024 * 1024;

    /// <exception cref="StartRefusedException">The file cannot be read or is wrong; the message has one line a finding, with its place.</exception>
    public static HostConfiguration Read(string path) => Open(path, EmbeddedSchemas.Configuration, root => Map(path, root));

    internal static HostConfiguration Parse(string path, byte[] utf8) => Parse(path, utf8, EmbeddedSchemas.Configuration, root => Map(path, root));

    /// <summary>Reads a file, checks it against its schema and maps it.</summary>
    /// <exception cref="StartRefusedException">The file cannot be read or is wrong; the message has one line a finding, with its place.</exception>
    public static T Open<T>(string path, IJsonSchema schema, Func<JsonElement, T> map)
    {
        byte[] utf8;
        try
        {
            var file = new FileInfo(path);
            if (file.Exists && file.Length > MaximumBytes) throw new StartRefusedException($"{path}: larger than {MaximumBytes} bytes: this is not a configuration file");
            utf8 = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"{path}: cannot be read: {e.Message}");
        }

        return Parse(path, utf8, schema, map);
    }

    /// <summary>Makes paths that count from the file's folder absolute.</summary>
    public static Func<JsonElement, string> Paths(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return element => Path.GetFullPath(element.GetString()!, folder);
    }

    private static T Parse<T>(string path, byte[] utf8, IJsonSchema schema, Func<JsonElement, T> map)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(utf8, new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = 16 });
        }
        catch (JsonException e)
        {
            throw new StartRefusedException($"{path}:{e.LineNumber + 1}:{e.BytePositionInLine + 1}: error AUT3001: this is not JSON (look for a missing quote, comma or bracket here or on the line before)");
        }

        using (document)
        {
            IReadOnlyList<SchemaFinding> findings = schema.Validate(document.RootElement);
            if (findings.Count == 0) return map(document.RootElement);
            throw new StartRefusedException(string.Join(Environment.NewLine, findings.Select(f =>
            {
                (int line, int column) = JsonPlaces.Find(utf8, f.InstancePointer);
                return $"{path}:{line}:{column}: error AUT3002: {(f.InstancePointer.Length == 0 ? "" : f.InstancePointer + ": ")}{f.Message}";
            })));
        }
    }

    private static HostConfiguration Map(string path, JsonElement root)
    {
        Func<JsonElement, string> absolute = Paths(path);
        var configuration = new HostConfiguration
        {
            File = path,
            Sites = [.. root.GetProperty("sites").EnumerateArray().Select(s => (absolute(s.GetProperty("site")), s.GetProperty("rules").EnumerateArray().Select(absolute).ToImmutableArray()))],
            DataFolder = root.TryGetProperty("dataFolder", out JsonElement data) ? absolute(data) : Path.GetFullPath("data", Path.GetDirectoryName(Path.GetFullPath(path))!),
        };
        if (root.TryGetProperty("baseTopic", out JsonElement topic)) configuration = configuration with { BaseTopic = topic.GetString()! };
        if (root.TryGetProperty("httpPort", out JsonElement http)) configuration = configuration with { HttpPort = http.ValueKind == JsonValueKind.Null ? null : http.GetInt32() };
        if (root.TryGetProperty("logLevel", out JsonElement level)) configuration = configuration with { LogLevel = Enum.Parse<LogLevel>(level.GetString()!, ignoreCase: true) };
        if (root.TryGetProperty("storage", out JsonElement storage)) configuration = StorageConfigurationReader.Map(storage, configuration);
        if (root.TryGetProperty("retention", out JsonElement retention)) configuration = configuration with { Retention = StorageConfigurationReader.Retention(retention, configuration.Retention) };
        if (root.TryGetProperty("push", out JsonElement push)) configuration = configuration with { Push = PushConfiguration.Map(push) };
        if (root.TryGetProperty("alarmCode", out JsonElement code)) configuration = configuration with { AlarmCode = AlarmCodeConfiguration.Map(code) };
        if (root.TryGetProperty("notifications", out JsonElement notifications)) configuration = configuration with { Notifications = NotificationConfigurationReader.Map(notifications, absolute) };
        if (!root.TryGetProperty("mqtt", out JsonElement mqtt)) return configuration;
        if (mqtt.TryGetProperty("discovery", out JsonElement discovery))
        {
            DiscoveryForm form = Text(discovery, "form") switch { "off" => DiscoveryForm.Off, "component" => DiscoveryForm.Component, _ => DiscoveryForm.Device };
            configuration = configuration with { Discovery = new DiscoveryOptions(Text(discovery, "prefix") ?? configuration.Discovery.Prefix, form) };
        }

        if (mqtt.TryGetProperty("external", out JsonElement external)) configuration = configuration with { External = ExternalBrokerConfiguration.Map(external, absolute) };
        if (mqtt.TryGetProperty("broker", out JsonElement broker)) configuration = configuration with { Broker = BrokerConfigurationReader.Map(broker, absolute) };
        return configuration;
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
}
