using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;

namespace Automation.Mqtt.Broker;

/// <summary>MQTT over WebSocket (subprotocol <c>mqtt</c>), served by a small Kestrel of the broker's own.</summary>
internal sealed class WebSocketHost : IAsyncDisposable
{
    private readonly WebApplication _application;

    private WebSocketHost(WebApplication application, IPEndPoint endpoint)
    {
        _application = application;
        Endpoint = endpoint;
    }

    public IPEndPoint Endpoint { get; }

    /// <exception cref="IOException">The address cannot be listened on; the message says what to change.</exception>
    public static async Task<WebSocketHost> StartAsync(BrokerCore core, MqttListener listener, CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => Configure(options, core, listener));
        if (listener.Certificate is not null) builder.WebHost.UseKestrelHttpsConfiguration();
        WebApplication application = builder.Build();
        application.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.Zero });
        application.Run(context => ServeAsync(core, listener, context));
        try
        {
            await application.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            await application.DisposeAsync().ConfigureAwait(false);
            throw new IOException(Acceptor.Explain(listener.Address, e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException, e.Message), e);
        }

        string address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new WebSocketHost(application, new IPEndPoint(listener.Address.Address, new Uri(address).Port));
    }

    public async ValueTask DisposeAsync()
    {
        // The connections have been ended by the broker; what is left is a handshake at most.
        using var now = new CancellationTokenSource();
        await now.CancelAsync().ConfigureAwait(false);
        await _application.StopAsync(now.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _application.DisposeAsync().ConfigureAwait(false);
    }

    private static void Configure(KestrelServerOptions options, BrokerCore core, MqttListener listener)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = 0;
        options.Limits.RequestHeadersTimeout = core.Limits.ConnectTimeout;
        options.Listen(listener.Address, endpoint =>
        {
            endpoint.Protocols = HttpProtocols.Http1;
            if (listener.Certificate is not { } certificate) return;
            endpoint.UseHttps(https =>
            {
                https.ServerCertificate = certificate;
                https.ClientCertificateMode = listener.ClientCertificates ? ClientCertificateMode.AllowCertificate : ClientCertificateMode.NoCertificate;
                https.AllowAnyClientCertificate(); // Whether it is trusted is the authenticator's affair.
            });
        });
    }

    private static async Task ServeAsync(BrokerCore core, MqttListener listener, HttpContext context)
    {
        if (context.Request.Path != listener.Path || !context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = context.Request.Path == listener.Path ? StatusCodes.Status426UpgradeRequired : StatusCodes.Status404NotFound;
            return;
        }

        // MQTT-6.0.0-3, MQTT-6.0.0-4: the client offers "mqtt" and the server takes it. Old 3.1 clients say "mqttv3.1".
        if (!context.WebSockets.WebSocketRequestedProtocols.Contains("mqtt"))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync("mqtt").ConfigureAwait(false);
        IPAddress remote = context.Connection.RemoteIpAddress ?? IPAddress.None;
        await core.ServeAsync(new WebSocketChannel(socket, remote, context.Connection.ClientCertificate)).ConfigureAwait(false);
    }
}
