using System.Text;
using System.Text.Unicode;

namespace Automation.Mqtt.Protocol;

/// <summary>What a UTF-8 string, a topic name and a topic filter may look like (MQTT 5.0 §1.5.4, §4.7, §4.8.2). No allocation.</summary>
internal static class TopicRules
{
    /// <summary>Longest UTF-8 string on the wire, in bytes.</summary>
    public const int MaximumBytes = ushort.MaxValue;

    /// <summary>MQTT 5.0 §1.5.4: well-formed UTF-8, so no surrogates and no overlong forms, and no U+0000.</summary>
    public static bool IsText(ReadOnlySpan<byte> utf8) => utf8.IndexOf((byte)0) < 0 && Utf8.IsValid(utf8);

    /// <summary>A topic name: at least one character, no wildcard (MQTT 5.0 §4.7.3).</summary>
    public static bool IsTopicName(ReadOnlySpan<byte> utf8) =>
        utf8.Length is > 0 and <= MaximumBytes && utf8.IndexOfAny((byte)'+', (byte)'#', (byte)0) < 0 && Utf8.IsValid(utf8);

    public static bool IsTopicName(string topic) => WithUtf8(topic, filter: false, shared: false);

    /// <summary>A topic filter: wildcards fill whole levels, <c>#</c> stands last (MQTT 5.0 §4.7.1).</summary>
    /// <param name="allowShared">Whether <c>$share/name/filter</c> is understood and checked as such (MQTT 5.0 §4.8.2).</param>
    public static bool IsTopicFilter(ReadOnlySpan<byte> utf8, bool allowShared)
    {
        if (utf8.Length is 0 or > MaximumBytes || !IsText(utf8)) return false;
        if (allowShared && IsShared(utf8))
        {
            ReadOnlySpan<byte> rest = utf8["$share/"u8.Length..];
            int end = rest.IndexOf((byte)'/');

            // MQTT 5.0 §4.8.2: the share name has a character at least, no wildcard, and a filter follows it.
            if (end <= 0 || rest[..end].IndexOfAny((byte)'+', (byte)'#') >= 0) return false;
            utf8 = rest[(end + 1)..];
            if (utf8.IsEmpty) return false;
        }

        return WildcardsFillLevels(utf8);
    }

    public static bool IsTopicFilter(string filter, bool allowShared) => WithUtf8(filter, filter: true, allowShared);

    public static bool IsShared(ReadOnlySpan<byte> filter) => filter.StartsWith("$share/"u8);

    private static bool WildcardsFillLevels(ReadOnlySpan<byte> filter)
    {
        int from = 0;
        while (true)
        {
            int at = filter[from..].IndexOfAny((byte)'+', (byte)'#');
            if (at < 0) return true;
            at += from;
            if (at > 0 && filter[at - 1] != (byte)'/') return false;
            bool last = at == filter.Length - 1;
            if (filter[at] == (byte)'#') return last;
            if (!last && filter[at + 1] != (byte)'/') return false;
            from = at + 1;
        }
    }

    private static bool WithUtf8(string text, bool filter, bool shared)
    {
        if (text.Length is 0 or > MaximumBytes) return false;
        for (int i = 0; i < text.Length; i++)
        {
            // An unpaired surrogate would be replaced by the encoder and so pass as text.
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 >= text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return false;
            i++;
        }

        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        return filter ? IsTopicFilter(utf8, shared) : IsTopicName(utf8);
    }
}
