using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Tests.Codec;

/// <summary>Every statement of the standard that bytes alone can break: the bytes, and the reason they are refused with.</summary>
public sealed class RefusalTests
{
    private const ProtocolVersion V3 = ProtocolVersion.V311;
    private const ProtocolVersion V5 = ProtocolVersion.V5;
    private const ReasonCode Malformed = ReasonCode.MalformedPacket;
    private const ReasonCode Protocol = ReasonCode.ProtocolError;

    private static readonly (string Spec, string What, ProtocolVersion Version, string Hex, ReasonCode Reason)[] Rows =
    [
        // Data types and the fixed header.
        ("MQTT-1.5.4-1", "surrogate in topic", V5, "30 06 0003 EDA080 00", Malformed),
        ("MQTT-1.5.4-1", "overlong UTF-8 in topic", V3, "30 04 0002 C0AF", Malformed),
        ("MQTT-3.1.3-4", "cut UTF-8 in client id", V3, "10 0E 0004 4D515454 04 02 003C 0002 61C3", Malformed),
        ("MQTT-1.5.7-1", "bad UTF-8 in a user property", V5, "30 0B 0001 61 07 26 0001 FF 0001 61", Malformed),
        ("MQTT-1.5.4-2", "U+0000 in topic", V5, "30 06 0003 610062 00", Malformed),
        ("MQTT-4.7.3-2", "U+0000 in filter", V3, "82 08 0001 0003 610062 00", Malformed),
        ("MQTT-1.5.4-2", "U+0000 in a reason string", V5, "E0 07 00 05 1F 0002 6100", Malformed),
        ("MQTT-1.5.4", "control character in topic", V5, "30 06 0003 610762 00", Malformed),
        ("MQTT-1.5.4", "control character U+0085 in filter", V3, "82 07 0001 0002 C285 00", Malformed),
        ("MQTT-1.5.5-1", "remaining length not minimal", V5, "C0 80 00", Malformed),
        ("MQTT-1.5.5-1", "remaining length of five bytes", V5, "30 FF FF FF FF 01", Malformed),
        ("MQTT-1.5.5-1", "property length not minimal", V5, "30 05 0001 61 80 00", Malformed),
        ("MQTT-1.5.5-1", "property length of five bytes", V5, "30 08 0001 61 80 80 80 80 01", Malformed),
        ("MQTT-2.1.3-1", "type 0", V5, "00 00", Protocol),
        ("MQTT-2.1.3-1", "CONNECT flags", V5, "11 00", Malformed),
        ("MQTT-2.1.3-1", "PUBACK flags", V5, "42 02 0001", Malformed),
        ("MQTT-2.1.3-1", "PINGREQ flags", V5, "C1 00", Malformed),
        ("MQTT-2.1.3-1", "DISCONNECT flags", V5, "E8 00", Malformed),
        ("MQTT-3.15.1-1", "AUTH flags", V5, "F1 00", Protocol),
        ("MQTT-2.2.1-3", "PUBLISH QoS 1 with packet id 0", V5, "32 06 0001 61 0000 00", Protocol),
        ("MQTT-2.2.1-3", "SUBSCRIBE with packet id 0", V5, "82 07 0000 00 0001 61 00", Protocol),
        ("MQTT-2.2.1-3", "UNSUBSCRIBE with packet id 0", V3, "A2 05 0000 0001 61", Protocol),
        ("MQTT-2.2.1-3", "PUBACK with packet id 0", V3, "40 02 0000", Protocol),
        ("MQTT-2.2.2", "a property that does not exist", V5, "30 06 0001 61 02 7F 00", Malformed),
        ("MQTT-2.2.2", "an identifier of two bytes", V5, "30 07 0001 61 03 80 01 00", Malformed),
        ("MQTT-2.2.2", "properties longer than the packet", V5, "30 05 0001 61 05 01", Malformed),
        ("MQTT-2.2.2", "a value longer than the properties", V5, "30 09 0001 61 05 03 0005 6161", Malformed),

        // CONNECT.
        ("MQTT-3.1.2-1", "another protocol name", V5, "10 0D 0004 4D515458 04 02 003C 0001 61", ReasonCode.UnsupportedProtocolVersion),
        ("MQTT-3.1.2-2", "protocol level 6", V5, "10 0D 0004 4D515454 06 02 003C 0001 61", ReasonCode.UnsupportedProtocolVersion),
        ("MQTT-3.1.2-3", "reserved connect flag", V5, "10 0E 0004 4D515454 05 03 003C 00 0001 61", Malformed),
        ("MQTT-3.1.2-11", "will QoS without will", V5, "10 0E 0004 4D515454 05 0A 003C 00 0001 61", Malformed),
        ("MQTT-3.1.2-12", "will QoS 3", V3, "10 12 0004 4D515454 04 1E 003C 0001 61 0001 77 0000", Malformed),
        ("MQTT-3.1.2-13", "will retain without will", V3, "10 0D 0004 4D515454 04 22 003C 0001 61", Malformed),
        ("MQTT-3.1.2-9", "will flag without will fields", V3, "10 0D 0004 4D515454 04 06 003C 0001 61", Malformed),
        ("MQTT-3.1.2-16", "user name without the flag", V3, "10 10 0004 4D515454 04 02 003C 0001 61 0001 75", Malformed),
        ("MQTT-3.1.2-17", "user flag without a user name", V3, "10 0D 0004 4D515454 04 82 003C 0001 61", Malformed),
        ("MQTT-3.1.2-18", "password without the flag", V5, "10 14 0004 4D515454 05 82 003C 00 0001 61 0001 75 0001 70", Malformed),
        ("MQTT-3.1.2-19", "password flag without a password", V5, "10 0E 0004 4D515454 05 42 003C 00 0001 61", Malformed),
        ("MQTT311-3.1.2-22", "password without a user name", V3, "10 10 0004 4D515454 04 42 003C 0001 61 0001 70", Malformed),
        ("MQTT-3.1.2.11.3", "receive maximum 0", V5, "10 11 0004 4D515454 05 02 003C 03 21 0000 0001 61", Protocol),
        ("MQTT-3.1.2.11.4", "maximum packet size 0", V5, "10 13 0004 4D515454 05 02 003C 05 27 00000000 0001 61", Protocol),
        ("MQTT-3.1.2.11.6", "request response information 2", V5, "10 10 0004 4D515454 05 02 003C 02 19 02 0001 61", Protocol),
        ("MQTT-3.1.2.11.7", "request problem information 2", V5, "10 10 0004 4D515454 05 02 003C 02 17 02 0001 61", Protocol),
        ("MQTT-3.1.2.11.2", "session expiry twice", V5, "10 18 0004 4D515454 05 02 003C 0A 11 00000001 11 00000001 0001 61", Protocol),
        ("MQTT-3.1.2.11.10", "authentication data without a method", V5, "10 12 0004 4D515454 05 02 003C 04 16 0001 64 0001 61", Protocol),
        ("MQTT-3.1.2.11", "topic alias in CONNECT", V5, "10 11 0004 4D515454 05 02 003C 03 23 0001 0001 61", Protocol),
        ("MQTT-3.1.3-1", "fields out of length", V5, "10 0F 0004 4D515454 05 02 003C 00 0001 61 00", Malformed),
        ("MQTT-3.1.3-11", "will topic is not UTF-8", V5, "10 14 0004 4D515454 05 06 003C 00 0001 61 00 0001 FF 0000", Malformed),
        ("MQTT-3.1.3-12", "user name is not UTF-8", V3, "10 10 0004 4D515454 04 82 003C 0001 61 0001 FF", Malformed),
        ("MQTT-3.1.3-11", "will topic with a wildcard", V3, "10 12 0004 4D515454 04 06 003C 0001 61 0001 23 0000", Malformed),
        ("MQTT-3.1.3.2", "session expiry in will properties", V5, "10 19 0004 4D515454 05 06 003C 00 0001 61 05 11 00000001 0001 77 0000", Protocol),

        // CONNACK.
        ("MQTT-3.2.2-1", "reserved acknowledge flags", V5, "20 03 02 00 00", Malformed),
        ("MQTT-3.2.2-6", "session present in a refusal", V5, "20 03 01 87 00", Protocol),
        ("MQTT-3.2.2-8", "unknown reason", V5, "20 03 00 01 00", Malformed),
        ("MQTT-3.2.2-6", "3.1.1: unknown return code", V3, "20 02 00 06", Malformed),
        ("MQTT-3.2.2.3.4", "maximum QoS 2", V5, "20 05 00 00 02 24 02", Protocol),

        // PUBLISH.
        ("MQTT-3.3.1-2", "DUP with QoS 0", V5, "38 04 0001 61 00", Malformed),
        ("MQTT-3.3.1-4", "QoS 3", V3, "36 05 0001 61 0001", Malformed),
        ("MQTT-3.3.2-1", "no topic at all", V3, "30 00", Malformed),
        ("MQTT-4.7.3-1", "empty topic in 3.1.1", V3, "30 02 0000", Malformed),
        ("MQTT-3.3.2-1", "empty topic without an alias", V5, "30 03 0000 00", Malformed),
        ("MQTT-3.3.2-2", "wildcard + in topic", V5, "30 04 0001 2B 00", Malformed),
        ("MQTT-4.7.0-1", "wildcard # in topic", V3, "30 05 0003 61 2F 23", Malformed),
        ("MQTT-3.3.2-8", "topic alias 0", V5, "30 07 0001 61 03 23 0000", ReasonCode.TopicAliasInvalid),
        ("MQTT-3.3.2-13", "response topic is not UTF-8", V5, "30 08 0001 61 04 08 0001 FF", Malformed),
        ("MQTT-3.3.2-19", "content type is not UTF-8", V5, "30 08 0001 61 04 03 0001 FF", Malformed),
        ("MQTT-3.3.2-14", "response topic with a wildcard", V5, "30 08 0001 61 04 08 0001 23", Protocol),
        ("MQTT-3.3.2.3.2", "payload format 2", V5, "30 06 0001 61 02 01 02", Protocol),
        ("MQTT-3.3.2.3.3", "message expiry twice", V5, "30 0E 0001 61 0A 02 00000001 02 00000001", Protocol),
        ("MQTT-3.3.2.3.8", "subscription identifier 0", V5, "30 06 0001 61 02 0B 00", Malformed),
        ("MQTT-3.3.2.3", "receive maximum in PUBLISH", V5, "30 07 0001 61 03 21 0001", Protocol),

        // Acknowledgements.
        ("MQTT-3.4.2-1", "PUBACK with a reason of SUBACK", V5, "40 03 0001 8F", Protocol),
        ("MQTT-3.5.2-1", "PUBREC with an unknown reason", V5, "50 03 0001 7F", Protocol),
        ("MQTT-3.6.1-1", "PUBREL flags", V3, "60 02 0001", Malformed),
        ("MQTT-3.6.2-1", "PUBREL with a reason of PUBACK", V5, "62 03 0001 10", Protocol),
        ("MQTT-3.7.2-1", "PUBCOMP with an unknown reason", V5, "70 04 0001 01 00", Protocol),
        ("MQTT-3.4.2", "3.1.1: PUBACK with a reason", V3, "40 03 0001 00", Malformed),
        ("MQTT-3.4.2", "PUBACK of one byte", V5, "40 01 00", Malformed),
        ("MQTT-3.4.2", "bytes after the properties", V5, "40 05 0001 00 00 00", Malformed),
        ("MQTT-3.4.2.2.2", "reason string twice", V5, "40 0C 0001 00 08 1F 0001 72 1F 0001 72", Protocol),

        // SUBSCRIBE and UNSUBSCRIBE.
        ("MQTT-3.8.1-1", "SUBSCRIBE flags", V5, "80 07 0001 00 0001 61 00", Malformed),
        ("MQTT-3.8.3-1", "filter is not UTF-8", V5, "82 07 0001 00 0001 FF 00", Malformed),
        ("MQTT-3.8.3-2", "no filter", V5, "82 03 0001 00", Malformed),
        ("MQTT-3.8.3-2", "filter without options", V3, "82 05 0001 0001 61", Malformed),
        ("MQTT-3.8.3-4", "no local on a shared subscription", V5, "82 10 0001 00 000A 24 7368617265 2F 67 2F 61 04", Protocol),
        ("MQTT-3.8.3-5", "reserved options", V5, "82 07 0001 00 0001 61 40", Malformed),
        ("MQTT311-3.8.3-4", "reserved options", V3, "82 06 0001 0001 61 04", Malformed),
        ("MQTT-3.8.3.1", "QoS 3", V5, "82 07 0001 00 0001 61 03", Malformed),
        ("MQTT-3.8.3.1", "retain handling 3", V5, "82 07 0001 00 0001 61 30", Malformed),
        ("MQTT-3.8.2.1.2", "subscription identifier 0", V5, "82 09 0001 02 0B 00 0001 61 00", Malformed),
        ("MQTT-3.8.2.1.2", "subscription identifier twice", V5, "82 0B 0001 04 0B 01 0B 01 0001 61 00", Protocol),
        ("MQTT-4.7.1-1", "a/#/b", V5, "82 0B 0001 00 0005 612F232F62 00", Malformed),
        ("MQTT-4.7.1-1", "a#", V3, "82 07 0001 0002 6123 00", Malformed),
        ("MQTT-4.7.1-2", "a+", V3, "82 07 0001 0002 612B 00", Malformed),
        ("MQTT-4.7.3-1", "empty filter", V5, "82 06 0001 00 0000 00", Malformed),
        ("MQTT-4.8.2-1", "$share without a name", V5, "82 0F 0001 00 0009 24 7368617265 2F 2F 61 00", Protocol),
        ("MQTT-4.8.2-2", "$share name with a wildcard", V5, "82 10 0001 00 000A 24 7368617265 2F 2B 2F 61 00", Protocol),
        ("MQTT-4.8.2-2", "$share without a filter", V5, "82 0E 0001 00 0008 24 7368617265 2F 67 00", Protocol),
        ("MQTT311-3.9.3-2", "SUBACK with a reserved code", V3, "90 03 0001 03", Malformed),
        ("MQTT-3.10.1-1", "UNSUBSCRIBE flags", V3, "A0 05 0001 0001 61", Malformed),
        ("MQTT-3.10.3-1", "filter is not UTF-8", V3, "A2 05 0001 0001 FF", Malformed),
        ("MQTT-3.10.3-2", "no filter", V3, "A2 02 0001", Malformed),

        // DISCONNECT and AUTH.
        ("MQTT-3.14.1-1", "DISCONNECT flags", V3, "E1 00", Malformed),
        ("MQTT-3.14.2-1", "unknown reason", V5, "E0 01 01", Protocol),
        ("MQTT-3.14.2", "3.1.1: DISCONNECT with a body", V3, "E0 01 00", Malformed),
        ("MQTT-3.14.2.2.2", "session expiry twice", V5, "E0 0C 00 0A 11 00000001 11 00000001", Protocol),
        ("MQTT-3.15.2-1", "unknown reason", V5, "F0 01 80", Protocol),
        ("MQTT-3.15.2.2.3", "data without a method", V5, "F0 06 18 04 16 0001 64", Protocol),
        ("MQTT-3.15", "3.1.1: AUTH", V3, "F0 00", Malformed),
        ("MQTT-3.12", "PINGREQ with a body", V3, "C0 01 00", Malformed),
        ("MQTT-3.13", "PINGRESP with a body", V3, "D0 01 00", Malformed),
    ];

    /// <summary>What the rows stand for.</summary>
    public static IEnumerable<string> Specs => Rows.Select(r => r.Spec).Distinct();

    public static IEnumerable<TheoryDataRow<int>> Indexes => Rows.Select((row, i) =>
    {
        var data = new TheoryDataRow<int>(i) { TestDisplayName = $"{row.Spec} {row.What} ({row.Version})" };
        data.WithTrait("Spec", row.Spec);
        return data;
    });

    [Theory, MemberData(nameof(Indexes))]
    public void TryRead_AgainstTheStandard_IsRefusedWithItsReason(int index)
    {
        (_, _, ProtocolVersion version, string hex, ReasonCode reason) = Rows[index];
        Assert.Equal(reason, Wire.Refusal(Wire.Hex(hex), version));
    }

    /// <summary>A refusal does not depend on how the bytes arrive; what is wrong in the header alone is refused before the body has come.</summary>
    [Theory, MemberData(nameof(Indexes))]
    public void TryRead_AgainstTheStandardInPieces_IsRefusedWithTheSameReason(int index)
    {
        (_, _, ProtocolVersion version, string hex, ReasonCode reason) = Rows[index];
        byte[] bytes = Wire.Hex(hex);
        for (int cut = 1; cut < bytes.Length; cut++)
        {
            var pieces = Wire.Pieces(bytes, cut);
            Assert.Equal(Mqtt.Codec.MqttReadResult.Malformed, Mqtt.Codec.MqttReader.TryRead(ref pieces, version, Wire.Limit, out _, out ReasonCode got));
            Assert.Equal(reason, got);
        }
    }
}
