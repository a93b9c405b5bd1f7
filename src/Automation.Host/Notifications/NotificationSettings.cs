using System.Collections.Immutable;
using Automation.Core.Compilation.Form;
using Automation.Notify.Smtp;

namespace Automation.Host.Notifications;

/// <summary>Who is told, how and when (EXC-3); made from the configuration's <c>notifications</c>.</summary>
internal sealed record NotificationSettings
{
    /// <summary>Nobody is named: the portal and the mobile topic of the roles alone.</summary>
    public static NotificationSettings None { get; } = new();

    public ImmutableArray<Person> People { get; init; } = [];

    /// <summary>Who else is told when nobody acknowledges, in order of <see cref="EscalationStep.After"/>.</summary>
    public ImmutableArray<EscalationStep> Escalation { get; init; } = [];

    /// <summary>Whoever was told that an exception began is also told that it is over.</summary>
    public bool TellEnd { get; init; } = true;

    /// <summary>Null: no mail leaves.</summary>
    public SmtpSettings? Smtp { get; init; }

    public WebPushSettings? WebPush { get; init; }

    /// <summary>Null: no health reports are sent.</summary>
    public Reports.HealthSchedule? HealthReports { get; init; }

    public NotificationLimits Limits { get; init; } = new();
}

/// <summary>Somebody who is told.</summary>
internal sealed record Person
{
    /// <summary>A slug; names the person in topics, requests and message ids.</summary>
    public required string Id { get; init; }

    public string Name { get; init; } = "";

    /// <summary><c>siteManager</c>, <c>installerAdmin</c>.</summary>
    public required ImmutableArray<string> Roles { get; init; }

    /// <summary>The sites this person answers for; empty: all.</summary>
    public ImmutableArray<string> Sites { get; init; } = [];

    /// <summary>Empty: no mail.</summary>
    public string Email { get; init; } = "";

    /// <summary>In which times are shown and <see cref="Schedule"/> is meant; null: the site's.</summary>
    public TimeZoneInfo? TimeZone { get; init; }

    /// <summary>One of <see cref="Phrases.Languages"/>.</summary>
    public string Language { get; init; } = "en";

    /// <summary>When the person wants to be told; what comes at other times is held and then told in one message. Null: always.</summary>
    public WeeklyWindows? Schedule { get; init; }

    /// <summary>Messages are collected for this long and sent as one. Zero to 24 hours; zero: at once.</summary>
    public TimeSpan Digest { get; init; }

    /// <summary>Messages a way within <see cref="LimitPer"/>; what comes on top waits and is then told in one. 1 to 1,000.</summary>
    public int LimitMessages { get; init; } = 20;

    public TimeSpan LimitPer { get; init; } = TimeSpan.FromHours(1);
}

/// <param name="After">Since people were told first. 1 minute to 7 days.</param>
/// <param name="Roles">Who is told then.</param>
/// <param name="Ways">How: <c>mobileClient</c>, <c>email</c>.</param>
internal sealed record EscalationStep(TimeSpan After, ImmutableArray<string> Roles, ImmutableArray<string> Ways);

internal sealed record WebPushSettings
{
    /// <summary>Whom a push service can write to: <c>mailto:</c> or <c>https:</c>.</summary>
    public required string Subject { get; init; }

    /// <summary>See <see cref="Automation.Notify.WebPush.PushTarget.Problem"/>.</summary>
    public ImmutableArray<string> Services { get; init; } = KnownServices;

    /// <summary>The push services of the browsers in use.</summary>
    public static ImmutableArray<string> KnownServices { get; } = ["fcm.googleapis.com", "updates.push.services.mozilla.com", "*.push.apple.com", "*.notify.windows.com"];
}
