namespace Automation.Isapi.Events;

internal enum StreamPartKind : byte
{
    /// <summary>A document: XML, JSON, or what should have been one.</summary>
    Text,

    /// <summary>A picture; its bytes were skipped.</summary>
    Picture,

    /// <summary>Larger than the limit; its bytes were skipped.</summary>
    Oversized,
}

/// <summary>One part of an event stream.</summary>
/// <param name="Body">Valid until the next part is read; empty unless the kind is text.</param>
/// <param name="Cut">The next part began, or the stream ended, before the part had its declared length.</param>
internal readonly record struct StreamPart(StreamPartKind Kind, ReadOnlyMemory<byte> Body, bool Cut);
