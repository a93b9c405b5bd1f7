using System.Collections.Immutable;
using System.Text;
using Automation.Core.Topics;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;
using Automation.Mqtt.Sessions;

namespace Automation.Mqtt.Broker;

/// <summary>The part that subscribes (MQTT 5.0 §3.8, §3.10) and hears the client's goodbye (§3.14).</summary>
internal sealed partial class ClientConnection
{
    private void OnSubscribe(SubscribePacket packet)
    {
        ImmutableArray<ReasonCode>.Builder reasons = ImmutableArray.CreateBuilder<ReasonCode>(packet.Subscriptions.Length);
        List<(ClientSubscription Subscription, bool IsNew)>? standing = null;
        foreach (Subscription asked in packet.Subscriptions)
        {
            byte[] filter = Encoding.UTF8.GetBytes(asked.Filter);
            ReadOnlySpan<byte> inner = TopicFilter.TrySplitShared(filter, out _, out ReadOnlySpan<byte> split) ? split : filter;
            if (!_core.Authorizer.MaySubscribe(_session!.Identity!, inner))
            {
                _core.Counters.NotAuthorized();
                reasons.Add(ReasonCode.NotAuthorized);
                continue;
            }

            ClientSubscription subscription = SubscriptionOptions.Of(_session, asked, packet.SubscriptionIdentifier, _version);
            if (!_core.Registry.TrySubscribe(_session, subscription, out ClientSubscription? replaced))
            {
                reasons.Add(ReasonCode.QuotaExceeded);
                continue;
            }

            reasons.Add((ReasonCode)(byte)asked.MaximumQoS);
            (standing ??= []).Add((subscription, replaced is null));
        }

        ImmutableArray<ReasonCode> answers = reasons.DrainToImmutable();
        ReasonCode failure = answers.FirstOrDefault(r => r.IsFailure());
        Write(new SubAckPacket { PacketId = packet.PacketId, Reasons = answers, ReasonString = failure.IsFailure() && _tellsProblems ? _core.Explain(failure, failure == ReasonCode.QuotaExceeded ? MqttLimit.Subscriptions : null) : null });
        foreach ((ClientSubscription subscription, bool isNew) in standing ?? []) DeliverRetained(subscription, isNew);
    }

    private void DeliverRetained(ClientSubscription subscription, bool isNew)
    {
        // MQTT-4.8.2: a shared subscription gets no retained messages.
        byte[] filter = subscription.FilterBytes();
        if (TopicFilter.IsShared(filter) || subscription.RetainHandling == RetainHandling.Never) return;
        if (subscription.RetainHandling == RetainHandling.AtNewSubscribe && !isNew) return;
        var matches = new List<Publication>();
        _core.Retained.Match(filter, matches);
        MqttClientIdentity identity = _session!.Identity!;
        matches.RemoveAll(m => !_core.Authorizer.MayReceive(identity, m.Topic)
            || (subscription.NoLocal && string.Equals(m.Publisher, _session.ClientId, StringComparison.Ordinal)));
        if (matches.Count > 0) _session.DeliverRetained(matches, subscription, _dispatch);
    }

    private void OnUnsubscribe(UnsubscribePacket packet)
    {
        ImmutableArray<ReasonCode>.Builder reasons = ImmutableArray.CreateBuilder<ReasonCode>(packet.Filters.Length);
        foreach (string filter in packet.Filters)
            reasons.Add(_core.Registry.Unsubscribe(_session!, filter) ? ReasonCode.Success : ReasonCode.NoSubscriptionExisted);
        Write(new UnsubAckPacket { PacketId = packet.PacketId, Reasons = reasons.DrainToImmutable() });
    }

    private void OnDisconnect(DisconnectPacket packet)
    {
        // MQTT-3.14.2-2: a session that was to end with the connection cannot be prolonged at its end.
        if (packet.SessionExpirySeconds is { } seconds)
        {
            if (_askedExpiry == 0 && seconds != 0)
            {
                Refuse(ReasonCode.ProtocolError);
                return;
            }

            _newExpiry = _core.GrantExpiry(seconds);
        }

        if (packet.Reason != ReasonCode.DisconnectWithWill) _core.Registry.CancelWill(this);
        End();
    }
}
