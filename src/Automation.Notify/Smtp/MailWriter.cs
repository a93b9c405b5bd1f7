using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MimeKit;

namespace Automation.Notify.Smtp;

/// <summary>Makes the MIME message of a mail.</summary>
internal static class MailWriter
{
    /// <summary>An id of these characters goes into the Message-ID as it is; any other as its hash.</summary>
    private const string Plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";

    /// <exception cref="FormatException">An address is none.</exception>
    public static MimeMessage Write(Mail mail, string from)
    {
        if (!MailAddresses.TryParse(from, out MailboxAddress sender)) throw new FormatException($"'{from}' is not a mail address");
        if (!MailAddresses.TryParse(mail.To, out MailboxAddress recipient)) throw new FormatException($"'{mail.To}' is not a mail address");
        string domain = sender.GetAddress(true).Split('@')[^1];
        var message = new MimeMessage
        {
            MessageId = MessageId(mail.Id, domain),
            Date = mail.At,
            Subject = DeliveryOutcome.OneLine(mail.Subject, Mail.MaximumSubject),
            Body = Body(mail),
        };
        message.From.Add(sender);
        message.To.Add(recipient);
        if (mail.BelongsTo.Length > 0)
        {
            message.InReplyTo = MessageId(mail.BelongsTo, domain);
            message.References.Add(message.InReplyTo);
        }

        // RFC 3834 §5: so that out-of-office programs do not answer an alarm.
        message.Headers.Add("Auto-Submitted", "auto-generated");
        if (mail.Language.Length > 0) message.Headers.Add(HeaderId.ContentLanguage, DeliveryOutcome.OneLine(mail.Language, 35));
        return message;
    }

    /// <summary>Without brackets: <c>store-184.3@example.com</c>.</summary>
    public static string MessageId(string id, string domain)
    {
        bool plain = id.Length is > 0 and <= 100 && id.All(c => Plain.Contains(c, StringComparison.Ordinal)) && id[0] != '.' && id[^1] != '.' && !id.Contains("..", StringComparison.Ordinal);
        string left = plain ? id : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 16));
        return string.Create(CultureInfo.InvariantCulture, $"{left}@{domain}");
    }

    private static MimeEntity Body(Mail mail)
    {
        var body = new BodyBuilder { TextBody = mail.Text, HtmlBody = mail.Html.Length > 0 ? mail.Html : null };
        foreach (MailAttachment attachment in mail.Attachments)
        {
            if (!ContentType.TryParse(attachment.MediaType, out ContentType? type)) type = new ContentType("application", "octet-stream");
            body.Attachments.Add(DeliveryOutcome.OneLine(attachment.Name, 100), attachment.Bytes.ToArray(), type);
        }

        return body.ToMessageBody();
    }
}
