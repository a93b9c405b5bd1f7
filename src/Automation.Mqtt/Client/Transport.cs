using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Automation.Mqtt.Client;

/// <summary>Opens the byte stream to a server: TCP, TLS, or a WebSocket.</summary>
internal static class Transport
{
    /// <exception cref="MqttClientException">The server cannot be reached, or TLS fails.</exception>
    public static async Task<Stream> OpenAsync(MqttClientOptions options, CancellationToken cancellationToken)
    {
        string place = options.WebSocket?.ToString() ?? $"{options.Host}:{options.Port}";
        try
        {
            return options.WebSocket is { } uri
                ? await OpenWebSocketAsync(uri, options.Tls, cancellationToken).ConfigureAwait(false)
                : await OpenTcpAsync(options, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (FindTlsFailure(e) is { } tls)
        {
            throw new MqttClientException(MqttClientFault.TlsFailed, $"TLS with {place} failed: {tls.Message}", inner: e);
        }
        catch (Exception e) when (e is SocketException or IOException or WebSocketException or HttpRequestException)
        {
            throw new MqttClientException(MqttClientFault.Unreachable, $"{place} cannot be reached: {e.Message}", inner: e);
        }
    }

    private static async Task<Stream> OpenTcpAsync(MqttClientOptions options, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(options.Host, options.Port, cancellationToken).ConfigureAwait(false);

            // Where nobody listens on a port of the ephemeral range, TCP may connect a socket to itself.
            if (Equals(socket.LocalEndPoint, socket.RemoteEndPoint)) throw new SocketException((int)SocketError.ConnectionRefused);
            stream = new NetworkStream(socket, ownsSocket: true);
            if (options.Tls is not { } tls) return stream;
            var secure = new SslStream(stream, leaveInnerStreamOpen: false);
            stream = secure;
            await secure.AuthenticateAsClientAsync(TlsOptions(tls, options.Host), cancellationToken).ConfigureAwait(false);
            return secure;
        }
        catch
        {
            if (stream is not null) await stream.DisposeAsync().ConfigureAwait(false);
            socket.Dispose();
            throw;
        }
    }

    private static async Task<Stream> OpenWebSocketAsync(Uri uri, MqttTls? tls, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        var handler = new SocketsHttpHandler { SslOptions = TlsOptions(tls ?? new MqttTls(), uri.Host) };
        using var invoker = new HttpMessageInvoker(handler);
        try
        {
            // MQTT-6.0.0-3, MQTT-6.0.0-1: sub-protocol "mqtt", binary frames.
            socket.Options.AddSubProtocol("mqtt");
            await socket.ConnectAsync(uri, invoker, cancellationToken).ConfigureAwait(false);
            return WebSocketStream.Create(socket, WebSocketMessageType.Binary, ownsWebSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static SslClientAuthenticationOptions TlsOptions(MqttTls tls, string host)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = tls.ServerName ?? host };
        if (tls.ClientCertificate is { } certificate) options.ClientCertificates = [certificate];
        if (!tls.TrustedRoots.IsDefaultOrEmpty)
        {
            options.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            foreach (X509Certificate2 root in tls.TrustedRoots) options.CertificateChainPolicy.CustomTrustStore.Add(root);
        }

        return options;
    }

    private static AuthenticationException? FindTlsFailure(Exception? e)
    {
        for (; e is not null; e = e.InnerException)
        {
            if (e is AuthenticationException tls) return tls;
        }

        return null;
    }
}
