using MimeKit;

namespace Automation.Notify.Smtp;

/// <summary>Checks addresses as they are written in a configuration.</summary>
public static class MailAddresses
{
    /// <summary>RFC 5321 §4.5.3.1.3: a path has at most 256 characters with its brackets.</summary>
    private const int MaximumLength = 254;

    /// <summary>Whether it is exactly one address with a domain, such as <c>anna@example.com</c> or <c>Anna &lt;anna@example.com&gt;</c>.</summary>
    public static bool IsAddress(string text) => TryParse(text, out _);

    internal static bool TryParse(string text, out MailboxAddress address)
    {
        address = null!;
        if (text.Length > MaximumLength + 256 || text.Any(char.IsControl) || !MailboxAddress.TryParse(text, out MailboxAddress? parsed)) return false;
        address = parsed;
        return parsed.Address.Length <= MaximumLength && parsed.LocalPart.Length is > 0 and <= 64 && parsed.Domain.Length > 0 && !parsed.Address.Any(char.IsWhiteSpace);
    }
}
