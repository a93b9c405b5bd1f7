using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Automation.Mqtt.Tests.Client;

/// <summary>A WebSocket in front of a plain MQTT port: not every build of Mosquitto has one.</summary>
internal sealed class WebSocketRelay : IAsyncDisposable
{
    private readonly WebApplication _application;

    private WebSocketRelay(WebApplication application) => _application = application;

    public Uri Address { get; private set; } = new("ws://localhost");

    public string? SubProtocol { get; private set; }

    public static async Task<WebSocketRelay> StartAsync(int port)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var relay = new WebSocketRelay(builder.Build());
        relay._application.UseWebSockets();
        relay._application.Run(async context =>
        {
            using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync("mqtt");
            relay.SubProtocol = socket.SubProtocol;
            await using var stream = WebSocketStream.Create(socket, WebSocketMessageType.Binary, ownsWebSocket: true);
            using var tcp = new TcpClient();
            await tcp.ConnectAsync(IPAddress.Loopback, port);
            await Task.WhenAny(stream.CopyToAsync(tcp.GetStream(), context.RequestAborted), tcp.GetStream().CopyToAsync(stream, context.RequestAborted));
        });
        await relay._application.StartAsync();
        string address = relay._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        relay.Address = new UriBuilder(address) { Scheme = "ws", Path = "/mqtt" }.Uri;
        return relay;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
