using System.CommandLine;
using System.Globalization;
using Automation.Core.Model;
using Automation.Host.Composition;
using Automation.Host.Configuration;
using Automation.Host.History;
using Automation.Host.Reports;
using Automation.Host.Storage;
using Automation.Host.Storage.Sql;

namespace Automation.Host.Cli;

/// <summary><c>export exceptions</c>: the exception centre as a file (EXC-6), beside a plugin that runs or without one.</summary>
internal static class ExportVerb
{
    public static Command Create(TextWriter output, TimeProvider time)
    {
        var config = new Option<FileInfo>("--config") { Description = "The plugin's configuration: its sites, and where it keeps its data.", Required = true };
        var data = new Option<string?>("--data") { Description = "The data folder, when it is not the configuration's." };
        var from = new Option<string?>("--from") { Description = "Only what lasted at or after this instant (ISO 8601; a date is midnight in the site's time zone)." };
        var to = new Option<string?>("--to") { Description = "Only what began before this instant." };
        var site = new Option<string[]>("--site") { Description = "Only of these sites.", AllowMultipleArgumentsPerToken = true };
        var source = new Option<string?>("--source") { Description = "Only of this device with all its channels, or of this channel." };
        var type = new Option<string[]>("--type") { Description = "Only exceptions of these types, e.g. videoLoss.", AllowMultipleArgumentsPerToken = true };
        var format = new Option<string?>("--format") { Description = "csv, xlsx or pdf. Default: as FILE ends." };
        var file = new Option<FileInfo>("--out") { Description = "The file to write.", Required = true };
        var exceptions = new Command("exceptions", "The exception history.") { config, data, from, to, site, source, type, format, file };
        exceptions.SetAction(async (parsed, cancellationToken) =>
        {
            HostConfiguration configuration = ConfigurationReader.Read(parsed.GetValue(config)!.FullName);
            Site[] sites = [.. configuration.Sites.Select(s => SiteFiles.Read(s.SiteFile)).Select(r => r.Site ?? throw new StartRefusedException(string.Join(Environment.NewLine, r.Findings)))];
            string[] only = parsed.GetValue(site) ?? [];
            if (only.FirstOrDefault(o => sites.All(s => s.Id != o)) is { } unknown) throw new StartRefusedException($"--site: there is no site '{unknown}': there are {string.Join(", ", sites.Select(s => s.Id))}");
            TimeZoneInfo zone = (only.Length == 1 ? sites.First(s => s.Id == only[0]) : sites[0]).TimeZone;
            ResourceAddress address = default;
            if (parsed.GetValue(source) is { } where && !ResourceAddress.TryParse(where, out address)) throw new StartRefusedException($"--source: '{where}' is no address such as store/nvr or store/nvr/channel/1");
            FileInfo target = parsed.GetValue(file)!;
            string extension = parsed.GetValue(format) ?? target.Extension.TrimStart('.');
            var limits = new ReportLimits();
            IReportWriter writer = ReportFormats.Find(extension, limits) ?? throw new StartRefusedException($"'{extension}' is no format: there are csv, xlsx and pdf (--format)");
            var filter = new ExceptionFilter { Sites = only, Source = address, Types = parsed.GetValue(type) ?? [], From = Instant("--from", parsed.GetValue(from), zone), Until = Instant("--to", parsed.GetValue(to), zone) };
            ReportResult result = await WriteAsync(configuration, parsed.GetValue(data), filter, sites, target.FullName, writer, time, cancellationToken);
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{target.FullName}: {result.Rows} exceptions{(result.Truncated ? ", and there are more: " + ReportLimits.More(result.Rows) : "")}"));
            return 0;
        });
        return new Command("export", "Writes what was kept to a file.") { exceptions };
    }

    private static async Task<ReportResult> WriteAsync(
        HostConfiguration configuration, string? dataFolder, ExceptionFilter filter, Site[] sites, string path, IReportWriter writer, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await using var database = new ReadOnlyDatabase(KeptData.Source(configuration, dataFolder, time));
            return await ReportFile.WriteAsync(path, ExceptionReport.Of(new ExceptionCentre(database, time), filter, sites, time.GetUtcNow(), cancellationToken), writer, cancellationToken);
        }
        catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"{path}: {e.Message}", e);
        }
    }

    private static DateTimeOffset? Instant(string option, string? text, TimeZoneInfo zone)
    {
        if (text is null) return null;
        if (!DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day)) return Instants.Parse(option, text);
        DateTime midnight = day.ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(midnight, zone.GetUtcOffset(midnight));
    }
}
