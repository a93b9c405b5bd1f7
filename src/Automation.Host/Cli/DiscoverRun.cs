using System.Text.Json;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Composition;
using Automation.Host.Configuration;
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
        (SourceFile File, Site Site)? known = request.SiteFile is { } file ? SiteFileWriter.Read(file) : null;
        string siteId = known?.Site.Id ?? NewSite;
        var ids = new DeviceIds(siteId, known?.Site.Devices ?? [], request.Id);
        var connection = new DeviceConnectionInfo { Url = request.Url, User = request.User, Password = request.Password };
        DiscoveryResult result = await DeviceDiscovery.DiscoverAsync(ids, connection, new DiscoveryLimits(), new DeviceConnectionLimits(), time, random, cancellationToken);
        if (result.Failure is { } failure) throw new StartRefusedException(failure);
        Device[] found = [result.Device!, .. result.Behind.Where(b => b.Device is not null).Select(b => b.Device!)];
        foreach (DiscoveryResult one in result.Behind.Prepend(result)) await TellAsync(one);
        foreach (Device device in found) await output.WriteLineAsync(request.Json ? OneLine(DeviceWriter.Write(device)) : DeviceWriter.Write(device));
        await WriteAsync(known, found);
        return 0;
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

    private static string OneLine(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return JsonSerializer.Serialize(document.RootElement, Compact);
    }

    private static readonly JsonSerializerOptions Compact = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
