using System.Collections.Immutable;

namespace Automation.Notify.Smtp;

/// <summary>One message to one address.</summary>
public sealed record Mail
{
    /// <summary>Longest subject, in characters; a longer one is cut with an ellipsis.</summary>
    public const int MaximumSubject = 200;

    /// <summary>Names the message for ever: the Message-ID header comes from it, so that a message that is sent again after a crash is recognised as the same.</summary>
    public required string Id { get; init; }

    /// <summary>The Date header.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>One address, with or without a name: <c>Anna &lt;anna@example.com&gt;</c>. See <see cref="MailAddresses"/>.</summary>
    public required string To { get; init; }

    /// <summary>Line breaks and control characters become spaces: no header can be added through it.</summary>
    public required string Subject { get; init; }

    /// <summary>The message as plain text.</summary>
    public required string Text { get; init; }

    /// <summary>The same as HTML; empty: plain text alone.</summary>
    public string Html { get; init; } = "";

    /// <summary>The <see cref="Id"/> of an earlier message that this one belongs to, so that mail programs show them together; empty: none.</summary>
    public string BelongsTo { get; init; } = "";

    /// <summary>BCP 47, for the Content-Language header; empty: not said.</summary>
    public string Language { get; init; } = "";

    public ImmutableArray<MailAttachment> Attachments { get; init; } = [];
}

/// <param name="Name">The file's name as people see it.</param>
/// <param name="MediaType">E.g. <c>application/pdf</c>.</param>
public sealed record MailAttachment(string Name, string MediaType, ReadOnlyMemory<byte> Bytes);
