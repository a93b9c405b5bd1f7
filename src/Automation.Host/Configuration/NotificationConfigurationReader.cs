using System.Collections.Immutable;
using System.Text.Json;
using Automation.Host.Notifications;
using Automation.Host.Reports;
using Automation.Notify.Smtp;

namespace Automation.Host.Configuration;

/// <summary>Reads the configuration's <c>notifications</c>; the schema has been checked before.</summary>
internal static class NotificationConfigurationReader
{
    /// <param name="absolute">Makes a path that counts from the file's folder absolute.</param>
    public static NotificationConfiguration Map(JsonElement root, Func<JsonElement, string> absolute)
    {
        var configuration = new NotificationConfiguration();
        if (root.TryGetProperty("people", out JsonElement people)) configuration = configuration with { People = [.. people.EnumerateArray().Select(PersonOf)] };
        if (root.TryGetProperty("escalation", out JsonElement escalation)) configuration = configuration with { Escalation = [.. escalation.EnumerateArray().Select(Step)] };
        if (root.TryGetProperty("tellEnd", out JsonElement tellEnd)) configuration = configuration with { TellEnd = tellEnd.GetBoolean() };
        if (root.TryGetProperty("smtp", out JsonElement smtp)) configuration = configuration with { Smtp = Smtp(smtp, absolute) };
        if (root.TryGetProperty("webPush", out JsonElement push))
        {
            ImmutableArray<string> services = Words(push, "services");
            configuration = configuration with { WebPush = new WebPushSettings { Subject = Text(push, "subject")!, Services = services.IsEmpty ? WebPushSettings.KnownServices : services } };
        }

        if (root.TryGetProperty("healthReports", out JsonElement reports)) configuration = configuration with { HealthReports = new HealthSchedule(Text(reports, "cron")!, Words(reports, "recipients")) };
        return configuration;
    }

    private static PersonConfiguration PersonOf(JsonElement person) => new(
        new Person
        {
            Id = Text(person, "id")!,
            Name = Text(person, "name") ?? "",
            Roles = Words(person, "roles"),
            Sites = Words(person, "sites"),
            Email = Text(person, "email") ?? "",
            Language = Text(person, "language") ?? "en",
            Digest = TimeSpan.FromMinutes(Number(person, "digestMinutes") ?? 0),
            LimitMessages = Number(person, "messagesPerHour") ?? 20,
        },
        Text(person, "timeZone"),
        person.TryGetProperty("schedule", out JsonElement schedule) ? schedule.GetRawText() : null);

    private static EscalationStep Step(JsonElement step) => new(TimeSpan.FromMinutes(step.GetProperty("afterMinutes").GetInt32()), Words(step, "recipients"), Words(step, "receivedBy"));

    private static SmtpConfiguration Smtp(JsonElement smtp, Func<JsonElement, string> absolute) => new()
    {
        Host = Text(smtp, "host")!,
        Port = Number(smtp, "port"),
        Security = Text(smtp, "security") switch { "implicitTls" => SmtpSecurity.ImplicitTls, "none" => SmtpSecurity.None, _ => SmtpSecurity.StartTls },
        CertificateAuthority = smtp.TryGetProperty("certificateAuthority", out JsonElement authority) ? absolute(authority) : null,
        From = Text(smtp, "from")!,
        User = Text(smtp, "user"),
        PasswordEnv = Text(smtp, "passwordEnv"),
        TimeoutSeconds = Number(smtp, "timeoutSeconds") ?? 60,
    };

    private static ImmutableArray<string> Words(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) ? [.. value.EnumerateArray().Select(v => v.GetString()!)] : [];

    private static int? Number(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) ? value.GetInt32() : null;

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
}
