namespace Automation.Mqtt.Protocol;

/// <summary>Which reason code may stand in which packet (MQTT 5.0 §2.4, table 2-6), and how 3.1.1 says the same.</summary>
internal static class ReasonCodes
{
    private static readonly bool[][] Allowed = Build();

    public static bool IsFailure(this ReasonCode code) => (byte)code >= 0x80;

    public static bool IsAllowed(PacketType type, byte code) => Allowed[(int)type][code];

    /// <summary>The CONNACK return code of MQTT 3.1.1 §3.2.2.3 that comes nearest.</summary>
    public static byte ToReturnCode(ReasonCode code) => code switch
    {
        ReasonCode.Success => 0,
        ReasonCode.UnsupportedProtocolVersion => 1,
        ReasonCode.ClientIdentifierNotValid => 2,
        ReasonCode.BadUserNameOrPassword => 4,
        ReasonCode.NotAuthorized or ReasonCode.Banned or ReasonCode.BadAuthenticationMethod => 5,
        _ => 3,
    };

    public static bool TryFromReturnCode(byte returnCode, out ReasonCode code)
    {
        code = returnCode switch
        {
            0 => ReasonCode.Success,
            1 => ReasonCode.UnsupportedProtocolVersion,
            2 => ReasonCode.ClientIdentifierNotValid,
            3 => ReasonCode.ServerUnavailable,
            4 => ReasonCode.BadUserNameOrPassword,
            5 => ReasonCode.NotAuthorized,
            _ => ReasonCode.MalformedPacket,
        };
        return returnCode <= 5;
    }

    private static bool[][] Build()
    {
        var table = new bool[16][];
        for (int i = 0; i < table.Length; i++) table[i] = new bool[256];
        ReadOnlySpan<byte> publish = [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99];
        Set(table, PacketType.PubAck, publish);
        Set(table, PacketType.PubRec, publish);
        Set(table, PacketType.PubRel, [0x00, 0x92]);
        Set(table, PacketType.PubComp, [0x00, 0x92]);
        Set(table, PacketType.SubAck, [0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8F, 0x91, 0x97, 0x9E, 0xA1, 0xA2]);
        Set(table, PacketType.UnsubAck, [0x00, 0x11, 0x80, 0x83, 0x87, 0x8F, 0x91]);
        Set(table, PacketType.Auth, [0x00, 0x18, 0x19]);
        Set(table, PacketType.ConnAck,
            [0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8C, 0x90, 0x95, 0x97, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9F]);
        Set(table, PacketType.Disconnect,
            [0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8B, 0x8D, 0x8E, 0x8F, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9A, 0x9B,
             0x9C, 0x9D, 0x9E, 0x9F, 0xA0, 0xA1, 0xA2]);
        return table;
    }

    private static void Set(bool[][] table, PacketType type, ReadOnlySpan<byte> codes)
    {
        foreach (byte code in codes) table[(int)type][code] = true;
    }
}
