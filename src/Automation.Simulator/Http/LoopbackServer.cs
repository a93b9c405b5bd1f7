using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.AspNetCore.Http.Features;

namespace Automation.Simulator.Http;

/// <summary>One HTTP/1.1 port on 127.0.0.1, without a hosting pipeline around it.</summary>
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

    public required Uri Url { get; init; }

    /// <exception cref="SimulatorException">The port cannot be had.</exception>
    public static async Task<LoopbackServer> StartAsync(string who, int port, RequestDelegate handler, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var options = new KestrelServerOptions { AddServerHeader = false, AllowSynchronousIO = false };
        options.Limits.MaxRequestBodySize = null;   // The device endpoint has its own bound and its own answer.
        options.Limits.MinResponseDataRate = null;  // A client that reads slowly is a client under test.
        options.Limits.MinRequestBodyDataRate = null;
        options.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1);
        // Kestrel asks the options for services only when TLS or logging is configured on them; an empty set is enough.
        options.ApplicationServices = new ServiceCollection().AddSingleton(loggers).BuildServiceProvider();
        var server = new KestrelServer(Options.Create(options), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers), loggers);
        try
        {
            await server.StartAsync(new Application(handler), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            server.Dispose();
            throw new SimulatorException($"{who}: port {port} on 127.0.0.1 cannot be used ({(e.InnerException ?? e).Message}); stop what holds it, or give another port, or 0 for any free one.", e);
        }
        catch
        {
            server.Dispose();
            throw;
        }

        string address = server.Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new(server, time) { Url = new(address) };
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(StopLimit, _time);
        await _server.StopAsync(limit.Token).ConfigureAwait(false);
        _server.Dispose();
    }

    private sealed class Application(RequestDelegate handler) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public Task ProcessRequestAsync(HttpContext context) => handler(context);

        public void DisposeContext(HttpContext context, Exception? exception)
        {
        }
    }
}
