using System.Security.Cryptography;
using System.Text;
using Automation.Core.Model;
using Automation.Isapi.Documents;

namespace Automation.Isapi.Http;

/// <summary>What a panel asks before a session: <c>sessionLogin/capabilities</c> (isapi.md 1.5).</summary>
internal sealed record SessionChallenge(string SessionId, string Challenge, int Iterations, bool IsIrreversible, string Salt, string? Salt2, string Version)
{
    /// <summary>More rounds than any panel asks for (100); beyond, the answer would only burn our time.</summary>
    private const int MaxIterations = 100_000;

    /// <summary>Null when the document is none.</summary>
    public static SessionChallenge? Read(DeviceElement? document)
    {
        if (document?.TextOf("sessionID") is not { } id || document.TextOf("challenge") is not { } challenge) return null;
        int iterations = document.IntOf("iterations") ?? 100;
        if (iterations is < 1 or > MaxIterations) return null;
        return new SessionChallenge(id, challenge, iterations, document.BoolOf("isIrreversible") ?? false, document.TextOf("salt") ?? "", document.TextOf("salt2"), document.TextOf("sessionIDVersion") ?? "2");
    }

    /// <summary>What stands for the password: version 2.1 mixes in a second salt, version 2 does not have one.</summary>
    public string Answer(string user, Secret password)
    {
        string hash;
        int rounds;
        if (IsIrreversible)
        {
            hash = Sha256(user + Salt + password.Reveal());
            if (Salt2 is not null) hash = Sha256(user + Salt2 + hash);
            hash = Sha256(hash + Challenge);
            rounds = Iterations - 2;
        }
        else
        {
            hash = Sha256(password.Reveal()) + Challenge;
            rounds = Iterations - 1;
        }

        for (int i = 0; i < rounds; i++) hash = Sha256(hash);
        return hash;
    }

    private static string Sha256(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
