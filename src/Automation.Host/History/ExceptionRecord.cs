using Automation.Core.Model;

namespace Automation.Host.History;

/// <summary>One exception from its begin to its end, as the exception centre shows it (EXC-6).</summary>
internal sealed record ExceptionRecord
{
    /// <summary>Names it; grows with the order in which exceptions began.</summary>
    public required long Id { get; init; }

    public required string Site { get; init; }

    /// <summary>Empty: the site or the plugin itself.</summary>
    public ResourceAddress Source { get; init; }

    /// <summary>The type, e.g. <c>offline</c>, <c>hddFull</c>, <c>actionFailed</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The exception rule; null: nobody asked for it, the plugin reports it by itself.</summary>
    public string? Rule { get; init; }

    public required DateTimeOffset Began { get; init; }

    /// <summary>Null: it lasts. An exception that is an instant ends when it begins.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>The input that led to it; null: none did.</summary>
    public CauseId? Cause { get; init; }

    public string Message { get; init; } = "";

    public IReadOnlyList<string> ReceivedBy { get; init; } = [];

    public IReadOnlyList<string> Recipients { get; init; } = [];

    public ExceptionAcknowledgement? Acknowledged { get; init; }
}

/// <param name="Note">What the person wrote; empty: nothing.</param>
internal sealed record ExceptionAcknowledgement(DateTimeOffset At, string By, string Note);

/// <summary>Something that is not as it should be and that no exception rule asked for.</summary>
/// <param name="Rule">The rule that could not do what it should; null: none.</param>
/// <param name="Active">Begins, ends, or null: an instant.</param>
internal sealed record ReportedException(string Site, ResourceAddress Source, string Type, string? Rule, bool? Active, DateTimeOffset At, string Message, CauseId? Cause);

/// <summary>What to look for; null or empty: whatever.</summary>
internal sealed record ExceptionFilter
{
    public IReadOnlyList<string> Sites { get; init; } = [];

    /// <summary>A device with all its channels, or one channel.</summary>
    public ResourceAddress Source { get; init; }

    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>Those that lasted at or after this instant.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Those that began before this instant.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>True: only those that last; false: only those that are over.</summary>
    public bool? Lasting { get; init; }

    public bool? Acknowledged { get; init; }
}
