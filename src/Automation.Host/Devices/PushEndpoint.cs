using System.Collections.Concurrent;
using System.Net;
using Automation.Host.Composition;
using Automation.Isapi.Push;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Devices;

/// <summary>The listening host that devices push their events to (EVT-3): a port of its own, off until it is configured, on loopback until told otherwise.</summary>
internal sealed partial class PushEndpoint : IAsyncDisposable
{
    /// <summary>Senders that were told of; more are not told one by one.</summary>
    private const int MaxTold = 256;

    private readonly PushSettings _settings;
    private readonly PushInbox _inbox;
    private readonly PushLogin _login;
    private readonly Action<string, string> _tell;
    private readonly ILogger _logger;
    private readonly WebApplication _app;
    private readonly SemaphoreSlim _room;
    private readonly ConcurrentDictionary<string, bool> _told = new(StringComparer.Ordinal);

    private PushEndpoint(PushSettings settings, PushInbox inbox, Action<string, string> tell, TimeProvider time, ILogger logger)
    {
        _settings = settings;
        _inbox = inbox;
        _login = new PushLogin(settings, time);
        _tell = tell;
        _logger = logger;
        _room = new SemaphoreSlim(settings.Limits.MaxAtOnce);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = settings.Limits.MaxBodyBytes;
            kestrel.Limits.MaxConcurrentConnections = settings.Limits.MaxConnections;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Listen(settings.Endpoint, listen => listen.Protocols = HttpProtocols.Http1);
        });
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    public Uri Url => new(_app.Urls.First());

    /// <param name="tell">Tells whoever looks after the sites that something is wrong: a type and a sentence.</param>
    /// <exception cref="StartRefusedException">The port is in use.</exception>
    public static async Task<PushEndpoint> StartAsync(PushSettings settings, PushInbox inbox, Action<string, string> tell, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        var endpoint = new PushEndpoint(settings, inbox, tell, time, logger);
        try
        {
            await endpoint._app.StartAsync(cancellationToken);
            return endpoint;
        }
        catch (IOException e)
        {
            await endpoint._app.DisposeAsync();
            throw new StartRefusedException($"the port of the push endpoint, {settings.Endpoint}, is in use: choose another in 'push', or stop what uses it", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(0);
        await _app.StopAsync(limit.Token);
        await _app.DisposeAsync();
        _room.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        IPAddress sender = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (!HttpMethods.IsPost(request.Method) && !HttpMethods.IsPut(request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        if (!await MayComeInAsync(context, sender)) return;
        await _room.WaitAsync(context.RequestAborted);
        try
        {
            PushOutcome outcome = await _inbox.TakeAsync(await ReadAsync(request), request.ContentType, sender, context.RequestAborted);
            context.Response.StatusCode = outcome.Result switch
            {
                PushResult.UnknownSender => StatusCodes.Status403Forbidden,
                PushResult.Unreadable => StatusCodes.Status400BadRequest,
                _ => StatusCodes.Status200OK,
            };
            if (outcome.Result == PushResult.UnknownSender)
            {
                TellOnce("pushUnknownSender", $"events are pushed by {outcome.Detail}, which is no device of a site: give the device its \"mac\" or \"serial\" in the site file, or its address as its \"url\"");
            }
            else if (outcome.Result == PushResult.Unreadable) TellOnce("pushUnreadable", $"what {sender} pushes cannot be read: {outcome.Detail}");
        }
        catch (Microsoft.AspNetCore.Http.BadHttpRequestException e)
        {
            context.Response.StatusCode = e.StatusCode;
            TellOnce("pushUnreadable", $"what {sender} pushes is refused with {e.StatusCode}: {(e.StatusCode == StatusCodes.Status413PayloadTooLarge ? $"it is larger than {_settings.Limits.MaxBodyBytes} bytes" : "it ends too early or comes too slowly")}");
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The device went away in the middle; it pushes again.
        }
        finally
        {
            _room.Release();
        }
    }

    private async Task<bool> MayComeInAsync(HttpContext context, IPAddress sender)
    {
        if (_settings.User is null)
        {
            // Who cannot be asked for a password is at least asked where he comes from.
            if (_inbox.Knows(sender)) return true;
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            TellOnce("pushUnknownSender", $"events are pushed from {sender}, which is the address of no device of a site; without a login only those are heard");
            return false;
        }

        string target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        string? authorization = context.Request.Headers.Authorization;
        if (_login.Accepts(context.Request.Method, target, authorization, out bool stale)) return true;
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        foreach (string challenge in _login.Challenges(stale)) context.Response.Headers.Append("WWW-Authenticate", challenge);
        if (authorization is not null && !stale) TellOnce("pushLoginRefused", $"{sender} pushes events with a wrong user or password: set in the device what 'push' says");
        return false;
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request)
    {
        using var body = new MemoryStream((int)Math.Min(request.ContentLength ?? 4096, 1 << 20));
        await request.Body.CopyToAsync(body, request.HttpContext.RequestAborted);
        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    private void TellOnce(string type, string detail)
    {
        if (_told.Count >= MaxTold || !_told.TryAdd(detail, true)) return;
        LogProblem(_logger, detail);
        _tell(type, detail);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Push endpoint: {Detail}")]
    private static partial void LogProblem(ILogger logger, string detail);
}
