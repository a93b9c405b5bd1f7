using System.Globalization;

namespace Automation.Host.Storage;

/// <summary>Holds a data folder for one process as long as it lives; the system lets go of it when the process ends, however it ends.</summary>
internal sealed class DataFolderLock : IDisposable
{
    private const string FileName = "automation.lock";

    // Beside the lock, because a file that is held cannot be read by the one who wants to know who holds it.
    private const string ProcessFileName = "automation.pid";

    private readonly FileStream _file;

    private DataFolderLock(FileStream file) => _file = file;

    /// <summary>Makes the folder when it is missing, and takes it.</summary>
    /// <exception cref="DataFolderInUseException">Another process holds it.</exception>
    /// <exception cref="StorageException">It cannot be made or written.</exception>
    public static DataFolderLock Take(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unusable(folder, e);
        }

        FileStream? file = null;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(Path.Combine(folder, ProcessFileName), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new DataFolderLock(file);
        }
        catch (IOException e) when (file is null && File.Exists(path))
        {
            throw new DataFolderInUseException($"the data folder {folder} is in use by {Holder(folder)}: stop it, or start with another folder (--data)", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw Unusable(folder, e);
        }
    }

    public void Dispose() => _file.Dispose();

    private static StorageException Unusable(string folder, Exception e) =>
        new($"the data folder {folder} cannot be written ({e.Message}): give this user the right to write there, or name another folder (--data)", e);

    private static string Holder(string folder)
    {
        try
        {
            string text = File.ReadAllText(Path.Combine(folder, ProcessFileName)).Trim();
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int process) ? $"process {process}" : "another process";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }
}
