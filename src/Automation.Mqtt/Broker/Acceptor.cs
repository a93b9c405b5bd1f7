using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Automation.Mqtt.Broker.Polling;

namespace Automation.Mqtt.Broker;

/// <summary>One listening TCP socket, with or without TLS.</summary>
internal sealed class Acceptor : IAsyncDisposable
{
    private const int Backlog = 512;

    private readonly BrokerCore _core;
    private readonly MqttListener _listener;
    private readonly Socket _socket;
    private readonly Poller[] _pollers;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, byte> _served = [];
    private Task _loop = Task.CompletedTask;
    private int _turn;

    private Acceptor(BrokerCore core, MqttListener listener, Socket socket)
    {
        _core = core;
        _listener = listener;
        _socket = socket;
        bool polls = OperatingSystem.IsLinux() && listener.Certificate is null && !listener.WithoutPolling;
        _pollers = polls ? [.. Enumerable.Range(1, PollerCount).Select(i => new Poller($"MQTT {Endpoint.Port} #{i}", core.Log))] : [];
    }

    /// <summary>One a processor up to four: those share what the processors can do, and a hub has other work as well.</summary>
    private static int PollerCount => Math.Clamp(Environment.ProcessorCount, 1, 4);

    public IPEndPoint Endpoint => (IPEndPoint)_socket.LocalEndPoint!;

    /// <exception cref="IOException">The address cannot be listened on; the message says what to change.</exception>
    public static Acceptor Open(BrokerCore core, MqttListener listener)
    {
        var socket = new Socket(listener.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (listener.Address.AddressFamily == AddressFamily.InterNetworkV6 && listener.Address.Address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
            socket.Bind(listener.Address);
            socket.Listen(Backlog);
            return new Acceptor(core, listener, socket);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new IOException(Explain(listener.Address, e.SocketErrorCode == SocketError.AddressAlreadyInUse, e.Message), e);
        }
    }

    public static string Explain(IPEndPoint address, bool inUse, string what) => inUse
        ? $"MQTT cannot listen on {address}: the port is in use. Choose another port or stop the program that holds it."
        : $"MQTT cannot listen on {address}: {what}.";

    public void Start() => _loop = AcceptAsync();

    /// <summary>Lets nobody in any more.</summary>
    public async ValueTask CloseAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _socket.Dispose();
        await _loop.ConfigureAwait(false);
    }

    /// <summary>After the connections were told to end.</summary>
    public async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        await Task.WhenAll(_served.Keys).ConfigureAwait(false);
        foreach (Poller poller in _pollers) await poller.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Socket socket = await _socket.AcceptAsync(_stop.Token).ConfigureAwait(false);
                Task served = Task.Run(() => ServeAsync(socket), CancellationToken.None);
                _served.TryAdd(served, 0);
                _ = served.ContinueWith((t, _) => _served.TryRemove(t, out byte _), null, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException || _stop.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException e)
            {
                // Out of descriptors, or a connection that was reset before it was accepted.
                _core.Log.AcceptFailed(_listener.Address, e);
                await Task.Delay(TimeSpan.FromMilliseconds(100), _core.Time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using Socket owned = socket;
        SslStream? tls = null;
        try
        {
            socket.NoDelay = true;
            ByteChannel channel;
            if (_listener.Certificate is { } certificate)
            {
                tls = new SslStream(new NetworkStream(socket, ownsSocket: false));
                await ShakeHandsAsync(tls, certificate).ConfigureAwait(false);
                channel = new TlsChannel(socket, tls);
            }
            else
            {
                channel = Plain(socket);
            }

            await _core.ServeAsync(channel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is AuthenticationException or IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            _core.Log.ConnectionLost("", (_listener.Address.Address), e.Message);
        }
        finally
        {
            if (tls is not null) await tls.DisposeAsync().ConfigureAwait(false);
        }
    }

    private ByteChannel Plain(Socket socket) => _pollers.Length == 0
        ? new SocketChannel(socket)
        : new PolledChannel(socket, _pollers[unchecked((uint)Interlocked.Increment(ref _turn)) % (uint)_pollers.Length]);

    private async Task ShakeHandsAsync(SslStream stream, X509Certificate2 certificate)
    {
        using var deadline = new CancellationTokenSource(_core.Limits.ConnectTimeout, _core.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _stop.Token);
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificate = certificate,
            ClientCertificateRequired = _listener.ClientCertificates,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,

#pragma warning disable CA5359 // This is the server: TLS proves that the client holds its key; whether its certificate is trusted is the authenticator's affair.
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
#pragma warning restore CA5359
        };
        await stream.AuthenticateAsServerAsync(options, either.Token).ConfigureAwait(false);
    }
}
