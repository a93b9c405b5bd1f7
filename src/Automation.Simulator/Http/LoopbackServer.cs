using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Automation.Simulator.Http;

/// <summary>One port of the server.</summary>
/// <param name="Who">Named when the port cannot be had.</param>
/// <param name="Port">0 takes any free one.</param>
/// <param name="Certificate">Null: no TLS.</param>
internal sealed record Listener(string Who, int Port, RequestDelegate Handler, X509Certificate2? Certificate = null);

/// <summary>
/// HTTP/1.1 on many ports of 127.0.0.1, without a hosting pipeline around it: one server for all devices, so that a thousand of them share its threads and timers.
/// </summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    /// <summary>How long open streams may take to end when the server stops.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(2);

    private readonly KestrelServer _server;
    private readonly TimeProvider _time;

    private LoopbackServer(KestrelServer server, TimeProvider time)
    {
        _server = server;
        _time = time;
    }

    /// <summary>The port of each listener, in their order.</summary>
    public required IReadOnlyList<int> Ports { get; init; }

    /// <exception cref="SimulatorException">A port cannot be had.</exception>
    public static async Task<LoopbackServer> StartAsync(IReadOnlyList<Listener> listeners, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var options = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };
        options.Limits.MaxRequestBodySize = null;   // The device endpoint has its own bound and its own answer.
        options.Limits.MinResponseDataRate = null;  // A client that reads slowly is a client under test.
        options.Limits.MinRequestBodyDataRate = null;
        var bound = new ListenOptions[listeners.Count];
        for (int i = 0; i < listeners.Count; i++)
        {
            int at = i;
            options.Listen(IPAddress.Loopback, listeners[i].Port, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                if (listeners[at].Certificate is { } certificate) listen.Use(next => new TlsConnection(next, certificate).RunAsync);
                bound[at] = listen;
            });
        }

        // Kestrel asks the options for services only when TLS or logging is configured on them; an empty set is enough.
        options.ApplicationServices = new ServiceCollection().AddSingleton(loggers).BuildServiceProvider();
        var server = new KestrelServer(Options.Create(options), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers), loggers);
        var application = new Application();
        try
        {
            await server.StartAsync(application, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            server.Dispose();
            throw Taken(listeners, e);
        }
        catch
        {
            server.Dispose();
            throw;
        }

        int[] ports = [.. bound.Select(b => b.IPEndPoint!.Port)];
        application.Serve(Enumerable.Range(0, ports.Length).ToFrozenDictionary(i => ports[i], i => listeners[i].Handler));
        return new(server, time) { Ports = ports };
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(StopLimit, _time);
        await _server.StopAsync(limit.Token).ConfigureAwait(false);
        _server.Dispose();
    }

    /// <summary>The server does not say which of its ports it could not have; its message names the address.</summary>
    private static SimulatorException Taken(IReadOnlyList<Listener> listeners, Exception e)
    {
        Listener? guilty = listeners.FirstOrDefault(l => l.Port != 0 && e.Message.Contains(":" + l.Port.ToString(System.Globalization.CultureInfo.InvariantCulture) + ":", StringComparison.Ordinal));
        return new($"{guilty?.Who ?? "Simulator"}: port {guilty?.Port ?? 0} on 127.0.0.1 cannot be used ({(e.InnerException ?? e).Message}); stop what holds it, or give another port, or 0 for any free one.", e);
    }

    /// <summary>Finds the device by the port a connection came in on.</summary>
    private sealed class Application : IHttpApplication<HttpContext>
    {
        private FrozenDictionary<int, RequestDelegate> _handlers = FrozenDictionary<int, RequestDelegate>.Empty;

        public void Serve(FrozenDictionary<int, RequestDelegate> handlers) => Volatile.Write(ref _handlers, handlers);

        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public Task ProcessRequestAsync(HttpContext context)
        {
            // A port listens a moment before all of them do; who is that early finds a device that is still starting.
            if (Volatile.Read(ref _handlers).TryGetValue(context.Connection.LocalPort, out RequestDelegate? handler)) return handler(context);
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        }

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }
    }
}
