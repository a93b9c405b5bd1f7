using System.Runtime.Versioning;
using System.Security.Cryptography;

namespace Automation.Host.Secrets;

/// <summary>Finds the key that the secrets are encrypted with: from the environment, from systemd, or from a file of the data folder that only its owner may read.</summary>
internal static class SecretKey
{
    public const int Bytes = 32;
    public const string Variable = "AUTOMATION_SECRET_KEY";
    private const string Credential = "automation-secret-key";
    private const string FileName = "secret.key";

    /// <summary>Where the key comes from, as a person reads it.</summary>
    public static string Place(string folder, Func<string, string?> environment) =>
        environment(Variable) is { Length: > 0 } ? $"the variable {Variable}" : CredentialFile(environment) ?? Path.Combine(folder, FileName);

    /// <summary>The key; null when there is none yet.</summary>
    /// <exception cref="SecretStoreException">There is one that cannot be used.</exception>
    public static byte[]? Find(string folder, Func<string, string?> environment)
    {
        if (environment(Variable) is { Length: > 0 } text) return Parse(text, $"the variable {Variable}");
        if (CredentialFile(environment) is { } credential) return Parse(Read(credential), credential);
        string file = Path.Combine(folder, FileName);
        if (!File.Exists(file)) return null;
        if (!OperatingSystem.IsWindows()) RefuseOpen(file);
        return Parse(Read(file), file);
    }

    /// <summary>Makes a key and keeps it in the data folder.</summary>
    public static byte[] Make(string folder)
    {
        byte[] key = RandomNumberGenerator.GetBytes(Bytes);
        SecretFile.Write(Path.Combine(folder, FileName), System.Text.Encoding.ASCII.GetBytes(Convert.ToBase64String(key)));
        return key;
    }

    private static string? CredentialFile(Func<string, string?> environment)
    {
        // systemd puts credentials into a folder that only the service sees (LoadCredential, SetCredentialEncrypted).
        if (environment("CREDENTIALS_DIRECTORY") is not { Length: > 0 } folder) return null;
        string file = Path.Combine(folder, Credential);
        return File.Exists(file) ? file : null;
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SecretStoreException($"the key of the secrets, {file}, cannot be read: {e.Message}", e);
        }
    }

    private static byte[] Parse(string text, string place)
    {
        var key = new byte[Bytes];
        if (Convert.TryFromBase64String(text.Trim(), key, out int length) && length == Bytes) return key;
        throw new SecretStoreException($"the key of the secrets in {place} is not 32 bytes in base64; make one with: openssl rand -base64 32");
    }

    [UnsupportedOSPlatform("windows")]
    private static void RefuseOpen(string file)
    {
        const UnixFileMode others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        if ((File.GetUnixFileMode(file) & others) != 0) throw new SecretStoreException($"others on this machine may read the key of the secrets: run 'chmod 600 {file}', and set the secrets anew if somebody may have");
    }
}
