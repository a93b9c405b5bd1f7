namespace Automation.Host.Secrets;

/// <summary>Writes a file that only its owner may read, whole or not at all.</summary>
internal static class SecretFile
{
    /// <exception cref="SecretStoreException">The disk does not take it; what was there before still is.</exception>
    public static void Write(string path, byte[] bytes)
    {
        string fresh = path + ".new";
        try
        {
            File.Delete(fresh);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var stream = new FileStream(fresh, options))
            {
                stream.Write(bytes);
                // On the disk before the old one goes: a power cut leaves one of the two.
                stream.Flush(flushToDisk: true);
            }

            File.Move(fresh, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SecretStoreException($"{path} cannot be written: {e.Message}", e);
        }
    }
}
