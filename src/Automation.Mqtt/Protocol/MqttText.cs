using System.Text;
using System.Text.Unicode;

namespace Automation.Mqtt.Protocol;

/// <summary>UTF-8 strings as they may travel (MQTT 5.0 §1.5.4). Topic names and filters have their own rules in <c>Core.Topics</c>.</summary>
internal static class MqttText
{
    /// <summary>Longest UTF-8 string or binary field on the wire.</summary>
    public const int MaximumBytes = ushort.MaxValue;

    /// <summary>Well-formed, so without surrogates and overlong forms, and without U+0000 (MQTT-1.5.4-1, MQTT-1.5.4-2).</summary>
    public static bool IsValid(ReadOnlySpan<byte> utf8) => utf8.IndexOf((byte)0) < 0 && Utf8.IsValid(utf8);

    /// <summary>Whether a string can be sent: no half surrogate pair, no U+0000, at most <see cref="MaximumBytes"/> in UTF-8.</summary>
    public static bool CanSend(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal)) return false;
        try
        {
            return Strict.GetByteCount(text) <= MaximumBytes;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
}
