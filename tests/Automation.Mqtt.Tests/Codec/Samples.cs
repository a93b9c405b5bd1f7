using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Tests.Codec;

/// <summary>Every packet beside its exact bytes.</summary>
internal static class Samples
{
    private static readonly KeyValuePair<string, string>[] User = [new("k", "v"), new("k", "w")];

    private const string UserHex = "26 0001 6B 0001 76 26 0001 6B 0001 77";

    public static readonly (string Name, ProtocolVersion Version, MqttPacket Packet, string Hex)[] All =
    [
        ("connect minimal", ProtocolVersion.V5, new ConnectPacket { ClientId = "a", KeepAliveSeconds = 60 }, "10 0E 0004 4D515454 05 02 003C 00 0001 61"),
        ("connect 3.1.1", ProtocolVersion.V311, new ConnectPacket { Version = ProtocolVersion.V311, ClientId = "a", CleanStart = false, KeepAliveSeconds = 60 }, "10 0D 0004 4D515454 04 00 003C 0001 61"),
        ("connect 3.1.1 full", ProtocolVersion.V311, new ConnectPacket
        {
            Version = ProtocolVersion.V311, ClientId = "a", KeepAliveSeconds = 10, UserName = "u", Password = "p"u8.ToArray(),
            Will = new WillPacket { Topic = "w", Payload = "x"u8.ToArray(), QoS = QoS.AtLeastOnce, Retain = true },
        }, "10 19 0004 4D515454 04 EE 000A 0001 61 0001 77 0001 78 0001 75 0001 70"),
        ("connect 5.0 full", ProtocolVersion.V5, new ConnectPacket
        {
            ClientId = "a", CleanStart = true, KeepAliveSeconds = 10, UserName = "u", Password = "p"u8.ToArray(), SessionExpirySeconds = 0xFFFFFFFF, ReceiveMaximum = 20,
            MaximumPacketSize = 65536, TopicAliasMaximum = 8, RequestResponseInformation = true, RequestProblemInformation = false,
            AuthenticationMethod = "m", AuthenticationData = "d"u8.ToArray(), UserProperties = [.. User],
            Will = new WillPacket
            {
                Topic = "w", Payload = "x"u8.ToArray(), QoS = QoS.ExactlyOnce, DelaySeconds = 5, PayloadIsText = true, MessageExpirySeconds = 9, ContentType = "t",
                ResponseTopic = "r", CorrelationData = "c"u8.ToArray(), UserProperties = [.. User],
            },
        }, "10 6B 0004 4D515454 05 D6 000A 2A 11 FFFFFFFF 21 0014 27 00010000 22 0008 19 01 17 00 15 0001 6D 16 0001 64 " + UserHex +
           " 0001 61 26 18 00000005 01 01 02 00000009 03 0001 74 08 0001 72 09 0001 63 " + UserHex + " 0001 77 0001 78 0001 75 0001 70"),
        ("connack 3.1.1", ProtocolVersion.V311, new ConnAckPacket { SessionPresent = true }, "20 02 01 00"),
        ("connack 3.1.1 refused", ProtocolVersion.V311, new ConnAckPacket { Reason = ReasonCode.BadUserNameOrPassword }, "20 02 00 04"),
        ("connack minimal", ProtocolVersion.V5, new ConnAckPacket(), "20 03 00 00 00"),
        ("connack full", ProtocolVersion.V5, new ConnAckPacket
        {
            SessionPresent = true, SessionExpirySeconds = 1, ReceiveMaximum = 20, MaximumQoS = QoS.AtLeastOnce, RetainAvailable = false, MaximumPacketSize = 65536,
            AssignedClientId = "a", TopicAliasMaximum = 8, ReasonString = "r", WildcardSubscriptionAvailable = false, SubscriptionIdentifiersAvailable = false,
            SharedSubscriptionAvailable = false, ServerKeepAliveSeconds = 30, ResponseInformation = "i", ServerReference = "s", AuthenticationMethod = "m",
            AuthenticationData = "d"u8.ToArray(), UserProperties = [.. User],
        }, "20 46 01 00 43 22 0008 12 0001 61 11 00000001 21 0014 24 01 25 00 27 00010000 1F 0001 72 28 00 29 00 2A 00 13 001E 1A 0001 69 1C 0001 73 15 0001 6D 16 0001 64 " + UserHex),
        ("publish QoS 0", ProtocolVersion.V311, new PublishPacket { Topic = "a/b", Payload = "hi"u8.ToArray() }, "30 07 0003 612F62 6869"),
        ("publish QoS 0 5.0", ProtocolVersion.V5, new PublishPacket { Topic = "a/b", Payload = "hi"u8.ToArray(), Retain = true }, "31 08 0003 612F62 00 6869"),
        ("publish QoS 2 again", ProtocolVersion.V311, new PublishPacket { Topic = "a", QoS = QoS.ExactlyOnce, Duplicate = true, PacketId = 258 }, "3C 05 0001 61 0102"),
        ("publish full", ProtocolVersion.V5, new PublishPacket
        {
            Topic = "a", Payload = "hi"u8.ToArray(), QoS = QoS.AtLeastOnce, PacketId = 1, PayloadIsText = true, MessageExpirySeconds = 60, TopicAlias = 3, ResponseTopic = "r",
            CorrelationData = "c"u8.ToArray(), SubscriptionIdentifiers = [1, 268_435_455], ContentType = "t", UserProperties = [.. User],
        }, "32 33 0001 61 0001 2B 01 01 02 0000003C 23 0003 08 0001 72 09 0001 63 0B 01 0B FFFFFF7F 03 0001 74 " + UserHex + " 6869"),
        ("publish by alias", ProtocolVersion.V5, new PublishPacket { TopicAlias = 1 }, "30 06 0000 03 23 0001"),
        ("puback", ProtocolVersion.V311, new PubAckPacket { PacketId = 1 }, "40 02 0001"),
        ("puback reason", ProtocolVersion.V5, new PubAckPacket { PacketId = 1, Reason = ReasonCode.NoMatchingSubscribers }, "40 03 0001 10"),
        ("puback full", ProtocolVersion.V5, new PubAckPacket { PacketId = 1, Reason = ReasonCode.NotAuthorized, ReasonString = "r", UserProperties = [.. User] }, "40 16 0001 87 12 1F 0001 72 " + UserHex),
        ("pubrec", ProtocolVersion.V311, new PubRecPacket { PacketId = 1 }, "50 02 0001"),
        ("pubrec full", ProtocolVersion.V5, new PubRecPacket { PacketId = 1, ReasonString = "r" }, "50 08 0001 00 04 1F 0001 72"),
        ("pubrel", ProtocolVersion.V311, new PubRelPacket { PacketId = 1 }, "62 02 0001"),
        ("pubrel reason", ProtocolVersion.V5, new PubRelPacket { PacketId = 1, Reason = ReasonCode.PacketIdentifierNotFound }, "62 03 0001 92"),
        ("pubcomp", ProtocolVersion.V5, new PubCompPacket { PacketId = 1 }, "70 02 0001"),
        ("pubcomp full", ProtocolVersion.V5, new PubCompPacket { PacketId = 1, Reason = ReasonCode.PacketIdentifierNotFound, ReasonString = "r" }, "70 08 0001 92 04 1F 0001 72"),
        ("subscribe 3.1.1", ProtocolVersion.V311, new SubscribePacket { PacketId = 10, Subscriptions = [new("a/+", QoS.AtLeastOnce), new("#")] }, "82 0C 000A 0003 612F2B 01 0001 23 00"),
        ("subscribe full", ProtocolVersion.V5, new SubscribePacket
        {
            PacketId = 10, SubscriptionIdentifier = 128, UserProperties = [.. User],
            Subscriptions = [new("a", QoS.ExactlyOnce, NoLocal: true, RetainAsPublished: true, RetainHandling.Never), new("$share/g/a", QoS.AtMostOnce)],
        }, "82 25 000A 11 0B 8001 " + UserHex + " 0001 61 2E 000A 24 73686172 65 2F 67 2F 61 00"),
        ("suback 3.1.1", ProtocolVersion.V311, new SubAckPacket { PacketId = 10, Reasons = [ReasonCode.GrantedQoS1, ReasonCode.UnspecifiedError] }, "90 04 000A 01 80"),
        ("suback full", ProtocolVersion.V5, new SubAckPacket { PacketId = 10, ReasonString = "r", UserProperties = [.. User], Reasons = [ReasonCode.GrantedQoS2, ReasonCode.NotAuthorized] }, "90 17 000A 12 1F 0001 72 " + UserHex + " 02 87"),
        ("unsubscribe 3.1.1", ProtocolVersion.V311, new UnsubscribePacket { PacketId = 10, Filters = ["a", "b"] }, "A2 08 000A 0001 61 0001 62"),
        ("unsubscribe full", ProtocolVersion.V5, new UnsubscribePacket { PacketId = 10, Filters = ["a"], UserProperties = [.. User] }, "A2 14 000A 0E " + UserHex + " 0001 61"),
        ("unsuback 3.1.1", ProtocolVersion.V311, new UnsubAckPacket { PacketId = 10 }, "B0 02 000A"),
        ("unsuback full", ProtocolVersion.V5, new UnsubAckPacket { PacketId = 10, ReasonString = "r", Reasons = [ReasonCode.NoSubscriptionExisted] }, "B0 08 000A 04 1F 0001 72 11"),
        ("pingreq", ProtocolVersion.V5, PingReqPacket.Instance, "C0 00"),
        ("pingresp", ProtocolVersion.V311, PingRespPacket.Instance, "D0 00"),
        ("disconnect 3.1.1", ProtocolVersion.V311, new DisconnectPacket(), "E0 00"),
        ("disconnect reason", ProtocolVersion.V5, new DisconnectPacket { Reason = ReasonCode.SessionTakenOver }, "E0 01 8E"),
        ("disconnect full", ProtocolVersion.V5, new DisconnectPacket { Reason = ReasonCode.ServerMoved, SessionExpirySeconds = 5, ReasonString = "r", ServerReference = "s", UserProperties = [.. User] },
            "E0 1D 9D 1B 11 00000005 1F 0001 72 1C 0001 73 " + UserHex),
        ("auth", ProtocolVersion.V5, new AuthPacket { Reason = ReasonCode.ContinueAuthentication, AuthenticationMethod = "m", AuthenticationData = "d"u8.ToArray(), ReasonString = "r", UserProperties = [.. User] },
            "F0 1C 18 1A 15 0001 6D 16 0001 64 1F 0001 72 " + UserHex),
        ("auth minimal", ProtocolVersion.V5, new AuthPacket(), "F0 00"),
    ];

    public static IEnumerable<TheoryDataRow<int>> Indexes => All.Select((_, i) => new TheoryDataRow<int>(i) { TestDisplayName = All[i].Name });
}
