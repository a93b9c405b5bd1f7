using System.Collections.Immutable;
using System.Text.Json;
using Automation.Host.Composition;
using Automation.Host.Validation;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Configuration;

/// <summary>Reads a configuration file against its schema.</summary>
internal static class ConfigurationReader
{
    /// <summary>A configuration is a page of text.</summary>
    private const int MaximumBytes = 1024 * 1024;

    /// <exception cref="StartRefusedException">The file cannot be read or is wrong; the message has one line a finding, with its place.</exception>
    public static HostConfiguration Read(string path, Func<string, string?> environment)
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

        return Parse(path, utf8);
    }

    internal static HostConfiguration Parse(string path, byte[] utf8)
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
            IReadOnlyList<SchemaFinding> findings = EmbeddedSchemas.Configuration.Validate(document.RootElement);
            if (findings.Count > 0)
            {
                throw new StartRefusedException(string.Join(Environment.NewLine, findings.Select(f =>
                {
                    (int line, int column) = JsonPlaces.Find(utf8, f.InstancePointer);
                    return $"{path}:{line}:{column}: error AUT3002: {(f.InstancePointer.Length == 0 ? "" : f.InstancePointer + ": ")}{f.Message}";
                })));
            }

            return Map(path, document.RootElement);
        }
    }

    private static HostConfiguration Map(string path, JsonElement root)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string Absolute(JsonElement element) => Path.GetFullPath(element.GetString()!, folder);
        var configuration = new HostConfiguration
        {
            File = path,
            Sites = [.. root.GetProperty("sites").EnumerateArray().Select(s => (Absolute(s.GetProperty("site")), s.GetProperty("rules").EnumerateArray().Select(Absolute).ToImmutableArray()))],
            DataFolder = root.TryGetProperty("dataFolder", out JsonElement data) ? Absolute(data) : Path.Combine(folder, "data"),
        };
        if (root.TryGetProperty("baseTopic", out JsonElement topic)) configuration = configuration with { BaseTopic = topic.GetString()! };
        if (root.TryGetProperty("httpPort", out JsonElement http)) configuration = configuration with { HttpPort = http.ValueKind == JsonValueKind.Null ? null : http.GetInt32() };
        if (root.TryGetProperty("logLevel", out JsonElement level)) configuration = configuration with { LogLevel = Enum.Parse<LogLevel>(level.GetString()!, ignoreCase: true) };
        if (!root.TryGetProperty("mqtt", out JsonElement mqtt)) return configuration;
        if (mqtt.TryGetProperty("external", out JsonElement external))
        {
            configuration = configuration with
            {
                External = new ExternalBrokerConfiguration
                {
                    Host = external.GetProperty("host").GetString()!,
                    Port = external.TryGetProperty("port", out JsonElement port) ? port.GetInt32() : 1883,
                    Tls = external.TryGetProperty("tls", out JsonElement tls) && tls.GetBoolean(),
                    CertificateAuthority = external.TryGetProperty("certificateAuthority", out JsonElement authority) ? Absolute(authority) : null,
                    ClientId = Text(external, "clientId") ?? "automation",
                    User = Text(external, "user"),
                    PasswordEnv = Text(external, "passwordEnv"),
                },
            };
        }

        if (mqtt.TryGetProperty("listeners", out JsonElement listeners))
        {
            configuration = configuration with { Listeners = [.. listeners.EnumerateArray().Select(l => Listener(l, Absolute))] };
        }

        return configuration;
    }

    private static ListenerConfiguration Listener(JsonElement listener, Func<JsonElement, string> absolute)
    {
        bool secured = listener.TryGetProperty("certificate", out JsonElement certificate);
        return new ListenerConfiguration
        {
            Port = listener.GetProperty("port").GetInt32(),
            Address = Text(listener, "address") ?? "127.0.0.1",
            WebSocket = Text(listener, "transport") == "webSocket",
            CertificateFile = secured ? absolute(certificate.GetProperty("file")) : null,
            CertificateKeyFile = secured && certificate.TryGetProperty("keyFile", out JsonElement key) ? absolute(key) : null,
            CertificatePasswordEnv = secured ? Text(certificate, "passwordEnv") : null,
        };
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
}
