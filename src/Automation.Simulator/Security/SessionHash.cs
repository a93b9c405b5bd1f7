using System.Security.Cryptography;
using System.Text;

namespace Automation.Simulator.Security;

/// <summary>What stands for the password in a session log-in. isapi.md 1.5.</summary>
internal static class SessionHash
{
    /// <param name="salt2">Null in version 2; version 2.1 mixes it in as well.</param>
    public static string Of(string user, string password, bool irreversible, string salt, string? salt2, string challenge, int iterations)
    {
        string hash;
        int rounds;
        if (irreversible)
        {
            hash = Sha256(user + salt + password);
            if (salt2 is not null) hash = Sha256(user + salt2 + hash);
            hash = Sha256(hash + challenge);
            rounds = iterations - 2;
        }
        else
        {
            hash = Sha256(password) + challenge;
            rounds = iterations - 1;
        }

        for (int i = 0; i < rounds; i++) hash = Sha256(hash);
        return hash;
    }

    private static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
