using System.Text.Json;
using Automation.Mqtt.Broker;

namespace Automation.Host.Configuration;

/// <summary>Reads the broker's part of a configuration; the schema has been checked before.</summary>
internal static class BrokerConfigurationReader
{
    /// <exception cref="Composition.StartRefusedException">The file cannot be read or is wrong.</exception>
    public static BrokerConfiguration Read(string path) =>
        ConfigurationReader.Open(path, EmbeddedSchemas.Broker, root => Map(root, ConfigurationReader.Paths(path)));

    /// <param name="absolute">Makes a path that counts from the file's folder absolute.</param>
    public static BrokerConfiguration Map(JsonElement root, Func<JsonElement, string> absolute)
    {
        var configuration = new BrokerConfiguration();
        if (root.TryGetProperty("listeners", out JsonElement listeners)) configuration = configuration with { Listeners = [.. listeners.EnumerateArray().Select(l => Listener(l, absolute))] };
        if (root.TryGetProperty("anonymousOnLoopback", out JsonElement anonymous)) configuration = configuration with { AnonymousOnLoopback = anonymous.GetBoolean() };
        if (root.TryGetProperty("users", out JsonElement users)) configuration = configuration with { Users = [.. users.EnumerateArray().Select(User)] };
        if (root.TryGetProperty("access", out JsonElement access)) configuration = configuration with { Access = [.. access.EnumerateArray().Select(Rule)] };
        if (root.TryGetProperty("limits", out JsonElement limits)) configuration = configuration with { Limits = Limits(limits) };
        if (root.TryGetProperty("reasonStrings", out JsonElement reasons)) configuration = configuration with { ReasonStrings = reasons.GetBoolean() };
        if (root.TryGetProperty("redirect", out JsonElement redirect)) configuration = configuration with { Redirect = new MqttRedirect(Text(redirect, "server")!, redirect.TryGetProperty("permanent", out JsonElement moved) && moved.GetBoolean()) };
        return configuration;
    }

    private static MqttUser User(JsonElement user) => new()
    {
        Name = Text(user, "name")!,
        PasswordHash = Text(user, "passwordHash") ?? "",
        CertificateThumbprint = Text(user, "certificateThumbprint") ?? "",
        Roles = user.TryGetProperty("roles", out JsonElement roles) ? [.. roles.EnumerateArray().Select(r => r.GetString()!)] : [],
    };

    private static MqttAccessRule Rule(JsonElement rule) => new()
    {
        Allow = !rule.TryGetProperty("allow", out JsonElement allow) || allow.GetBoolean(),
        Access = Text(rule, "access") switch { "publish" => MqttAccess.Publish, "subscribe" => MqttAccess.Subscribe, _ => MqttAccess.Both },
        Filter = Text(rule, "filter")!,
        User = Text(rule, "user") ?? "",
        Role = Text(rule, "role") ?? "",
    };

    private static MqttBrokerLimits Limits(JsonElement limits)
    {
        var result = new MqttBrokerLimits();
        int Number(string name, int otherwise) => limits.TryGetProperty(name, out JsonElement value) ? value.GetInt32() : otherwise;
        TimeSpan? Seconds(string name) => limits.TryGetProperty(name, out JsonElement value) ? TimeSpan.FromSeconds(value.GetInt64()) : null;
        return result with
        {
            Connections = Number("connections", result.Connections),
            ConnectionsPerAddress = Number("connectionsPerAddress", result.ConnectionsPerAddress),
            PacketBytes = Number("packetBytes", result.PacketBytes),
            QueuedMessages = Number("queuedMessages", result.QueuedMessages),
            Subscriptions = Number("subscriptions", result.Subscriptions),
            MessagesPerSecond = Number("messagesPerSecond", result.MessagesPerSecond),
            RetainedMessages = Number("retainedMessages", result.RetainedMessages),
            ReceiveMaximum = (ushort)Number("receiveMaximum", result.ReceiveMaximum),
            InFlight = (ushort)Number("inFlight", result.InFlight),
            TopicAliases = (ushort)Number("topicAliases", result.TopicAliases),
            KeepAlive = Seconds("keepAliveSeconds"),
            SessionExpiry = Seconds("sessionExpirySeconds"),
        };
    }

    private static ListenerConfiguration Listener(JsonElement listener, Func<JsonElement, string> absolute)
    {
        bool secured = listener.TryGetProperty("certificate", out JsonElement certificate);
        return new ListenerConfiguration
        {
            Port = listener.GetProperty("port").GetInt32(),
            Address = Text(listener, "address") ?? "127.0.0.1",
            WebSocket = Text(listener, "transport") == "webSocket",
            Path = Text(listener, "path") ?? "/mqtt",
            ClientCertificates = listener.TryGetProperty("clientCertificates", out JsonElement asked) && asked.GetBoolean(),
            CertificateFile = secured ? absolute(certificate.GetProperty("file")) : null,
            CertificateKeyFile = secured && certificate.TryGetProperty("keyFile", out JsonElement key) ? absolute(key) : null,
            CertificatePasswordEnv = secured ? Text(certificate, "passwordEnv") : null,
        };
    }

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
}
