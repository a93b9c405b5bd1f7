using System.Globalization;
using System.Text;
using System.Text.Json;
using Automation.Core.Compilation.Lowering;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Composition;
using Automation.Host.Configuration;
using Automation.Host.Hub;
using Automation.Isapi;

namespace Automation.Host.Cli;

/// <summary>One run of <c>discover</c>: devices on standard output, everything said about them on standard error.</summary>
internal sealed class DiscoverRun(DiscoverRequest request, TextWriter output, TextWriter error, TimeProvider time, Random random)
{
    /// <summary>The site a device is found for when there is no site file yet.</summary>
    private const string NewSite = "site";

    /// <exception cref="StartRefusedException">The device cannot be asked, or a file is wrong or cannot be written.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (request.RestoreFile is { } undo) return await RestoreAsync(undo, cancellationToken);
        (SourceFile File, Site Site)? known = request.SiteFile is { } file ? SiteFileWriter.Read(file) : null;
        string siteId = known?.Site.Id ?? NewSite;
        var ids = new DeviceIds(siteId, known?.Site.Devices ?? [], request.Id);
        DiscoveryResult result = await DeviceDiscovery.DiscoverAsync(ids, Connection, new DiscoveryLimits(), new DeviceConnectionLimits(), time, random, cancellationToken);
        if (result.Failure is { } failure) throw new StartRefusedException(failure);
        Device[] found = [result.Device!, .. result.Behind.Where(b => b.Device is not null).Select(b => b.Device!)];
        foreach (DiscoveryResult one in result.Behind.Prepend(result)) await TellAsync(one);
        RuleExpectations? expectations = request.Rules.Length > 0 ? Expectations(known!.Value.Site) : null;
        int faults = 0;
        foreach (Device device in found)
        {
            DeviceDiagnosis? diagnosis = request.Check || request.Fix ? await DiagnoseAsync(device, expectations, cancellationToken) : null;
            faults += diagnosis?.Events.Count(e => !e.Reasons.IsEmpty) ?? 0;
            await PrintAsync(device, diagnosis, expectations);
        }

        await WriteAsync(known, found);
        return faults == 0 ? 0 : 1;
    }

    private DeviceConnectionInfo Connection => new() { Url = request.Url, User = request.User, Password = request.Password };

    private async Task PrintAsync(Device device, DeviceDiagnosis? diagnosis, RuleExpectations? expectations)
    {
        Func<ResourceAddress, string, IReadOnlyCollection<string>> rulesOf = expectations is null ? (_, _) => [] : expectations.RulesOf;
        await output.WriteLineAsync(request.Json ? OneLine(device, diagnosis, rulesOf) : DeviceWriter.Write(device));
        if (diagnosis is null || request.Json) return;
        foreach (string line in DiagnosisReport.Lines(diagnosis, rulesOf)) await output.WriteLineAsync(line);
    }

    /// <summary>Looks, sets what is missing where asked, and looks again.</summary>
    private async Task<DeviceDiagnosis> DiagnoseAsync(Device device, RuleExpectations? expectations, CancellationToken cancellationToken)
    {
        // What the rules or the site file name stands under the id that the device has there.
        using var doctor = new EventDiagnosis(device with { Connection = device.Connection! with { Password = request.Password } }, new DiagnosisLimits(), new DeviceConnectionLimits(), time, random);
        IReadOnlyCollection<(ResourceAddress Resource, string Event)>? wanted = expectations?.Of(device.Address);
        DeviceDiagnosis diagnosis = await doctor.CheckAsync(wanted, null, cancellationToken);
        foreach (string note in diagnosis.Notes) await error.WriteLineAsync($"{device.Address.Device}: {note}");
        if (!request.Fix || !diagnosis.HasFindings) return diagnosis;
        string undo = Path.GetFullPath(string.Create(CultureInfo.InvariantCulture, $"{device.Address.Device}-undo-{time.GetUtcNow():yyyyMMdd-HHmmss}.json"));
        await using (FileStream kept = UndoFile.Create(undo))
        {
            try
            {
                await doctor.FixAsync(diagnosis, null, cancellationToken);
            }
            finally
            {
                UndoFile.Write(kept, doctor.Changes.Where(c => c.Failure is null));
            }
        }

        await TellChangesAsync(doctor.Changes, undo);
        return await doctor.CheckAsync(wanted, null, cancellationToken);
    }

    private async Task TellChangesAsync(IReadOnlyList<DeviceChange> changes, string undo)
    {
        foreach (DeviceChange change in changes) await error.WriteLineAsync(change.Failure is null ? $"changed: {change.What}" : $"not changed: {change.What}: {change.Failure}");
        if (changes.Any(c => c.Failure is null)) await error.WriteLineAsync($"undo with: automation discover {request.Url} --user {request.User} --restore {undo}");
        else File.Delete(undo);
    }

    private async Task<int> RestoreAsync(string undo, CancellationToken cancellationToken)
    {
        var device = new Device { Address = ResourceAddress.Parse(NewSite + "/device"), Name = "device", Kind = "camera", Connection = Connection };
        using var doctor = new EventDiagnosis(device, new DiagnosisLimits(), new DeviceConnectionLimits(), time, random);
        IReadOnlyList<DeviceChange> done = await doctor.RestoreAsync(UndoFile.Read(undo), cancellationToken);
        foreach (DeviceChange change in done) await error.WriteLineAsync(change.Failure is null ? change.What : $"{change.What}: not done: {change.Failure}");
        return done.All(c => c.Failure is null) ? 0 : 1;
    }

    private RuleExpectations Expectations(Site site)
    {
        string siteFile = Path.GetFullPath(request.SiteFile!);
        IReadOnlyList<SourceFile> files = [.. RuleDirectory.ReadFiles(request.Rules).Where(f => Path.GetFullPath(f.Path) != siteFile)];
        RuleSetReading rules = RuleDirectory.Check(files, site, ShippedTemplates.Library);
        if (rules.HasErrors) throw new StartRefusedException(string.Join(Environment.NewLine, rules.Findings.Where(f => f.Severity == FindingSeverity.Error)));
        return new RuleExpectations(RuleLowering.Lower(site, rules.Rules));
    }

    private async Task TellAsync(DiscoveryResult result)
    {
        foreach (string note in result.Notes) await error.WriteLineAsync($"{result.Device?.Address.Device}: {note}");
    }

    private async Task WriteAsync((SourceFile File, Site Site)? known, Device[] found)
    {
        if (known is { } old)
        {
            MergedSite merged = SiteMerge.Merge(old.File, old.Site, found);
            foreach (string news in merged.News) await error.WriteLineAsync(news);
            if (merged.News.IsEmpty) await error.WriteLineAsync($"{old.File.Path} says it all already");
            if (request.OutFile is { } target) await SaveAsync(target, merged.Text);
        }
        else if (request.OutFile is { } target)
        {
            await SaveAsync(target, DeviceWriter.WriteSite(NewSite, LocalZone(), found));
            await error.WriteLineAsync($"its id '{NewSite}' and time zone {LocalZone()} are guesses: correct them before you write rules, an id stands in every address");
        }
    }

    private async Task SaveAsync(string path, string text)
    {
        SiteFileWriter.Write(path, text);
        await error.WriteLineAsync($"written to {path}");
    }

    private static string LocalZone()
    {
        TimeZoneInfo local = TimeZoneInfo.Local;
        if (local.HasIanaId && local.Id.Length > 0 && local.Id != "Local") return local.Id;
        return TimeZoneInfo.TryConvertWindowsIdToIanaId(local.Id, out string? iana) ? iana : "Etc/UTC";
    }

    private static string OneLine(Device device, DeviceDiagnosis? diagnosis, Func<ResourceAddress, string, IReadOnlyCollection<string>> rulesOf)
    {
        using JsonDocument document = JsonDocument.Parse(DeviceWriter.Write(device));
        return Encoding.UTF8.GetString(Payloads.Write(w =>
        {
            foreach (JsonProperty member in document.RootElement.EnumerateObject()) member.WriteTo(w);
            if (diagnosis is not null) DiagnosisReport.Write(w, diagnosis, rulesOf);
        }));
    }
}
