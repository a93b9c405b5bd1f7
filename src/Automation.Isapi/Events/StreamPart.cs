namespace Automation.Isapi.Events;

internal enum StreamPartKind : byte
{
    /// <summary>A document: XML, JSON, or what should have been one.</summary>
    Text,

    /// <summary>A picture.</summary>
    Picture,

    /// <summary>Larger than the limit, or a film; its bytes were skipped.</summary>
    Skipped,
}

/// <summary>One part of an event stream.</summary>
/// <param name="Body">Valid until the next part is read; empty when it was skipped.</param>
/// <param name="Cut">The next part began, or the stream ended, before the part had its declared length.</param>
/// <param name="ContentType">Of a picture, as declared; null when it was not.</param>
internal readonly record struct StreamPart(StreamPartKind Kind, ReadOnlyMemory<byte> Body, bool Cut, string? ContentType = null);
