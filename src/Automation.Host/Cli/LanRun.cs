using Automation.Core.Model;
using Automation.Host.Composition;
using Automation.Host.Configuration;
using Automation.Isapi;

namespace Automation.Host.Cli;

/// <summary><c>discover --lan</c>: which devices answer on the local network.</summary>
internal static class LanRun
{
    /// <exception cref="StartRefusedException">The network cannot be searched.</exception>
    public static async Task<int> RunAsync(int seconds, string? siteFile, bool json, TextWriter output, TextWriter error, TimeProvider time, CancellationToken cancellationToken)
    {
        if (seconds is < 1 or > 30) throw new StartRefusedException("--seconds is a number from 1 to 30");
        Device[] known = siteFile is null ? [] : [.. SiteFileWriter.Read(siteFile).Site.Devices];
        IReadOnlyList<LanDevice> found;
        try
        {
            found = await LanSearch.SearchAsync(new LanSearchLimits { Listen = TimeSpan.FromSeconds(seconds) }, time, cancellationToken);
        }
        catch (IOException e)
        {
            throw new StartRefusedException(e.Message, e);
        }

        foreach (LanDevice device in found) await output.WriteLineAsync(json ? LanReport.Json(device, known) : LanReport.Line(device, known));
        if (found.Count == 0) await error.WriteLineAsync($"nobody answered within {seconds} s; devices answer when UPnP is switched on in their network settings");
        return 0;
    }
}
