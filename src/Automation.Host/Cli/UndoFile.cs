using System.Collections.Immutable;
using System.Text.Json;
using Automation.Host.Composition;
using Automation.Host.Hub;
using Automation.Isapi;

namespace Automation.Host.Cli;

/// <summary>What <c>discover --fix</c> changed on a device, with what it was before, so that <c>--restore</c> puts it back.</summary>
internal static class UndoFile
{
    private const int MaxBytes = 32 << 20;

    /// <summary>Makes the file before anything is changed: a device is not touched when what it was cannot be kept.</summary>
    /// <exception cref="StartRefusedException">The file exists already or cannot be written.</exception>
    public static FileStream Create(string path)
    {
        try
        {
            // Settings of a device are nobody else's business.
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            return new FileStream(path, options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"{path}: what the device was before cannot be kept there, so nothing was changed: {e.Message}");
        }
    }

    public static void Write(FileStream file, IEnumerable<DeviceChange> changes)
    {
        file.Write(Payloads.Write(w =>
        {
            w.WriteStartArray("changes");
            foreach (DeviceChange change in changes)
            {
                w.WriteStartObject();
                w.WriteString("path", change.Path);
                w.WriteString("what", change.What);
                w.WriteString("before", change.Before);
                w.WriteEndObject();
            }

            w.WriteEndArray();
        }));
        file.Flush(flushToDisk: true);
    }

    /// <exception cref="StartRefusedException">The file cannot be read or is none of ours.</exception>
    public static ImmutableArray<DeviceChange> Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MaxBytes) throw new StartRefusedException($"{path}: this is larger than any undo file");
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            return [.. document.RootElement.GetProperty("changes").EnumerateArray().Select(c => new DeviceChange(Path(c), c.GetProperty("what").GetString() ?? "", c.GetProperty("before").GetString() ?? "", null))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"{path}: cannot be read: {e.Message}");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new StartRefusedException($"{path}: this is not a file that discover --fix wrote");
        }

        static string Path(JsonElement change) =>
            change.GetProperty("path").GetString() is { Length: > 1 } p && p[0] == '/' && !p.Contains("..", StringComparison.Ordinal) ? p : throw new InvalidOperationException("no path");
    }
}
