using Automation.Core.Model;

namespace Automation.Host.History;

/// <summary>Stored as a number: values are never renumbered.</summary>
internal enum HistoryKind
{
    /// <summary>An event of a resource; <see cref="HistoryRow.Type"/> is the event's.</summary>
    Event = 0,

    /// <summary>A property that is a word or a yes or no changed; the type is the property.</summary>
    State = 1,

    /// <summary>A rule fired; the type is the rule's kind.</summary>
    Firing = 2,

    /// <summary>An action request ended; the type is the action.</summary>
    Action = 3,

    /// <summary>An exception began or ended; the type is the exception's.</summary>
    Exception = 4,

    /// <summary>A rule could not do what it should; the type says how.</summary>
    Fault = 5,

    /// <summary>A rule was switched; the type is <c>enabled</c> or <c>disabled</c>.</summary>
    Switch = 6,

    /// <summary>People were told.</summary>
    Notification = 7,
}

/// <summary>One thing that happened on a site.</summary>
internal sealed record HistoryRow
{
    public required HistoryPlace Place { get; init; }

    public required DateTimeOffset At { get; init; }

    public required HistoryKind Kind { get; init; }

    /// <summary>What led here; rows of one cause belong together.</summary>
    public required CauseId Cause { get; init; }

    /// <summary>Empty: the site itself.</summary>
    public ResourceAddress Resource { get; init; }

    public required string Type { get; init; }

    /// <summary>Null: no rule had a part in it.</summary>
    public string? Rule { get; init; }

    /// <summary>What else is known, as a JSON object; its members depend on the kind (docs/storage.md).</summary>
    public required string Detail { get; init; }
}

/// <summary>Names a row for ever, and orders the rows of a site: the last input of the commit that wrote it, and its number in that commit.</summary>
internal readonly record struct HistoryPlace(string Site, long Sequence, long Number);

/// <summary>What to look for; null or empty: whatever.</summary>
internal sealed record HistoryFilter
{
    public IReadOnlyList<string> Sites { get; init; } = [];

    public IReadOnlyList<HistoryKind> Kinds { get; init; } = [];

    /// <summary>A device with all it has, or one resource.</summary>
    public ResourceAddress Resource { get; init; }

    public string? Type { get; init; }

    public string? Rule { get; init; }

    /// <summary>The first instant that counts.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>The first instant that counts no more.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Only what belongs to this input.</summary>
    public long? Cause { get; init; }
}

/// <param name="Rows">Newest first.</param>
/// <param name="Next">Ask with it for older rows; null when there are none.</param>
internal sealed record HistoryPage(IReadOnlyList<HistoryRow> Rows, HistoryCursor? Next);

/// <summary>Where a page ended.</summary>
internal sealed record HistoryCursor(DateTimeOffset At, HistoryPlace Place)
{
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{At.UtcTicks}.{Place.Site}.{Place.Sequence}.{Place.Number}");

    public static bool TryParse(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out HistoryCursor? cursor)
    {
        cursor = null;
        string[] parts = text.Split('.');
        if (parts.Length != 4 || !long.TryParse(parts[0], out long ticks) || ticks < 0 || ticks > DateTime.MaxValue.Ticks || !long.TryParse(parts[2], out long sequence) || !long.TryParse(parts[3], out long number)) return false;
        cursor = new HistoryCursor(new DateTimeOffset(ticks, TimeSpan.Zero), new HistoryPlace(parts[1], sequence, number));
        return true;
    }
}

/// <summary>A number over one minute.</summary>
/// <param name="Minute">Its begin.</param>
/// <param name="Changes">How often it changed.</param>
internal sealed record Sample(ResourceAddress Resource, string Property, DateTimeOffset Minute, double Low, double High, double Last, long Changes);
