using System.Text;
using Automation.Isapi.Documents;

namespace Automation.Isapi.Events;

/// <summary>One alert as the device sent it: its own words, nothing interpreted beyond the envelope. Good until its tape is filled again.</summary>
internal readonly struct Alert
{
    private readonly TapeNode _type;
    private readonly TapeNode _time;
    private readonly TapeNode _devIndex;
    private readonly Marks _marks;

    [Flags]
    private enum Marks : byte
    {
        None = 0,
        Inactive = 1,
        Time = 2,
        DevIndex = 4,
        Retransmitted = 8,
    }

    private Alert(TapeNode body, TapeNode type)
    {
        Body = body;
        _type = type;
        int? dynamic = null;
        int? fixedChannel = null;
        foreach (TapeNode child in body.Children)
        {
            ReadOnlySpan<byte> name = child.Name;
            // By length first: this is done for every alert of every device.
            switch (name.Length)
            {
                case 8 when Ascii.EqualsIgnoreCase(name, "dateTime"u8):
                    (_time, _marks) = (child, _marks | Marks.Time);
                    break;
                case 8 when Ascii.EqualsIgnoreCase(name, "devIndex"u8):
                    (_devIndex, _marks) = (child, _marks | Marks.DevIndex);
                    break;
                case 9 when Ascii.EqualsIgnoreCase(name, "channelID"u8):
                    fixedChannel ??= DeviceNumber.Int(child.Text);
                    break;
                case 10 when Ascii.EqualsIgnoreCase(name, "eventState"u8):
                    if (Ascii.EqualsIgnoreCase(child.Text, "inactive"u8)) _marks |= Marks.Inactive;
                    break;
                case 12 when Ascii.EqualsIgnoreCase(name, "dynChannelID"u8):
                    dynamic = DeviceNumber.Int(child.Text);
                    break;
                case 12 when Ascii.EqualsIgnoreCase(name, "currentEvent"u8):
                    if (DeviceNumber.Flag(child.Text) == false) _marks |= Marks.Retransmitted;
                    break;
                case 15 when Ascii.EqualsIgnoreCase(name, "activePostCount"u8):
                    PostCount = DeviceNumber.Int(child.Text);
                    break;
                case 20 when Ascii.EqualsIgnoreCase(name, "isDataRetransmission"u8):
                    if (DeviceNumber.Flag(child.Text) == true) _marks |= Marks.Retransmitted;
                    break;
                case 21 when Ascii.EqualsIgnoreCase(name, "AccessControllerEvent"u8):
                    if (DeviceNumber.Flag(child.TextOf("currentEvent"u8)) == false) _marks |= Marks.Retransmitted;
                    break;
            }
        }

        // The stream names the channel of a recorder in dynChannelID; channelID then counts something else (isapi.md, quirk 8).
        HasOwnNumber = dynamic > 0;
        int? channel = dynamic > 0 ? dynamic : fixedChannel;
        Channel = channel > 0 ? channel : null;
    }

    /// <summary>The whole alert.</summary>
    public TapeNode Body { get; }

    /// <summary>The event's word, e.g. <c>VMD</c>; for an unfolded duration event the one of its relation.</summary>
    public ReadOnlySpan<byte> WireType => _type.Text;

    /// <summary>The device says the event is over.</summary>
    public bool Inactive => (_marks & Marks.Inactive) != 0;

    /// <summary>The device says this is history sent again.</summary>
    public bool Retransmitted => (_marks & Marks.Retransmitted) != 0;

    /// <summary>How often this same alert was posted; null when it is not said.</summary>
    public int? PostCount { get; }

    /// <summary>The channel by its own number; null when missing, empty or 0.</summary>
    public int? Channel { get; }

    /// <summary>The channel is a recorder's own number of it, not one of an older form that counts from 33.</summary>
    public bool HasOwnNumber { get; }

    /// <summary>Written in the namespace of the older standard, whose channels count otherwise (isapi.md, quirk 8).</summary>
    public bool IsOlderForm => Body.Source.IndexOf("psialliance"u8) >= 0;

    /// <summary>The device's clock as written; never used for order, since device clocks are wrong (isapi.md, quirk 12).</summary>
    public ReadOnlySpan<byte> DeviceTime => (_marks & Marks.Time) != 0 ? _time.Text : default;

    /// <summary>What a gateway calls the device that the alert is of; empty for a device that speaks for itself.</summary>
    public ReadOnlySpan<byte> DevIndex => (_marks & Marks.DevIndex) != 0 ? _devIndex.Text : default;

    public bool Is(ReadOnlySpan<byte> wireType) => Ascii.EqualsIgnoreCase(WireType, wireType);

    /// <summary>Every alert of what was read: one, several in a list, or a duration event unfolded (isapi.md, quirks 6 and 9).</summary>
    public static void Read(Tape tape, List<Alert> into)
    {
        into.Clear();
        foreach (TapeNode document in tape.Roots)
        {
            if (TryTake(document, into)) continue;
            foreach (TapeNode child in document.Children)
            {
                if (TryTake(child, into)) continue;
                foreach (TapeNode inner in child.Children) TryTake(inner, into);
            }
        }
    }

    private static bool TryTake(TapeNode body, List<Alert> into)
    {
        if (body.IsLeaf || !body.TryChild("eventType"u8, out TapeNode type) || type.Text.IsEmpty) return false;
        if (!Ascii.EqualsIgnoreCase(type.Text, "duration"u8)) into.Add(new Alert(body, type));
        else TakeDurations(body, body, into);
        return true;
    }

    private static void TakeDurations(TapeNode body, TapeNode at, List<Alert> into)
    {
        foreach (TapeNode child in at.Children)
        {
            if (child.IsLeaf) continue;
            if (child.Is("Duration"u8) && child.TryChild("relationEvent"u8, out TapeNode relation) && !relation.Text.IsEmpty) into.Add(new Alert(body, relation));
            else TakeDurations(body, child, into);
        }
    }
}
