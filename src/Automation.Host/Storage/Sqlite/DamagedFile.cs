using System.Globalization;

namespace Automation.Host.Storage.Sqlite;

/// <summary>Sets a damaged database aside: a person, or a tool, may still get something out of it.</summary>
internal static class DamagedFile
{
    private const string Mark = ".damaged-";

    /// <summary>Renames the file and its log, and returns the new name.</summary>
    /// <exception cref="StorageException">It cannot be renamed.</exception>
    public static string SetAside(string path, DateTimeOffset now)
    {
        string stamp = now.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        string aside = path + Mark + stamp;
        for (int i = 2; File.Exists(aside); i++) aside = string.Create(CultureInfo.InvariantCulture, $"{path}{Mark}{stamp}-{i}");
        try
        {
            // The log first: without it the file is older, with a new file beside it the log would be taken for that one's.
            if (File.Exists(path + "-wal")) File.Move(path + "-wal", aside + "-wal");
            File.Delete(path + "-shm");
            File.Move(path, aside);
            return aside;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageException(StorageReason.Damaged, $"the database {path} is damaged and cannot be set aside ({e.Message}): move it away, or put a backup in its place", e);
        }
    }

    /// <summary>Removes all but the newest; returns what went.</summary>
    public static IReadOnlyList<string> RemoveOldest(string path, int keep)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string[] files = [.. Directory.EnumerateFiles(folder, Path.GetFileName(path) + Mark + "*").Where(f => !f.EndsWith("-wal", StringComparison.Ordinal) && !f.EndsWith("-shm", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        string[] old = [.. files.SkipLast(keep)];
        foreach (string file in old)
        {
            foreach (string suffix in new[] { "", "-wal", "-shm" }) File.Delete(file + suffix);
        }

        return old;
    }
}
