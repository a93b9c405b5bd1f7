using System.Security.Cryptography;
using System.Text;
using Automation.Simulator.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Automation.Simulator.Security;

/// <summary>Who may come in: the ways to log in that a device offers (<c>auth</c>), with one lock-out over all of them. Thread-safe.</summary>
internal sealed class Doorkeeper
{
    private readonly SimulatedDevice _device;
    private readonly byte[] _basic;
    private readonly LoginGuard _guard;
    private readonly DigestGate? _digest;
    private readonly SessionGate? _session;
    private readonly bool _offersBasic;

    public Doorkeeper(SimulatedDevice device, string password, TimeProvider time, Random random)
    {
        _device = device;
        _guard = new(device, time);
        _offersBasic = device.Auth.Contains("basic");
        _basic = Encoding.UTF8.GetBytes("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(device.User + ":" + password)));
        if (device.Auth.Contains("digest")) _digest = new(device, password, _guard, time, random);
        if (device.Auth.Contains("session")) _session = new(device, password, _guard, time, random);
    }

    public SessionGate? Session => _session;

    /// <param name="target">The request-target as it stood in the request line.</param>
    public Verdict Judge(HttpRequest http, DeviceRequest request, string target, out string? user)
    {
        string? authorization = http.Headers.Authorization;
        if (_session?.Judge(http.Headers.Cookie, http.Headers["X-Userlevel"], out user) is { } verdict) return verdict;
        user = null;
        if (string.IsNullOrEmpty(authorization)) return Verdict.NoCredentials;
        if (_offersBasic && authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)) return Basic(authorization, out user);
        return _digest?.Judge(authorization, request.Method, target, request.Body, out user) ?? Verdict.Malformed;
    }

    /// <summary>The WWW-Authenticate values of a 401; a device that only knows sessions has none.</summary>
    public StringValues Challenges(bool stale)
    {
        string[] digest = _digest?.Challenges(stale) ?? [];
        return _offersBasic ? (string[])[.. digest, $"Basic realm=\"IP Device({_device.Id})\""] : digest;
    }

    public string UserCheck() => _guard.UserCheck();

    /// <summary>Answers what is asked before there is a log-in; null when this is not such a request.</summary>
    public Reply? BeforeLogin(HttpRequest http, DeviceRequest request, out string? user, out Verdict verdict)
    {
        (user, verdict) = (null, Verdict.NoCredentials);
        return (_session, request.Method, request.Path) switch
        {
            ({ } session, "GET", SessionGate.CapabilitiesPath) => session.Capabilities(request, http.Headers["X-Userlevel"]),
            ({ } session, "POST", SessionGate.LoginPath) => session.Login(request, out user, out verdict),
            _ => null,
        };
    }

    /// <summary>Answers what keeps or ends a session that was let in; null when this is not such a request.</summary>
    public Reply? OfSession(HttpRequest http, DeviceRequest request) => (_session, request.Method, request.Path) switch
    {
        ({ }, "PUT", SessionGate.HeartbeatPath) => Reply.Ok(request),
        ({ } session, "PUT", SessionGate.LogoutPath) => session.Logout(request, http.Headers.Cookie),
        _ => null,
    };

    private Verdict Basic(string authorization, out string? user)
    {
        user = _device.User;
        if (_guard.IsLocked) return Verdict.Locked;
        if (CryptographicOperations.FixedTimeEquals(_basic, Encoding.UTF8.GetBytes(authorization)))
        {
            _guard.Right();
            return Verdict.Accepted;
        }

        _guard.Wrong();
        return Verdict.WrongPassword;
    }
}
