using System.Text;
using System.Text.Unicode;

namespace Automation.Core.Topics;

/// <summary>Topic names: what is published to. No wildcards (MQTT 5.0 §4.7).</summary>
public static class TopicName
{
    /// <summary>The longest name or filter, in bytes of UTF-8: its length travels as two bytes.</summary>
    public const int MaximumBytes = 65535;

    /// <summary>
    /// The most levels of a name or filter: 200 slashes, like Mosquitto's: a walk goes one frame deeper per level, so the depth of a
    /// name that anybody may send has to be bounded.
    /// </summary>
    public const int MaximumLevels = 201;

    /// <summary>Checks a name that arrived as bytes. The bytes' being well-formed UTF-8 is checked too.</summary>
    public static TopicFault Check(ReadOnlySpan<byte> name)
    {
        TopicFault fault = CheckCommon(name);
        if (fault != TopicFault.None) return fault;
        // MQTT 5.0 §3.3.2.1: wildcards are not allowed in what is published to.
        return name.IndexOfAny((byte)'+', (byte)'#') >= 0 ? TopicFault.Wildcard : TopicFault.None;
    }

    /// <inheritdoc cref="Check(ReadOnlySpan{byte})"/>
    public static TopicFault Check(string name) => TryEncode(name, out byte[] bytes) ? Check(bytes) : TopicFault.NotUtf8;

    /// <summary>The UTF-8 form; false for a string with half a surrogate pair.</summary>
    public static bool TryEncode(string text, out byte[] bytes)
    {
        bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        bool good = Utf8.FromUtf16(text, bytes, out _, out int written, replaceInvalidSequences: false) == System.Buffers.OperationStatus.Done;
        Array.Resize(ref bytes, written);
        return good;
    }

    /// <summary>U+0001 to U+001F or U+007F to U+009F, in valid UTF-8.</summary>
    public static bool HasControlCharacter(ReadOnlySpan<byte> text)
    {
        if (text.IndexOfAnyInRange((byte)0, (byte)0x1F) >= 0 || text.Contains((byte)0x7F)) return true;
        while (text.IndexOf((byte)0xC2) is var at && at >= 0 && at + 1 < text.Length)
        {
            if (text[at + 1] < 0xA0) return true; // 0xC2 0x80 to 0xC2 0x9F are U+0080 to U+009F.
            text = text[(at + 2)..];
        }

        return false;
    }

    internal static TopicFault CheckCommon(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty) return TopicFault.Empty;
        if (text.Length > MaximumBytes) return TopicFault.TooLong;
        // MQTT 5.0 §1.5.4: U+0000 is refused, and so is everything that is not UTF-8.
        if (text.Contains((byte)0)) return TopicFault.NullCharacter;
        if (!Utf8.IsValid(text)) return TopicFault.NotUtf8;
        if (HasControlCharacter(text)) return TopicFault.ControlCharacter;
        return text.Count((byte)'/') >= MaximumLevels ? TopicFault.TooManyLevels : TopicFault.None;
    }
}
