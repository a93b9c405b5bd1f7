using System.Collections.Immutable;
using Automation.Core.Model;

namespace Automation.Notify;

/// <summary>Something people are to be told (EXC-3).</summary>
public sealed record Notification
{
    /// <summary>Longest text that is sent on, in characters; what is longer is cut with an ellipsis.</summary>
    public const int MaximumTextLength = 2000;

    private readonly string _text = "";

    public required CauseId Cause { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>The rule that tells it.</summary>
    public required string Rule { get; init; }

    /// <summary>What it is about; empty when it is about no resource.</summary>
    public ResourceAddress Source { get; init; }

    public required string Text
    {
        get => _text;
        init => _text = value.Length <= MaximumTextLength ? value : value[..(MaximumTextLength - 1)] + "…";
    }

    public ImmutableArray<Recipient> Recipients { get; init; } = [Recipient.SiteManager];
}

/// <summary>Who is told. The Site Manager always is (EXC-3).</summary>
public enum Recipient
{
    SiteManager,
    InstallerAdmin,
}

/// <summary>By which way people are told. The portal always shows it (EXC-3).</summary>
public enum NotificationWay
{
    Portal,
    MobileClient,
    Email,
}

/// <summary>One way of telling people. Implementations own their wire format and never throw for a world that fails.</summary>
public interface INotificationChannel
{
    NotificationWay Way { get; }

    /// <summary>Sends; the outcome says why not and whether trying again can help.</summary>
    Task<ActionOutcome> SendAsync(Notification notification, CancellationToken cancellationToken);
}
