using Automation.Core.Model;

namespace Automation.Isapi.Http;

/// <summary>One device on the network: its connection pool, its credentials, its login gate. Shared by the loops of a connection, and by the devices behind a gateway.</summary>
internal sealed class DeviceEndpoint : IDisposable
{
    private const string UsualPrefix = "/ISAPI";

    private readonly Uri _base;

    /// <summary>The gateway's own endpoint, which is shared; null when this one has connections of its own.</summary>
    private readonly DeviceEndpoint? _gateway;
    private readonly string _suffix = "";
    private readonly CertificateTrust? _trust;
    private volatile string _prefix;
    private volatile DeviceSession? _session;

    public DeviceEndpoint(DeviceConnectionInfo info, DeviceConnectionLimits limits, TimeProvider time, Random random)
    {
        // A path in the address stands in for /ISAPI (DEV-3).
        string path = info.Url.AbsolutePath.TrimEnd('/');
        _base = new Uri(info.Url.GetLeftPart(UriPartial.Authority));
        _prefix = path.Length == 0 ? UsualPrefix : path;
        if (info.IsThroughGateway) _suffix = SuffixOf(info.DevIndex!);
        User = info.User;
        Password = info.Password;
        NeverReadable = info.NeverReadable;
        Limits = limits;
        Time = time;
        Random = random;
        Gate = new LoginGate(time);
        _session = info.Login == "session" ? new DeviceSession(this) : null;
        _trust = new CertificateTrust(info.Tls);
        Invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            PreAuthenticate = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            // The stream, one call, a thermal camera's live temperatures, and those that are just closing; a gateway has one call for each of its devices.
            MaxConnectionsPerServer = 8,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            MaxResponseHeadersLength = 64,
            MaxResponseDrainSize = 64 * 1024,
            SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, errors) => _trust.Accepts(certificate, errors) },
        });
    }

    private DeviceEndpoint(DeviceEndpoint gateway, string devIndex)
    {
        _gateway = gateway;
        _suffix = SuffixOf(devIndex);
        _base = gateway._base;
        _prefix = gateway._prefix;
        User = gateway.User;
        Password = gateway.Password;
        NeverReadable = gateway.NeverReadable;
        Limits = gateway.Limits;
        Time = gateway.Time;
        Random = gateway.Random;
        Gate = gateway.Gate;
        Invoker = gateway.Invoker;
    }

    public string User { get; }

    public Secret Password { get; }

    /// <inheritdoc cref="DeviceConnectionInfo.NeverReadable"/>
    public bool NeverReadable { get; }

    public DeviceConnectionLimits Limits { get; }

    public TimeProvider Time { get; }

    public Random Random { get; }

    public LoginGate Gate { get; }

    public HttpMessageInvoker Invoker { get; }

    /// <summary>The panel's session; null where another login is used.</summary>
    public DeviceSession? Session => _gateway is null ? _session : _gateway.Session;

    /// <summary>The device asks for a login and offers none that is known: panels do that whose login is a session.</summary>
    public DeviceSession OpenSession() => _gateway is null ? _session ??= new DeviceSession(this) : _gateway.OpenSession();

    /// <summary>Why the certificate was not taken; null when it was, or none was shown.</summary>
    public string? CertificateRefusal => _gateway is null ? _trust!.Refusal : _gateway.CertificateRefusal;

    /// <summary>The device is spoken to through a gateway, in JSON.</summary>
    public bool IsBehindGateway => _suffix.Length > 0;

    /// <summary>Old devices answer without <c>/ISAPI</c> (isapi.md 1.4). Changed only while greeting, when nothing else is sent.</summary>
    public bool IsBare
    {
        get => _prefix.Length == 0;
        set => _prefix = value ? "" : UsualPrefix;
    }

    /// <summary>Whether the form without prefix is worth a try: the address says nothing else.</summary>
    public bool MayBeBare => _prefix == UsualPrefix && !IsBehindGateway;

    /// <summary>A device behind this gateway: every request names it (002 §3.2). Goes with the gateway's endpoint.</summary>
    public DeviceEndpoint Through(string devIndex) => new(this, devIndex);

    /// <param name="path">Below the prefix, with its query, e.g. <c>/System/deviceInfo</c>.</param>
    public Uri UriOf(string path)
    {
        string prefix = _gateway?._prefix ?? _prefix;
        if (_suffix.Length == 0) return new Uri(_base, prefix + path);
        return new Uri(_base, prefix + path + (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + _suffix);
    }

    private static string SuffixOf(string devIndex) => "devIndex=" + Uri.EscapeDataString(devIndex);

    public void Dispose()
    {
        if (_gateway is not null) return;
        Invoker.Dispose();
        Gate.Dispose();
    }
}
