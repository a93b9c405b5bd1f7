using System.Globalization;
using Automation.Host.Hub.Requests;
using Automation.Host.Storage;

namespace Automation.Host.Reports;

/// <summary>Where files that were asked for over MQTT are put: <c>exports</c> in the data folder, the newest of them.</summary>
internal sealed class ExportFolder(string dataFolder, ReportLimits limits, TimeProvider time)
{
    /// <summary>Bytes that go into an answer; a larger file is to be fetched where it is.</summary>
    private const int MaximumInline = 128 * 1024;

    private readonly string _folder = Path.Combine(Path.GetFullPath(dataFolder), "exports");

    /// <summary>Writes a file and says where it is; its bytes are in the answer when they are few.</summary>
    public async Task<Answer> AnswerAsync(string name, Report report, IReportWriter writer, CancellationToken cancellationToken)
    {
        try
        {
            (string path, ReportResult result) = await WriteAsync(name, report, writer, cancellationToken);
            byte[]? inline = new FileInfo(path).Length <= MaximumInline ? await File.ReadAllBytesAsync(path, cancellationToken) : null;
            return Answer.Of(w =>
            {
                w.WriteString("file", path);
                w.WriteString("mediaType", writer.MediaType);
                w.WriteNumber("rows", result.Rows);
                w.WriteBoolean("truncated", result.Truncated);
                if (inline is not null) w.WriteBase64String("content", inline);
            });
        }
        catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
        {
            return Answer.Wrong($"the file could not be made: {e.Message}");
        }
    }

    /// <summary>Writes a file and removes the oldest that are too many.</summary>
    /// <exception cref="IOException">The disk refuses; nothing is left behind.</exception>
    public async Task<(string Path, ReportResult Result)> WriteAsync(string name, Report report, IReportWriter writer, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_folder);
        string stamp = time.GetUtcNow().ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture);
        string path = Path.Combine(_folder, $"{name}-{stamp}.{writer.Extension}");
        ReportResult result = await ReportFile.WriteAsync(path, report, writer, cancellationToken);
        foreach (string old in Directory.EnumerateFiles(_folder).OrderByDescending(f => f, StringComparer.Ordinal).Skip(limits.KeptFiles)) File.Delete(old);
        return (path, result);
    }
}

/// <summary>A report as a file that is there whole or not at all.</summary>
internal static class ReportFile
{
    public static async Task<ReportResult> WriteAsync(string path, Report report, IReportWriter writer, CancellationToken cancellationToken)
    {
        string half = path + ".part";
        try
        {
            ReportResult result;
            await using (FileStream stream = File.Create(half)) result = await writer.WriteAsync(report, stream, cancellationToken);
            File.Move(half, path, overwrite: true);
            return result;
        }
        finally
        {
            File.Delete(half);
        }
    }
}
