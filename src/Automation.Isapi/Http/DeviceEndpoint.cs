using Automation.Core.Model;

namespace Automation.Isapi.Http;

/// <summary>One device on the network: its connection pool, its credentials, its login gate. Shared by the loops of a connection.</summary>
internal sealed class DeviceEndpoint : IDisposable
{
    private const string UsualPrefix = "/ISAPI";

    private readonly Uri _base;
    private volatile string _prefix;

    public DeviceEndpoint(DeviceConnectionInfo info, DeviceConnectionLimits limits, TimeProvider time, Random random)
    {
        // A path in the address stands in for /ISAPI (DEV-3).
        string path = info.Url.AbsolutePath.TrimEnd('/');
        _base = new Uri(info.Url.GetLeftPart(UriPartial.Authority));
        _prefix = path.Length == 0 ? UsualPrefix : path;
        User = info.User;
        Password = info.Password;
        DevIndex = info.DevIndex;
        Limits = limits;
        Time = time;
        Random = random;
        Gate = new LoginGate(time);
        Invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            PreAuthenticate = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            // The stream, one call, a thermal camera's live temperatures, and those that are just closing.
            MaxConnectionsPerServer = 8,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            MaxResponseHeadersLength = 64,
            MaxResponseDrainSize = 64 * 1024,
        });
    }

    public string User { get; }

    public Secret Password { get; }

    /// <summary>Behind a receiver: its index of the device (002 §3.2).</summary>
    public string? DevIndex { get; }

    public DeviceConnectionLimits Limits { get; }

    public TimeProvider Time { get; }

    public Random Random { get; }

    public LoginGate Gate { get; }

    public HttpMessageInvoker Invoker { get; }

    /// <summary>Old devices answer without <c>/ISAPI</c> (isapi.md 1.4). Changed only while greeting, when nothing else is sent.</summary>
    public bool IsBare
    {
        get => _prefix.Length == 0;
        set => _prefix = value ? "" : UsualPrefix;
    }

    /// <summary>Whether the form without prefix is worth a try: the address says nothing else.</summary>
    public bool MayBeBare => _prefix == UsualPrefix;

    /// <param name="path">Below the prefix, with its query, e.g. <c>/System/deviceInfo</c>.</param>
    public Uri UriOf(string path) => new(_base, _prefix + (DevIndex is null ? path : $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}devIndex={Uri.EscapeDataString(DevIndex)}"));

    public void Dispose()
    {
        Invoker.Dispose();
        Gate.Dispose();
    }
}
