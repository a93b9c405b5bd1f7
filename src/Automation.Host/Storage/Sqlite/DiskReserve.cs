namespace Automation.Host.Storage.Sqlite;

/// <summary>A file that holds space back on the disk. When the disk is full it goes, and what must be durable has room until a person has freed some.</summary>
internal sealed class DiskReserve(string path, long bytes)
{
    /// <summary>Takes the space when it is not taken; only while as much again is free, so that the reserve is never what fills the disk.</summary>
    /// <returns>Whether it is held now.</returns>
    public bool Hold()
    {
        if (bytes == 0) return true;
        try
        {
            if (new FileInfo(path) is { Exists: true } file && file.Length >= bytes) return true;
            if (FreeSpace(path) is { } free && free < 2 * bytes) return false;
            using var held = new FileStream(path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, PreallocationSize = bytes });
            held.SetLength(bytes);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // No room for a reserve: the same as having used it.
            return false;
        }
    }

    /// <summary>Gives the space up; false when there was none.</summary>
    public bool Release()
    {
        try
        {
            if (!File.Exists(path)) return false;
            File.Delete(path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Bytes free for us where a path is; null when the system does not say.</summary>
    public static long? FreeSpace(string path)
    {
        try
        {
            return new DriveInfo(Path.GetDirectoryName(Path.GetFullPath(path))!).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
