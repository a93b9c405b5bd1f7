using System.Globalization;
using Automation.Core.Calendars;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;
using Automation.Host.Notifications;
using Automation.Host.Storage;
using Automation.Notify;
using Automation.Notify.Smtp;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Reports;

/// <summary>When health reports are sent, and to whom (SCH-6).</summary>
/// <param name="Cron">Five fields, in each site's time zone.</param>
/// <param name="Roles">siteManager, installerAdmin: those of them with a mail address.</param>
internal sealed record HealthSchedule(string Cron, IReadOnlyList<string> Roles);

/// <summary>Sends each site's health report as PDF at its times (SCH-6). A time that passes while the program is stopped is left out: a report is about now.</summary>
internal sealed partial class HealthMailer(
    HealthSchedule schedule, NotificationSettings settings, IReadOnlyList<Site> sites, HealthSource health, TimeProvider time, Random random, ILogger logger)
    : IAsyncDisposable
{
    /// <summary>A wall clock that is set is noticed at the latest after this.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public void Start() => _running = settings.Smtp is null ? Task.CompletedTask : Task.WhenAll(sites.Select(s => Task.Run(() => RunAsync(s), CancellationToken.None)));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync(Site site)
    {
        CompiledTimes times = TimesCompiler.Compile(new CronTimes(schedule.Cron), site.TimeZone, site.Position);
        DateTimeOffset after = time.GetUtcNow();
        try
        {
            while (times.Next(after) is { } next)
            {
                for (TimeSpan wait = next - time.GetUtcNow(); wait > TimeSpan.Zero; wait = next - time.GetUtcNow()) await Task.Delay(wait < LongestWait ? wait : LongestWait, time, _stop.Token);
                after = next;
                try
                {
                    await SendAsync(site, next);
                }
                catch (StorageException e)
                {
                    LogNotMade(logger, site.Id, e.Message);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Stopped.
        }
        catch (Exception e)
        {
            LogBroke(logger, site.Id, e);
        }
    }

    private async Task SendAsync(Site site, DateTimeOffset at)
    {
        using var pdf = new MemoryStream();
        (Report report, int abnormal) = await health.ReportAsync(site, at, _stop.Token);
        await new PdfReportWriter(new ReportLimits()).WriteAsync(report, pdf, _stop.Token);
        string date = TimeZoneInfo.ConvertTime(at, site.TimeZone).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        string subject = $"{site.Name}: health report of {date}, {(abnormal == 0 ? "nothing abnormal" : string.Create(CultureInfo.InvariantCulture, $"{abnormal} abnormal"))}";
        var sender = new SmtpSender(settings.Smtp!, time);
        foreach (Person person in new NotificationPeople(settings).Of(site.Id, [.. schedule.Roles]).Where(p => p.Email.Length > 0))
        {
            var mail = new Mail
            {
                Id = string.Create(CultureInfo.InvariantCulture, $"health-{site.Id}-{at.UtcDateTime:yyyyMMddHHmm}-{person.Id}"),
                At = TimeZoneInfo.ConvertTime(at, site.TimeZone),
                To = person.Email,
                Subject = subject,
                Text = subject + ". The report is attached.\n",
                Language = "en",
                Attachments = [new MailAttachment($"health-{site.Id}-{date}.pdf", "application/pdf", pdf.ToArray())],
            };
            await SendAsync(sender, mail, person);
        }
    }

    /// <summary>Tries until it is taken, refused for good, or a day old.</summary>
    private async Task SendAsync(SmtpSender sender, Mail mail, Person person)
    {
        DateTimeOffset until = mail.At + settings.Limits.Expiry;
        for (int attempt = 1; ; attempt++)
        {
            DeliveryOutcome outcome = await sender.SendAsync(mail, _stop.Token);
            if (outcome.Succeeded)
            {
                LogSent(logger, person.Id, mail.Id);
                return;
            }

            LogNotSent(logger, person.Id, mail.Id, outcome.Reason, outcome.Detail);
            TimeSpan delay = outcome.Reason == DeliveryReason.Unauthorized ? settings.Limits.AfterWrongPassword : settings.Limits.RetryDelay(attempt, random);
            if (!outcome.RetryHelps || time.GetUtcNow() + delay > until) return;
            await Task.Delay(delay, time, _stop.Token);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Person} was sent the health report {Message}")]
    private static partial void LogSent(ILogger logger, string person, string message);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Person} was not sent the health report {Message}: {Reason} {Detail}")]
    private static partial void LogNotSent(ILogger logger, string person, string message, DeliveryReason reason, string detail);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Site}: the health report could not be made, the next is tried at its time: {Reason}")]
    private static partial void LogNotMade(ILogger logger, string site, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Site}: health reports met a defect and are not sent any more until the next start")]
    private static partial void LogBroke(ILogger logger, string site, Exception e);
}
