using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Automation.Simulator.Documents;
using Automation.Simulator.Http;

namespace Automation.Simulator.Security;

/// <summary>
/// The log-in of AX PRO panels (isapi.md 1.5): <c>sessionLogin/capabilities</c> gives a challenge and the account's salts, <c>sessionLogin</c> takes the hash and
/// gives a cookie. Without <c>X-Userlevel: 1</c> the installer's account of the same name answers instead of the user's. Thread-safe.
/// </summary>
internal sealed class SessionGate(SimulatedDevice device, string password, LoginGuard guard, TimeProvider time, Random random)
{
    public const string CapabilitiesPath = "Security/sessionLogin/capabilities";
    public const string LoginPath = "Security/sessionLogin";
    public const string HeartbeatPath = "Security/sessionHeartbeat";
    public const string LogoutPath = "Security/sessionLogout";

    private const int Iterations = 100;
    private const int MaxChallenges = 32;
    private static readonly TimeSpan ChallengeLife = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Challenge> _challenges = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Session> _sessions = new(StringComparer.Ordinal);
    private readonly string _salt = Salt(device, "user 1");
    private readonly string _salt2 = Salt(device, "user 2");

    public int OpenSessions
    {
        get
        {
            lock (_gate) return _sessions.Count;
        }
    }

    /// <summary>Ends every session, as a reboot does.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _sessions.Clear();
            _challenges.Clear();
        }
    }

    public Reply Capabilities(DeviceRequest request, string? userLevel)
    {
        if (string.IsNullOrEmpty(request.Query["username"])) return Reply.BadParameters(request);
        bool installer = userLevel != "1";
        string id, text;
        lock (_gate)
        {
            while (_challenges.Count >= MaxChallenges) _challenges.Remove(_challenges.MinBy(c => c.Value.At).Key);
            id = Hex(32);
            text = Hex(16);
            _challenges[id] = new(text, request.Query["username"].ToString(), installer, time.GetTimestamp());
        }

        // The salts of an account are its own; the installer's lead to another hash.
        string salt = installer ? Salt(device, "installer 1") : _salt, salt2 = installer ? Salt(device, "installer 2") : _salt2;
        string version = device.SessionVersion;
        return Reply.Xml(
            $"<SessionLoginCap version=\"2.0\" xmlns=\"{Documents.Xml.Ver20}\">\n<sessionID>{id}</sessionID>\n<challenge>{text}</challenge>\n<iterations>{Iterations}</iterations>\n<isSupportRTSPWithSession>true</isSupportRTSPWithSession>\n" +
            $"<isIrreversible>{(device.SessionIrreversible ? "true" : "false")}</isIrreversible>\n<sessionIDVersion>{version}</sessionIDVersion>\n" +
            (device.SessionIrreversible ? $"<salt>{salt}</salt>\n" + (version == "2.1" ? $"<salt2>{salt2}</salt2>\n" : "") : "") + "</SessionLoginCap>\n");
    }

    /// <summary>Takes a hash; the cookie of a new session stands in <see cref="Reply.SetCookie"/>.</summary>
    public Reply Login(DeviceRequest request, out string? user, out Verdict verdict)
    {
        user = null;
        verdict = Verdict.Malformed;
        if (Xml.TryRead(request.Body) is not { } root || root.Name.LocalName != "SessionLogin" || !request.Query.ContainsKey("timeStamp")) return Reply.BadXml(request);
        user = Child(root, "userName");
        if (user is null || Child(root, "password") is not { } hash || Child(root, "sessionID") is not { } id || Child(root, "sessionIDVersion") is not { } version) return Reply.BadXml(request);
        lock (_gate)
        {
            // A challenge is good once, for a minute, for the user who asked for it.
            if (guard.IsLocked)
            {
                verdict = Verdict.Locked;
            }
            else if (!_challenges.Remove(id, out Challenge? challenge) || time.GetElapsedTime(challenge.At) > ChallengeLife || challenge.User != user || version != device.SessionVersion)
            {
                verdict = Verdict.NoSession;
            }
            else
            {
                string expected = SessionHash.Of(user, password, device.SessionIrreversible, _salt, device.SessionVersion == "2.1" ? _salt2 : null, challenge.Text, Iterations);
                bool right = user == device.User && !challenge.Installer && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.UTF8.GetBytes(hash.ToLowerInvariant()));
                verdict = right ? Verdict.Accepted : Verdict.WrongPassword;
            }

            if (verdict == Verdict.Accepted) return Open_NeedsLock();
        }

        if (verdict == Verdict.WrongPassword) guard.Wrong();
        return Reply.Xml(guard.UserCheck(), 401);
    }

    /// <param name="cookie">The Cookie header; null when there is none.</param>
    /// <returns>Null when the request carries no session at all.</returns>
    public Verdict? Judge(string? cookie, string? userLevel, out string? user)
    {
        user = null;
        if (Value(cookie) is not { } id) return null;
        lock (_gate)
        {
            if (!_sessions.TryGetValue(id, out Session? session)) return Verdict.NoSession;
            if (time.GetElapsedTime(session.LastAt) > TimeSpan.FromSeconds(device.SessionSeconds))
            {
                _sessions.Remove(id);
                return Verdict.NoSession;
            }

            session.LastAt = time.GetTimestamp();
            user = device.User;
            return userLevel == "1" ? Verdict.Accepted : Verdict.WrongLevel;
        }
    }

    public Reply Logout(DeviceRequest request, string? cookie)
    {
        lock (_gate)
        {
            if (Value(cookie) is { } id) _sessions.Remove(id);
        }

        return Reply.Ok(request);
    }

    private Reply Open_NeedsLock()
    {
        foreach ((string old, Session session) in _sessions.ToArray())
        {
            if (time.GetElapsedTime(session.LastAt) > TimeSpan.FromSeconds(device.SessionSeconds)) _sessions.Remove(old);
        }

        // 002 Appendix C: no more user can log in.
        if (_sessions.Count >= device.MaxSessions) return Reply.Xml(Reply.StatusText(LoginPath, 4, "maxSessionUserLink", Documents.Xml.Ver20), 403);
        guard.Right();
        string id = Hex(32);
        _sessions[id] = new() { LastAt = time.GetTimestamp() };
        return Reply.Xml($"<SessionLogin version=\"2.0\" xmlns=\"{Documents.Xml.Ver20}\">\n<statusValue>200</statusValue>\n<statusString>OK</statusString>\n<sessionID>{id}</sessionID>\n</SessionLogin>\n") with
        {
            SetCookie = device.SessionCookie ? $"WebSession={id}; path=/; HttpOnly" : null,
        };
    }

    private string Hex(int bytes)
    {
        byte[] data = new byte[bytes];
        random.NextBytes(data);
        return Convert.ToHexStringLower(data);
    }

    private static string? Value(string? cookie)
    {
        foreach (string part in (cookie ?? "").Split(';', StringSplitOptions.TrimEntries))
        {
            if (part.StartsWith("WebSession=", StringComparison.Ordinal)) return part["WebSession=".Length..].Trim('"');
        }

        return null;
    }

    private static string? Child(XElement root, string name) => root.Elements().FirstOrDefault(e => e.Name.LocalName == name)?.Value.Trim();

    private static string Salt(SimulatedDevice device, string account) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{device.Id} {device.User} {account}")));

    private sealed record Challenge(string Text, string User, bool Installer, long At);

    private sealed class Session
    {
        public long LastAt { get; set; }
    }
}
