using System.Collections.Immutable;
using Automation.Core.Calendars;
using Automation.Core.Rules;
using Automation.Host.Composition;
using Automation.Host.Notifications;
using Automation.Host.Reports;
using Automation.Notify.Smtp;

namespace Automation.Host.Configuration;

/// <summary>How people are told, as configured; <c>schemas/configuration.schema.json</c> says what each value means. Paths are absolute.</summary>
internal sealed record NotificationConfiguration
{
    public ImmutableArray<PersonConfiguration> People { get; init; } = [];

    public ImmutableArray<EscalationStep> Escalation { get; init; } = [];

    public bool TellEnd { get; init; } = true;

    public SmtpConfiguration? Smtp { get; init; }

    public WebPushSettings? WebPush { get; init; }

    public HealthSchedule? HealthReports { get; init; }

    /// <summary>Reads what the configuration points to, and checks what a schema cannot.</summary>
    /// <param name="file">Where it was said, for messages.</param>
    /// <exception cref="StartRefusedException">Something of it is missing or wrong.</exception>
    public NotificationSettings ToSettings(string file, ImmutableArray<string> sites, Func<string, string?> environment)
    {
        if (People.GroupBy(p => p.Person.Id, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new StartRefusedException($"{file}: two people have the id '{twice.Key}': rename one");
        }

        for (int i = 1; i < Escalation.Length; i++)
        {
            if (Escalation[i].After <= Escalation[i - 1].After) throw new StartRefusedException($"{file}: step {i + 1} of the escalation does not come after step {i}: give it more minutes");
        }

        if (HealthReports is { } reports)
        {
            if (!CronExpression.TryParse(reports.Cron, out _, out string? problem)) throw new StartRefusedException($"{file}: the time of health reports '{reports.Cron}' is no cron expression: {problem}; \"0 7 * * 1\" is 07:00 on Mondays");
            if (Smtp is null) throw new StartRefusedException($"{file}: health reports are sent by mail: add \"smtp\" to \"notifications\"");
        }

        return new NotificationSettings
        {
            People = [.. People.Select(p => p.ToPerson(file, sites))],
            Escalation = Escalation,
            TellEnd = TellEnd,
            Smtp = Smtp?.ToSettings(file, environment),
            WebPush = WebPush,
            HealthReports = HealthReports,
        };
    }
}

/// <param name="TimeZone">Null: the site's.</param>
/// <param name="Schedule">JSON as in rules; null: always.</param>
internal sealed record PersonConfiguration(Person Person, string? TimeZone, string? Schedule)
{
    public Person ToPerson(string file, ImmutableArray<string> sites)
    {
        if (Person.Email.Length > 0 && !MailAddresses.IsAddress(Person.Email)) throw new StartRefusedException($"{file}: '{Person.Email}' of {Person.Id} is not one mail address such as anna@example.com");
        if (Person.Sites.FirstOrDefault(s => !sites.Contains(s)) is { } unknown) throw new StartRefusedException($"{file}: {Person.Id} answers for '{unknown}', which is no site here: there are {string.Join(", ", sites)}");
        TimeZoneInfo? zone = null;
        if (TimeZone is not null && !TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out zone)) throw new StartRefusedException($"{file}: there is no time zone '{TimeZone}' ({Person.Id}): write an IANA name such as Europe/Berlin");
        try
        {
            return Person with { TimeZone = zone, Schedule = Schedule is null ? null : WindowsReader.Read(Schedule) };
        }
        catch (FormatException e)
        {
            throw new StartRefusedException($"{file}: the schedule of {Person.Id}: {e.Message}");
        }
    }
}

internal sealed record SmtpConfiguration
{
    public required string Host { get; init; }

    /// <summary>Null: the usual one of <see cref="Security"/>.</summary>
    public int? Port { get; init; }

    public SmtpSecurity Security { get; init; }

    public string? CertificateAuthority { get; init; }

    public required string From { get; init; }

    public string? User { get; init; }

    public string? PasswordEnv { get; init; }

    public int TimeoutSeconds { get; init; } = 60;

    public SmtpSettings ToSettings(string file, Func<string, string?> environment)
    {
        if (!MailAddresses.IsAddress(From)) throw new StartRefusedException($"{file}: the sender '{From}' is not one mail address such as alarm@example.com");
        var settings = new SmtpSettings
        {
            Host = Host,
            Port = Port ?? Security switch { SmtpSecurity.StartTls => 587, SmtpSecurity.ImplicitTls => 465, _ => 25 },
            Security = Security,
            From = From,
            TrustedRoots = CertificateAuthority is { } authority ? BrokerConfiguration.LoadAuthorities(file, authority) : [],
            Timeout = TimeSpan.FromSeconds(TimeoutSeconds),
        };
        if (User is null || PasswordEnv is null) return settings;
        if (Security == SmtpSecurity.None && !IsThisMachine(Host)) throw new StartRefusedException($"{file}: the password would go to {Host} in the clear: use startTls or implicitTls");
        return settings with { User = User, Password = BrokerConfiguration.Password(file, PasswordEnv, environment) };
    }

    private static bool IsThisMachine(string host) => host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (System.Net.IPAddress.TryParse(host, out System.Net.IPAddress? address) && System.Net.IPAddress.IsLoopback(address));
}
