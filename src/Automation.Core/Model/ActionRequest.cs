using System.Globalization;

namespace Automation.Core.Model;

/// <summary>One action on one resource that a firing asks for. Data only; the outbox makes it durable.</summary>
public readonly record struct ActionRequest
{
    /// <summary>The input that led here.</summary>
    public required CauseId Cause { get; init; }

    /// <summary>The id of the rule that fired.</summary>
    public required string Rule { get; init; }

    /// <summary>Number of this request within its input, from 0: with <see cref="Cause"/> it names the request for ever.</summary>
    public required int Index { get; init; }

    /// <summary>One of <see cref="ActionTypes"/>.</summary>
    public required string Action { get; init; }

    public required ResourceAddress On { get; init; }

    public required DataObject Parameters { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>After this instant the request is not worth doing any more (ACT-10).</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>What the one who asked knows the request by, as a JSON number or text; null: a rule asked, or somebody who does not want to know.</summary>
    public string? Transaction { get; init; }

    /// <summary>The idempotency key: unique for ever, the same in a replay of the same inputs.</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{Cause}.{Index}");
}

/// <summary>Names an input of a site and whatever it led to: the site and the number of the input in its sequence.</summary>
public readonly record struct CauseId(string Site, long Sequence)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Site}-{Sequence}");
}
