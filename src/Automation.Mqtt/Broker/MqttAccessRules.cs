using System.Collections.Immutable;
using System.Text;
using Automation.Core.Topics;

namespace Automation.Mqtt.Broker;

/// <summary>What an access rule is about.</summary>
[Flags]
public enum MqttAccess
{
    None = 0,
    Publish = 1,

    /// <summary>Subscribing and receiving.</summary>
    Subscribe = 2,
    Both = Publish | Subscribe,
}

/// <summary>One line of the access rules. The first that fits decides; when none does, the answer is no.</summary>
public sealed record MqttAccessRule
{
    public bool Allow { get; init; } = true;

    public MqttAccess Access { get; init; } = MqttAccess.Both;

    /// <summary>A topic filter; <c>%c</c> stands for the client identifier and <c>%u</c> for the user name.</summary>
    public required string Filter { get; init; }

    /// <summary>Empty: any user.</summary>
    public string User { get; init; } = "";

    /// <summary>Empty: any role or none.</summary>
    public string Role { get; init; } = "";
}

/// <summary>Who may do what, as a list of topic filters. May be replaced while clients are connected: it counts at once, on delivery too.</summary>
public sealed class MqttAccessRules : IMqttAuthorizer
{
    private ImmutableArray<CompiledRule> _rules = [];
    private long _version;

    public MqttAccessRules(IEnumerable<MqttAccessRule> rules) => Replace(rules);

    /// <summary>
    /// What stands when nothing is configured: everybody may read and report; commands (<c>…/set</c>, requests) are for the roles
    /// <c>operator</c> and <c>admin</c>.
    /// </summary>
    /// <param name="baseTopic">The first level of the product's topics.</param>
    public static ImmutableArray<MqttAccessRule> Default(string baseTopic = "automation") =>
    [
        new() { Role = "admin", Filter = "#" },
        new() { Role = "admin", Filter = "$SYS/#" },
        .. CommandFilters(baseTopic).Select(filter => new MqttAccessRule { Role = "operator", Access = MqttAccess.Publish, Filter = filter }),
        .. CommandFilters(baseTopic).Select(filter => new MqttAccessRule { Allow = false, Access = MqttAccess.Publish, Filter = filter }),
        new() { Filter = "#" },
    ];

    /// <inheritdoc/>
    public long Version => Volatile.Read(ref _version);

    /// <exception cref="ArgumentException">A filter is not a topic filter; the message names it and its place.</exception>
    public void Replace(IEnumerable<MqttAccessRule> rules)
    {
        ImmutableArray<CompiledRule> compiled = [.. rules.Select(Compile)];
        ImmutableInterlocked.InterlockedExchange(ref _rules, compiled);
        Interlocked.Increment(ref _version);
    }

    /// <inheritdoc/>
    public bool MayPublish(MqttClientIdentity client, ReadOnlySpan<byte> topic) => Decide(client, topic, MqttAccess.Publish);

    /// <inheritdoc/>
    public bool MaySubscribe(MqttClientIdentity client, ReadOnlySpan<byte> filter) => Decide(client, filter, MqttAccess.Subscribe);

    /// <inheritdoc/>
    public bool MayReceive(MqttClientIdentity client, ReadOnlySpan<byte> topic) => Decide(client, topic, MqttAccess.Subscribe);

    private static string[] CommandFilters(string b) =>
        [b + "/+/+/set", b + "/+/+/+/+/set", b + "/rules/+/enabled/set", b + "/request/#"];

    /// <summary>
    /// A wildcard filter that a denying rule covers only in part is allowed as far as a later rule allows it: what is denied is then
    /// kept back on delivery.
    /// </summary>
    private bool Decide(MqttClientIdentity client, ReadOnlySpan<byte> topic, MqttAccess access)
    {
        foreach (CompiledRule rule in _rules)
        {
            if ((rule.Source.Access & access) == 0 || !rule.IsFor(client)) continue;
            byte[]? filter = rule.FilterFor(client);
            if (filter is not null && TopicFilter.Covers(filter, topic)) return rule.Source.Allow;
        }

        return false;
    }

    private static CompiledRule Compile(MqttAccessRule rule, int index)
    {
        TopicFault fault = TopicFilter.Check(rule.Filter);
        if (fault != TopicFault.None || TopicFilter.IsShared(Encoding.UTF8.GetBytes(rule.Filter)))
            throw new ArgumentException($"Access rule {index + 1}: '{rule.Filter}' is not a topic filter ({(fault == TopicFault.None ? TopicFault.Share : fault)}). Give the filter without $share.");
        bool personal = rule.Filter.Contains("%c", StringComparison.Ordinal) || rule.Filter.Contains("%u", StringComparison.Ordinal);
        return new CompiledRule(rule, personal ? null : Encoding.UTF8.GetBytes(rule.Filter));
    }

    private sealed record CompiledRule(MqttAccessRule Source, byte[]? Filter)
    {
        public bool IsFor(MqttClientIdentity client) =>
            (Source.User.Length == 0 || string.Equals(Source.User, client.UserName, StringComparison.Ordinal))
            && (Source.Role.Length == 0 || client.Roles.Contains(Source.Role, StringComparer.Ordinal));

        /// <summary>Null: the client's name has a wildcard or a slash in it, or is empty, and would open more than its own topics.</summary>
        public byte[]? FilterFor(MqttClientIdentity client)
        {
            if (Filter is not null) return Filter;
            string filter = Source.Filter;
            if (filter.Contains("%c", StringComparison.Ordinal) && !IsOneLevel(client.ClientId)) return null;
            if (filter.Contains("%u", StringComparison.Ordinal) && !IsOneLevel(client.UserName)) return null;
            return Encoding.UTF8.GetBytes(filter.Replace("%c", client.ClientId, StringComparison.Ordinal).Replace("%u", client.UserName, StringComparison.Ordinal));
        }

        private static bool IsOneLevel(string name) => name.Length > 0 && name.AsSpan().IndexOfAny('+', '#', '/') < 0;
    }
}
