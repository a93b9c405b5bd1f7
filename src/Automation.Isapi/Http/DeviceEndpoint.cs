using Automation.Core.Model;

namespace Automation.Isapi.Http;

/// <summary>One device on the network: its connection pool, its credentials, its login gate. Shared by the loops of a connection.</summary>
internal sealed class DeviceEndpoint : IDisposable
{
    private readonly Uri _base;
    private readonly string _prefix;

    public DeviceEndpoint(DeviceConnectionInfo info, DeviceConnectionLimits limits, TimeProvider time, Random random)
    {
        // A path in the address stands in for /ISAPI: that is how the form without prefix is asked for (DEV-3).
        string path = info.Url.AbsolutePath.TrimEnd('/');
        _base = new Uri(info.Url.GetLeftPart(UriPartial.Authority));
        _prefix = path.Length == 0 ? info.Dialect.Equals("plain", StringComparison.OrdinalIgnoreCase) ? "" : "/ISAPI" : path;
        User = info.User;
        Password = info.Password;
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
            // The stream, one call, and one of each that is just closing.
            MaxConnectionsPerServer = 4,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            MaxResponseHeadersLength = 64,
            MaxResponseDrainSize = 64 * 1024,
        });
    }

    public string User { get; }

    public Secret Password { get; }

    public DeviceConnectionLimits Limits { get; }

    public TimeProvider Time { get; }

    public Random Random { get; }

    public LoginGate Gate { get; }

    public HttpMessageInvoker Invoker { get; }

    /// <param name="path">Below the prefix, with its query, e.g. <c>/System/deviceInfo</c>.</param>
    public Uri UriOf(string path) => new(_base, _prefix + path);

    public void Dispose()
    {
        Invoker.Dispose();
        Gate.Dispose();
    }
}
