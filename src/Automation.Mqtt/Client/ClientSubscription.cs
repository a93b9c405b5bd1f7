using System.Collections.Immutable;
using System.Text;
using Automation.Core.Topics;
using Automation.Mqtt.Packets;

namespace Automation.Mqtt.Client;

/// <summary>One filter at the server, with the handlers of this process that share it. Guarded by the client's lock.</summary>
internal sealed class ClientSubscription
{
    private readonly byte[] _match;

    public ClientSubscription(string filter, MqttSubscribeOptions options, uint identifier)
    {
        (Filter, Options, Identifier) = (filter, options, identifier);
        byte[] utf8 = Encoding.UTF8.GetBytes(filter);
        _match = TopicFilter.TrySplitShared(utf8, out _, out ReadOnlySpan<byte> inner) ? inner.ToArray() : utf8;
    }

    public string Filter { get; }

    public MqttSubscribeOptions Options { get; set; }

    public uint Identifier { get; }

    public ImmutableArray<HandlerQueue> Handlers { get; set; } = [];

    /// <summary>Whether the server has granted it in the present session.</summary>
    public bool Granted { get; set; }

    public bool Matches(ReadOnlySpan<byte> topic) => TopicFilter.Matches(_match, topic);

    public Subscription ToWire() => new(Filter, Options.MaximumQoS, Options.NoLocal, Options.RetainAsPublished, Options.RetainHandling);
}
