using System.Globalization;
using System.Security.Cryptography;

namespace Automation.Mqtt.Broker;

/// <summary>Passwords as they may stand in a file: <c>pbkdf2-sha256$iterations$salt$hash</c>, salt and hash in Base64.</summary>
public static class PasswordHash
{
    /// <summary>What one check costs: some 50 ms of a hub's core, for an attacker as for us.</summary>
    public const int DefaultIterations = 210_000;

    private const string Scheme = "pbkdf2-sha256";
    private const int SaltBytes = 16;
    private const int HashBytes = 32;
    private const int MaximumIterations = 10_000_000;

    /// <summary>A new hash with a salt of its own.</summary>
    /// <param name="iterations">1,000 to 10,000,000.</param>
    public static string Create(ReadOnlySpan<byte> password, int iterations = DefaultIterations)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1_000);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(iterations, MaximumIterations);
        byte[] salt = RandomNumberGenerator.GetBytes(SaltBytes);
        byte[] hash = Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA256, HashBytes);
        return string.Create(CultureInfo.InvariantCulture, $"{Scheme}${iterations}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}");
    }

    /// <summary>Whether this is the form above; checked when users are configured, so that a typing error is said then.</summary>
    public static bool IsValid(string text) => TryParse(text, out _, out _, out _);

    /// <summary>Compares in constant time; false for a hash of another form.</summary>
    public static bool Matches(string text, ReadOnlySpan<byte> password)
    {
        if (!TryParse(text, out int iterations, out byte[] salt, out byte[] hash)) return false;
        byte[] given = Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA256, hash.Length);
        return CryptographicOperations.FixedTimeEquals(given, hash);
    }

    private static bool TryParse(string text, out int iterations, out byte[] salt, out byte[] hash)
    {
        iterations = 0;
        salt = hash = [];
        string[] parts = text.Split('$');
        if (parts.Length != 4 || parts[0] != Scheme) return false;
        if (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out iterations) || iterations is < 1_000 or > MaximumIterations) return false;
        byte[] buffer = new byte[256];
        if (parts[2].Length > 256 || !Convert.TryFromBase64String(parts[2], buffer, out int saltLength) || saltLength < 8) return false;
        salt = buffer[..saltLength];
        if (parts[3].Length > 256 || !Convert.TryFromBase64String(parts[3], buffer, out int hashLength) || hashLength < 16) return false;
        hash = buffer[..hashLength];
        return true;
    }
}
