using System.Text;

namespace Automation.Isapi.Events;

/// <summary>Texts that a device sends again and again (channel names, descriptions, targets) as one string each. One loop at a time uses it.</summary>
/// <remarks>A fixed table, one place a text: a newcomer takes the place of the one before. So it is bounded, and needs no cleaning.</remarks>
internal sealed class TextCache
{
    /// <summary>A device has some dozens of such texts; 8 bytes a place.</summary>
    private const int Places = 256;

    /// <summary>Longer texts are mostly URLs, which differ each time.</summary>
    private const int MaxBytes = 96;

    private readonly string?[] _texts = new string?[Places];

    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty) return "";
        if (utf8.Length > MaxBytes) return Encoding.UTF8.GetString(utf8);
        Span<char> text = stackalloc char[MaxBytes];
        text = text[..Encoding.UTF8.GetChars(utf8, text)];
        ref string? place = ref _texts[string.GetHashCode(text) & (Places - 1)];
        if (place is null || !text.SequenceEqual(place)) place = text.ToString();
        return place;
    }
}
