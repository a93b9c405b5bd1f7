using System.Collections.Immutable;
using System.Text;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Configuration;

namespace Automation.Host.Composition;

/// <summary>Takes a device out of a site, its file and what runs, when nothing needs it any more.</summary>
internal static class DeviceRemoval
{
    /// <returns>What would be wrong without the device: a rule names it, or another device is behind it; then it stays. Warnings alone do not keep it.</returns>
    /// <exception cref="StartRefusedException">The site file or the rules cannot be read, or the site file does not list the device or cannot be written.</exception>
    /// <exception cref="IOException">The rules cannot be read.</exception>
    public static async Task<ImmutableArray<Finding>> RunAsync(SiteRuntime runtime, Device device, CancellationToken cancellationToken)
    {
        // The file may have been edited since the start: what is on disk loses the device, and so does what runs.
        SiteSource source = runtime.Source;
        (SourceFile onDisk, _) = SiteFileWriter.Read(source.File.Path);
        byte[] text = SiteFileEditor.Remove(onDisk, device.Address.Device) ?? throw new StartRefusedException($"{onDisk.Path} does not list '{device.Address.Device}': it was taken out by hand, and goes at the next start");
        SiteReading reading = SiteReader.Read(new SourceFile(onDisk.Path, text), static _ => new Secret("not needed"), static _ => new Secret("not needed"));
        Site without = source.Site with { Devices = [.. source.Site.Devices.Where(d => d.Address != device.Address)] };
        ImmutableArray<Finding> findings = [.. reading.Findings, .. runtime.Folder.Check(without)];
        if (findings.Any(f => f.Severity == FindingSeverity.Error)) return findings;
        SiteFileWriter.Write(onDisk.Path, Encoding.UTF8.GetString(text));
        byte[] running = SiteFileEditor.Remove(source.File, device.Address.Device) ?? throw new InvalidOperationException($"{source.File.Path} as it was read does not list {device.Address}.");
        await runtime.ForgetAsync(device, source with { Site = without, File = new SourceFile(source.File.Path, running) }, cancellationToken);
        return findings;
    }
}
