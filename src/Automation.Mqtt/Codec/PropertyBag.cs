using System.Collections.Immutable;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Codec;

/// <summary>
/// The properties of one packet while it is decoded (MQTT 5.0 §2.2.2): which may stand where, none twice, values in range.
/// </summary>
internal sealed class PropertyBag
{
    /// <summary>Stands for the will properties inside CONNECT, in the table of what may stand where.</summary>
    public const PacketType Will = PacketType.None;

    private static readonly ulong[] AllowedIn = BuildAllowed();

    private static readonly ulong Known = AllowedIn.Aggregate((all, some) => all | some);

    private readonly uint[] _numbers = new uint[0x2B];
    private readonly string?[] _texts = new string?[0x20];
    private ImmutableArray<KeyValuePair<string, string>>.Builder? _user;
    private ImmutableArray<uint>.Builder? _subscriptionIdentifiers;
    private byte[]? _correlationData;
    private byte[]? _authenticationData;
    private ulong _seen;

    public ImmutableArray<KeyValuePair<string, string>> UserProperties => _user?.ToImmutable() ?? [];

    public ImmutableArray<uint> SubscriptionIdentifiers => _subscriptionIdentifiers?.ToImmutable() ?? [];

    public ReadOnlyMemory<byte> CorrelationData => _correlationData;

    public ReadOnlyMemory<byte>? AuthenticationData => _authenticationData is null ? default(ReadOnlyMemory<byte>?) : _authenticationData;

    public static bool IsAllowed(PacketType type, int id) => id < 64 && (AllowedIn[(int)type] & (1UL << id)) != 0;

    /// <summary>
    /// MQTT 5.0 §2.2.2.2 calls an identifier that is not valid for its packet malformed. A whole property that stands in the wrong
    /// packet is answered as a protocol error outside SUBSCRIBE and UNSUBSCRIBE: what Mosquitto and its test suite made the custom.
    /// </summary>
    public static void Misplaced(ref SpanReader reader, PacketType type, int id)
    {
        bool known = id < 64 && (Known & (1UL << id)) != 0;
        if (known) PropertyValue.Skip(ref reader, (PropertyId)id);
        reader.Fail(known && type is not (PacketType.Subscribe or PacketType.Unsubscribe) ? ReasonCode.ProtocolError : ReasonCode.MalformedPacket);
    }

    public bool Has(PropertyId id) => (_seen & (1UL << (int)id)) != 0;

    public uint? Number(PropertyId id) => Has(id) ? _numbers[(int)id] : null;

    public uint Number(PropertyId id, uint absent) => Has(id) ? _numbers[(int)id] : absent;

    public ushort UInt16(PropertyId id, ushort absent) => Has(id) ? (ushort)_numbers[(int)id] : absent;

    public bool Flag(PropertyId id, bool absent) => Has(id) ? _numbers[(int)id] == 1 : absent;

    public string? Text(PropertyId id) => _texts[(int)id];

    /// <summary>Reads the length and the properties. What is wrong is left in <paramref name="reader"/>.</summary>
    public static PropertyBag Read(ref SpanReader reader, PacketType type)
    {
        var bag = new PropertyBag();
        var inner = new SpanReader(reader.Take(reader.VariableInt()));
        bag.ReadAll(ref inner, type);
        if (inner.Failed) reader.Fail(inner.Reason);
        return bag;
    }

    public void ReadAll(ref SpanReader reader, PacketType type)
    {
        while (!reader.IsEmpty)
        {
            int id = reader.VariableInt();
            if (reader.Failed) return;
            if (!IsAllowed(type, id))
            {
                Misplaced(ref reader, type, id);
                return;
            }

            bool mayRepeat = id == (int)PropertyId.UserProperty || (id == (int)PropertyId.SubscriptionIdentifier && type == PacketType.Publish);
            if (!mayRepeat && Has((PropertyId)id)) reader.Fail(ReasonCode.ProtocolError);
            _seen |= 1UL << id;
            ReadOne(ref reader, (PropertyId)id);
        }

        // MQTT 5.0 §3.1.2.11.10, §3.15.2.2.3: data without a method is a protocol error.
        if (Has(PropertyId.AuthenticationData) && !Has(PropertyId.AuthenticationMethod)) reader.Fail(ReasonCode.ProtocolError);
    }

    private void ReadOne(ref SpanReader reader, PropertyId id)
    {
        switch (id)
        {
            case PropertyId.UserProperty:
                string name = reader.Text();
                string value = reader.Text();
                (_user ??= ImmutableArray.CreateBuilder<KeyValuePair<string, string>>()).Add(new(name, value));
                break;
            case PropertyId.SubscriptionIdentifier:
                uint identifier = (uint)PropertyValue.ReadNumber(ref reader, id);
                _numbers[(int)id] = identifier;
                (_subscriptionIdentifiers ??= ImmutableArray.CreateBuilder<uint>()).Add(identifier);
                break;
            case PropertyId.CorrelationData:
                _correlationData = reader.Bytes().ToArray();
                break;
            case PropertyId.AuthenticationData:
                _authenticationData = reader.Bytes().ToArray();
                break;
            case PropertyId.ResponseTopic:
                _texts[(int)id] = System.Text.Encoding.UTF8.GetString(PropertyValue.ReadResponseTopic(ref reader));
                break;
            case PropertyId.ContentType or PropertyId.AssignedClientIdentifier or PropertyId.AuthenticationMethod or PropertyId.ResponseInformation
                or PropertyId.ServerReference or PropertyId.ReasonString:
                _texts[(int)id] = reader.Text();
                break;
            default:
                _numbers[(int)id] = PropertyValue.ReadNumber(ref reader, id);
                break;
        }
    }

    /// <summary>MQTT 5.0 table 2-4.</summary>
    private static ulong[] BuildAllowed()
    {
        var allowed = new ulong[16];
        allowed[(int)Will] = Mask(PropertyId.PayloadFormatIndicator, PropertyId.MessageExpiryInterval, PropertyId.ContentType, PropertyId.ResponseTopic,
            PropertyId.CorrelationData, PropertyId.WillDelayInterval, PropertyId.UserProperty);
        allowed[(int)PacketType.Connect] = Mask(PropertyId.SessionExpiryInterval, PropertyId.AuthenticationMethod, PropertyId.AuthenticationData,
            PropertyId.RequestProblemInformation, PropertyId.RequestResponseInformation, PropertyId.ReceiveMaximum, PropertyId.TopicAliasMaximum,
            PropertyId.UserProperty, PropertyId.MaximumPacketSize);
        allowed[(int)PacketType.ConnAck] = Mask(PropertyId.SessionExpiryInterval, PropertyId.AssignedClientIdentifier, PropertyId.ServerKeepAlive,
            PropertyId.AuthenticationMethod, PropertyId.AuthenticationData, PropertyId.ResponseInformation, PropertyId.ServerReference,
            PropertyId.ReasonString, PropertyId.ReceiveMaximum, PropertyId.TopicAliasMaximum, PropertyId.MaximumQoS, PropertyId.RetainAvailable,
            PropertyId.UserProperty, PropertyId.MaximumPacketSize, PropertyId.WildcardSubscriptionAvailable,
            PropertyId.SubscriptionIdentifierAvailable, PropertyId.SharedSubscriptionAvailable);
        allowed[(int)PacketType.Publish] = Mask(PropertyId.PayloadFormatIndicator, PropertyId.MessageExpiryInterval, PropertyId.ContentType,
            PropertyId.ResponseTopic, PropertyId.CorrelationData, PropertyId.SubscriptionIdentifier, PropertyId.TopicAlias, PropertyId.UserProperty);
        ulong acknowledgement = Mask(PropertyId.ReasonString, PropertyId.UserProperty);
        foreach (PacketType type in (ReadOnlySpan<PacketType>)[PacketType.PubAck, PacketType.PubRec, PacketType.PubRel, PacketType.PubComp, PacketType.SubAck, PacketType.UnsubAck])
            allowed[(int)type] = acknowledgement;
        allowed[(int)PacketType.Subscribe] = Mask(PropertyId.SubscriptionIdentifier, PropertyId.UserProperty);
        allowed[(int)PacketType.Unsubscribe] = Mask(PropertyId.UserProperty);
        allowed[(int)PacketType.Disconnect] = Mask(PropertyId.SessionExpiryInterval, PropertyId.ServerReference, PropertyId.ReasonString, PropertyId.UserProperty);
        allowed[(int)PacketType.Auth] = Mask(PropertyId.AuthenticationMethod, PropertyId.AuthenticationData, PropertyId.ReasonString, PropertyId.UserProperty);
        return allowed;
    }

    private static ulong Mask(params ReadOnlySpan<PropertyId> ids)
    {
        ulong mask = 0;
        foreach (PropertyId id in ids) mask |= 1UL << (int)id;
        return mask;
    }
}
