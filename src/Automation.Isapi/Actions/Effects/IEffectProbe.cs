using Automation.Core.Model;

namespace Automation.Isapi.Actions.Effects;

/// <summary>How things stand with an effect.</summary>
internal enum SightKind : byte
{
    /// <summary>Nothing shows it, or not any more.</summary>
    Unclear,

    /// <summary>It is not so yet.</summary>
    NotYet,

    /// <summary>The device is on its way there: an exit delay runs.</summary>
    UnderWay,

    Seen,
}

/// <param name="Text">What is seen, as a person reads it.</param>
internal readonly record struct Sight(SightKind Kind, string? Text = null);

/// <summary>What shows whether an action had its effect, on one target or on several of one call. Used by one watch at a time; <see cref="Pushed"/> may come from any thread.</summary>
internal interface IEffectProbe : IDisposable
{
    /// <summary>Called when the device told by itself something that may show it.</summary>
    Action? Pushed { get; set; }

    /// <summary>Reads from the device.</summary>
    Task LookAsync(CancellationToken cancellationToken);

    /// <summary>How it stands with the target of the given index, by what was read and told so far.</summary>
    Sight this[int target] { get; }

    /// <summary>What stood in the way, for one that was not seen; null when there is nothing to add.</summary>
    Task<string?> ExplainAsync(int target, CancellationToken cancellationToken);
}
