using System.Net;
using System.Threading.Channels;
using Automation.Simulator.Alerts;
using Microsoft.Extensions.Logging;

namespace Automation.Simulator.Push;

/// <summary>POSTs the alerts of one device to its hosts, in order, one at a time. A host that does not answer costs that alert; it is tried again with the next.</summary>
internal sealed partial class PushSender(string device, string form, Teller teller, Action<int, bool> result, ILogger logger) : IAsyncDisposable
{
    /// <summary>Alerts waiting; the oldest goes when there is one more.</summary>
    private const int Capacity = 128;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly Channel<(PushTarget Target, Alert Alert)> _waiting =
        Channel.CreateBounded<(PushTarget, Alert)>(new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.DropOldest });

    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly CredentialCache _credentials = [];
    private HttpClient? _client;
    private Task? _sending;
    private bool _disposed;

    public void Send(PushTarget target, Alert alert)
    {
        _waiting.Writer.TryWrite((target, alert));
        lock (_gate)
        {
            // Most devices never push; the sender comes with the first alert.
            if (!_disposed) _sending ??= Task.Run(SendAllAsync);
        }
    }

    /// <summary>Whether the host takes a POST at all.</summary>
    public async Task<bool> ReachesAsync(PushTarget target, CancellationToken cancellationToken) =>
        await PostAsync(target, new ByteArrayContent([]), cancellationToken).ConfigureAwait(false);

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_sending is not null) await _sending.ConfigureAwait(false);
        _client?.Dispose();
        _stopping.Dispose();
    }

    private async Task SendAllAsync()
    {
        try
        {
            await foreach ((PushTarget target, Alert alert) in _waiting.Reader.ReadAllAsync(_stopping.Token).ConfigureAwait(false))
            {
                bool taken = await PostAsync(target, PushBody.Make(alert, teller, form, target.Json), _stopping.Token).ConfigureAwait(false);
                result(target.Slot, !taken);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The simulator stops.
        }
    }

    private async Task<bool> PostAsync(PushTarget target, HttpContent content, CancellationToken cancellationToken)
    {
        try
        {
            using HttpContent body = content;
            using HttpResponseMessage response = await Client(target).PostAsync(target.Url, body, cancellationToken).ConfigureAwait(false);
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            LogBroken(logger, device, target.Url, e.Message);
            return false;
        }
    }

    private HttpClient Client(PushTarget target)
    {
        lock (_gate)
        {
            if (target.Authentication != "none")
            {
                string scheme = target.Authentication == "basic" ? "Basic" : "Digest";
                _credentials.Remove(target.Url, scheme);
                _credentials.Add(target.Url, scheme, new NetworkCredential(target.User, target.Password));
            }

            // Devices do not look at the certificate of the host they push to.
            return _client ??= new(new SocketsHttpHandler
            {
                UseProxy = false, Credentials = _credentials, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
#pragma warning disable CA5359 // A simulated device is as careless as a real one.
                SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
#pragma warning restore CA5359
            }) { Timeout = Limit };
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Simulated device {Device} could not push to {Url}: {Reason}")]
    private static partial void LogBroken(ILogger logger, string device, Uri url, string reason);
}
