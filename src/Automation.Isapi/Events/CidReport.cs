using System.Text;
using Automation.Isapi.Documents;

namespace Automation.Isapi.Events;

/// <summary>What a panel says beside an event code, in either of its two forms: <c>CIDAlarm</c> (002 A.6) and <c>CIDEvent</c> (AX panels).</summary>
/// <remarks><c>CIDParam</c> is <c>userType,userNo,zoneNo,keyboardNo,videoChanNo,dskNo,moduleAddr,userName</c>; -1 means none (002 A.5).</remarks>
internal readonly ref struct CidReport
{
    private CidReport(TapeNode body)
    {
        Code = body.TryChild("CIDCode"u8, out TapeNode code) || body.TryChild("code"u8, out code) ? code.Text : default;
        // 002 A.6: area 0 means all reports.
        int? area = body.IntOf("subSys"u8) ?? body.IntOf("system"u8) ?? body.IntOf("subSystemNo"u8);
        Area = area > 0 ? area : null;
        Zone = NotNegative(body.IntOf("ZoneNo"u8) ?? body.IntOf("zone"u8));
        ReadOnlySpan<byte> parameters = body.TextOf("CIDParam"u8);
        for (int i = 0; !parameters.IsEmpty && i < 8; i++)
        {
            int comma = i < 7 ? parameters.IndexOf((byte)',') : -1;
            ReadOnlySpan<byte> part = (comma < 0 ? parameters : parameters[..comma]).Trim((byte)' ');
            parameters = comma < 0 ? default : parameters[(comma + 1)..];
            int? number = NotNegative(DeviceNumber.Int(part));
            switch (i)
            {
                case 0: UserType = number; break;
                case 1: UserNumber = number; break;
                case 2: Zone ??= number; break;
                case 3: Keypad = number; break;
                case 4: Channel = number > 0 ? number : null; break;
                case 5: Disk = number > 0 ? number : null; break;
                case 6: Module = number; break;
                default: User = Ascii.EqualsIgnoreCase(part, "NONE"u8) ? default : part; break;
            }
        }
    }

    /// <summary>Four digits; empty when there is none.</summary>
    public ReadOnlySpan<byte> Code { get; }

    /// <summary>From 1; null for none or all.</summary>
    public int? Area { get; }

    /// <summary>From 0; null for none.</summary>
    public int? Zone { get; }

    /// <summary>1: at a keypad, 2: over the network.</summary>
    public int? UserType { get; }

    public int? UserNumber { get; }

    public int? Keypad { get; }

    public int? Channel { get; }

    public int? Disk { get; }

    public int? Module { get; }

    /// <summary>As <c>CIDParam</c> has it; empty when it names none.</summary>
    public ReadOnlySpan<byte> User { get; }

    public static CidReport From(TapeNode alert) => new(BodyOf(alert));

    /// <summary>The code as it is written down; null when it is none or not known.</summary>
    public CidCode? Known()
    {
        if (Code.Length != 4) return null;
        Span<char> code = stackalloc char[4];
        Encoding.Latin1.GetChars(Code, code);
        return CidCodes.BySpan.TryGetValue(code, out CidCode? known) ? known : null;
    }

    /// <summary>Adds what the parameters say, and what there is only here.</summary>
    public void AddTo(AlertData data)
    {
        data.Number("zone", Zone).Number("keypad", Keypad).Number("channel", Channel).Number("hdd", Disk).Number("module", Module).Number("userNumber", UserNumber);
        if (UserType is 1 or 2) data.Text("by", UserType == 1 ? "keypad" : "network");
        data.Text("user", User);
        // "NONE" is how panels say nobody.
        if (string.Equals(data["user"].Text, "NONE", StringComparison.OrdinalIgnoreCase)) data.Replace("user", default);
        data.Replace("area", Area is { } area ? area : default);
    }

    private static TapeNode BodyOf(TapeNode alert)
    {
        if (alert.TryChild("CIDEvent"u8, out TapeNode body) || alert.TryChild("CIDAlarm"u8, out body) || alert.TryFind("HikCIDParams"u8, out body)) return body;
        return alert;
    }

    private static int? NotNegative(int? number) => number is >= 0 and < 65536 ? number : null;
}
