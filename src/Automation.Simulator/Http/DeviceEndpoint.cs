using System.Threading.Channels;
using Automation.Simulator.Alerts;
using Automation.Simulator.Devices;
using Automation.Simulator.Faults;
using Automation.Simulator.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Automation.Simulator.Http;

/// <summary>One device on its port: log, faults, authentication, then the device itself.</summary>
internal sealed partial class DeviceEndpoint(DeviceModel model, DigestGate gate, RequestLog requests, FaultSet faults, TimeProvider time, ILogger logger, CancellationToken stopping)
{
    private readonly string _id = model.Device.Id;

    public async Task HandleAsync(HttpContext context)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        string target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        RequestLog.Entry entry = requests.Add(_id, context.Request.Method, target);
        try
        {
            await AnswerAsync(context, entry, target, linked.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException || linked.IsCancellationRequested)
        {
            // The client has gone or the simulator is stopping; there is nobody to tell.
            context.Abort();
        }
        catch (Exception e)
        {
            LogFailed(logger, _id, context.Request.Method, e);
            if (!context.Response.HasStarted) context.Response.StatusCode = 500;
        }
    }

    private async Task AnswerAsync(HttpContext context, RequestLog.Entry entry, string target, CancellationToken cancellationToken)
    {
        byte[]? body = await ReadBodyAsync(context.Request, cancellationToken).ConfigureAwait(false);
        string path = context.Request.Path.Value ?? "/";
        var request = new DeviceRequest(context.Request.Method, path.TrimStart('/'), context.Request.Query, body ?? []);
        entry.Received(request.Body);
        if (Strip(path) is not { } inner)
        {
            await SendAsync(context, entry, Reply.Of(request, 404, 4, "notSupport", 0x40000001), null, cancellationToken).ConfigureAwait(false);
            return;
        }

        request = request with { Path = inner };
        if (faults.Take(_id, FaultKind.Unplugged, inner) is not null)
        {
            entry.Answered(0);
            context.Abort();
            return;
        }

        if (faults.Take(_id, FaultKind.NoAnswer, inner) is not null)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (!Admit(context, entry, target, request, out Reply? refusal))
        {
            await SendAsync(context, entry, refusal!, null, cancellationToken).ConfigureAwait(false);
            return;
        }

        Reply reply = body is null ? Reply.Of(request, 413, 6, "badParameters", 0x60000001) : Spoilt(request) ?? model.Answer(request);
        Fault? slow = faults.Take(_id, FaultKind.SlowBody, inner);
        if (reply.Stream is { } hub) await StreamAsync(context, entry, hub, reply, cancellationToken).ConfigureAwait(false);
        else await SendAsync(context, entry, reply, slow, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The path behind <c>/ISAPI/</c>; null when the device does not answer under this one.</summary>
    private string? Strip(string path)
    {
        const string prefix = "/ISAPI/";
        bool has = path.StartsWith(prefix, StringComparison.Ordinal);
        return (has, model.Device.Prefix) switch
        {
            (true, PathPrefix.Isapi or PathPrefix.Both) => path[prefix.Length..],
            (false, PathPrefix.None or PathPrefix.Both) => path.TrimStart('/'),
            _ => null,
        };
    }

    private bool Admit(HttpContext context, RequestLog.Entry entry, string target, DeviceRequest request, out Reply? refusal)
    {
        refusal = null;
        Verdict verdict = gate.Judge(context.Request.Headers.Authorization, request.Method, target, request.Body, out string? user);
        bool refused = verdict == Verdict.Accepted && faults.Take(_id, FaultKind.Unauthorized, request.Path) is not null;
        entry.Judged(user, verdict == Verdict.Accepted && !refused, refused ? "faulted" : System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(verdict.ToString()));
        if (verdict == Verdict.Accepted && !refused) return true;
        context.Response.Headers.WWWAuthenticate = gate.Challenges(verdict == Verdict.Stale);
        refusal = Reply.Xml(gate.UserCheck(), 401);
        return false;
    }

    private Reply? Spoilt(DeviceRequest request)
    {
        if (faults.Take(_id, FaultKind.Busy, request.Path) is not null) return Reply.Of(request, 403, 2, "deviceBusy", 0x20000002);
        if (faults.Take(_id, FaultKind.ServerError, request.Path) is not null) return new(500, "text/html", "<html><body>Internal Server Error</body></html>"u8.ToArray());
        return null;
    }

    private async Task SendAsync(HttpContext context, RequestLog.Entry entry, Reply reply, Fault? slow, CancellationToken cancellationToken)
    {
        entry.Answered(reply.Status);
        context.Response.StatusCode = reply.Status;
        context.Response.ContentType = reply.ContentType;
        context.Response.ContentLength = reply.Body.Length;
        if (slow is null)
        {
            await context.Response.Body.WriteAsync(reply.Body, cancellationToken).ConfigureAwait(false);
            return;
        }

        for (int i = 0; i < reply.Body.Length; i++)
        {
            await context.Response.Body.WriteAsync(reply.Body.AsMemory(i, 1), cancellationToken).ConfigureAwait(false);
            await context.Response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
            await Task.Delay(TimeSpan.FromMilliseconds(slow.Milliseconds), time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task StreamAsync(HttpContext context, RequestLog.Entry entry, AlertHub hub, Reply reply, CancellationToken cancellationToken)
    {
        Channel<AlertPart>? stream = hub.Open();
        if (stream is null)
        {
            // isapi.md 1.6 quirk 4: a device refuses more listeners than it can serve.
            await SendAsync(context, entry, Reply.Of(new(context.Request.Method, "Event/notification/alertStream", context.Request.Query, []), 403, 6, "deployExceedMax", 0x60006018), null, cancellationToken).ConfigureAwait(false);
            return;
        }

        try
        {
            entry.Answered(reply.Status);
            context.Response.StatusCode = reply.Status;
            context.Response.ContentType = reply.ContentType;
            context.Response.Headers["MIME-Version"] = "1.0";
            await context.Response.StartAsync(cancellationToken).ConfigureAwait(false);
            await context.Response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
            bool closesAtOnce = hub.ClosesAtOnce();
            AlertPart? part = hub.Heartbeat();
            while (true)
            {
                if (part is not null) await WriteAsync(context, hub, part, cancellationToken).ConfigureAwait(false);
                if (closesAtOnce || part is { CloseAfter: true }) return;
                part = await NextAsync(stream, hub, cancellationToken).ConfigureAwait(false);
                if (part is null && stream.Reader.Completion.IsCompleted) return;
            }
        }
        finally
        {
            hub.Close(stream);
        }
    }

    /// <summary>The next part, or the heartbeat when there is none for a while; null when neither.</summary>
    private async Task<AlertPart?> NextAsync(Channel<AlertPart> stream, AlertHub hub, CancellationToken cancellationToken)
    {
        if (stream.Reader.TryRead(out AlertPart? ready)) return ready;
        using var pause = new CancellationTokenSource(hub.HeartbeatEvery, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(pause.Token, cancellationToken);
        try
        {
            await stream.Reader.WaitToReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return hub.Heartbeat();
        }

        return stream.Reader.TryRead(out AlertPart? next) ? next : null;
    }

    private static async Task WriteAsync(HttpContext context, AlertHub hub, AlertPart part, CancellationToken cancellationToken)
    {
        await context.Response.Body.WriteAsync(part.ToWire(hub.Boundary, hub.ContentLength), cancellationToken).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Null when the body is larger than a device takes.</summary>
    private static async Task<byte[]?> ReadBodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        byte[] chunk = new byte[16 * 1024];
        while (true)
        {
            int read = await request.Body.ReadAsync(chunk, cancellationToken).ConfigureAwait(false);
            if (read == 0) return buffer.ToArray();
            if (buffer.Length + read > DeviceRequest.MaxBodyBytes) return null;
            buffer.Write(chunk, 0, read);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Simulated device {Device} failed on a {Method} request")]
    private static partial void LogFailed(ILogger logger, string device, string method, Exception exception);
}
