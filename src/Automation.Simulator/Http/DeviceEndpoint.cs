using System.Buffers;
using Automation.Simulator.Alerts;
using Automation.Simulator.Devices;
using Automation.Simulator.Faults;
using Automation.Simulator.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Automation.Simulator.Http;

/// <summary>One device on its port: log, faults, authentication, then the device itself.</summary>
internal sealed partial class DeviceEndpoint(DeviceModel model, Doorkeeper gate, RequestLog requests, FaultSet faults, TimeProvider time, ILogger logger, CancellationToken stopping)
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

        if (Admit(context, entry, target, request) is { } answered)
        {
            await SendAsync(context, entry, answered, null, cancellationToken).ConfigureAwait(false);
            return;
        }

        Reply reply = body is null ? Reply.Of(request, 413, 6, "badParameters", 0x60000001) : faults.Refusal(_id, request) ?? gate.OfSession(context.Request, request) ?? model.Answer(request with { Log = entry });
        if (reply.Done) entry.Did();
        if (reply.Later is { } later) reply = await later(cancellationToken).ConfigureAwait(false);
        if (faults.Take(_id, FaultKind.LateAnswer, inner) is { } late) await Task.Delay(TimeSpan.FromMilliseconds(late.Milliseconds), time, cancellationToken).ConfigureAwait(false);
        if (faults.Take(_id, FaultKind.LostAnswer, inner) is not null)
        {
            entry.Answered(0);
            context.Abort();
            return;
        }

        if (reply.Stream is { } hub) await StreamAsync(context, entry, hub, reply, request, cancellationToken).ConfigureAwait(false);
        else await SendAsync(context, entry, reply, faults.Take(_id, FaultKind.SlowBody, inner), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The path behind <c>/ISAPI/</c>; null when the device does not answer under this one.</summary>
    private string? Strip(string path)
    {
        const string prefix = "/ISAPI/";
        if (model.IsOutside(path)) return path.TrimStart('/');
        bool has = path.StartsWith(prefix, StringComparison.Ordinal);
        return (has, model.Device.Prefix) switch
        {
            (true, PathPrefix.Isapi or PathPrefix.Both) => path[prefix.Length..],
            (false, PathPrefix.None or PathPrefix.Both) => path.TrimStart('/'),
            _ => null,
        };
    }

    /// <summary>Null: let in. Otherwise the answer: a refusal, or what is asked before there is a log-in.</summary>
    private Reply? Admit(HttpContext context, RequestLog.Entry entry, string target, DeviceRequest request)
    {
        if (gate.BeforeLogin(context.Request, request, out string? user, out Verdict verdict) is { } early)
        {
            entry.Judged(user, verdict == Verdict.Accepted, Word(verdict));
            if (early.SetCookie is { } cookie) context.Response.Headers.SetCookie = cookie;
            return early;
        }

        verdict = gate.Judge(context.Request, request, target, out user);
        bool refused = verdict == Verdict.Accepted && faults.Take(_id, FaultKind.Unauthorized, request.Path) is not null;
        entry.Judged(user, verdict == Verdict.Accepted && !refused, refused ? "faulted" : Word(verdict));
        if (verdict == Verdict.Accepted && !refused) return null;
        if (verdict == Verdict.WrongLevel) return Reply.Of(request, 403, 4, "lowPrivilege", 0x40000002);
        context.Response.Headers.WWWAuthenticate = gate.Challenges(verdict == Verdict.Stale);
        return Reply.Xml(gate.UserCheck(), 401);
    }

    private static string Word(Verdict verdict) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(verdict.ToString());

    private async Task SendAsync(HttpContext context, RequestLog.Entry entry, Reply reply, Fault? slow, CancellationToken cancellationToken)
    {
        if (slow is null)
        {
            await SendWholeAsync(context, entry, reply, cancellationToken).ConfigureAwait(false);
            return;
        }

        Begin(context, entry, reply);
        for (int i = 0; i < reply.Body.Length; i++)
        {
            await context.Response.Body.WriteAsync(reply.Body.AsMemory(i, 1), cancellationToken).ConfigureAwait(false);
            await context.Response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
            await Task.Delay(TimeSpan.FromMilliseconds(slow.Milliseconds), time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task SendWholeAsync(HttpContext context, RequestLog.Entry entry, Reply reply, CancellationToken cancellationToken)
    {
        Begin(context, entry, reply);
        await context.Response.Body.WriteAsync(reply.Body, cancellationToken).ConfigureAwait(false);
    }

    private static void Begin(HttpContext context, RequestLog.Entry entry, Reply reply)
    {
        entry.Answered(reply.Status);
        context.Response.StatusCode = reply.Status;
        context.Response.ContentType = reply.ContentType;
        context.Response.ContentLength = reply.Body.Length;
    }

    private static async Task StreamAsync(HttpContext context, RequestLog.Entry entry, AlertHub hub, Reply reply, DeviceRequest request, CancellationToken cancellationToken)
    {
        AlertLine? line = hub.Open(reply.Greeting?.Id ?? 0, reply.Greeting?.Part);
        if (line is null)
        {
            // isapi.md 1.6 quirk 4: a device refuses more listeners than it can serve.
            await SendWholeAsync(context, entry, Reply.Of(request, 403, 6, "deployExceedMax", 0x60006018), cancellationToken).ConfigureAwait(false);
            return;
        }

        try
        {
            entry.Answered(reply.Status);
            context.Response.StatusCode = reply.Status;
            context.Response.ContentType = reply.ContentType;
            context.Response.Headers["MIME-Version"] = "1.0";
            await context.Response.StartAsync(cancellationToken).ConfigureAwait(false);
            await context.Response.BodyWriter.FlushAsync(cancellationToken).ConfigureAwait(false);
            bool ends = false;
            while (!ends && await line.Parts.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                while (!ends && line.Parts.TryRead(out AlertPart? part))
                {
                    context.Response.BodyWriter.Write(part.ToWire(hub.Boundary, hub.ContentLength).Span);
                    ends = part.CloseAfter;
                }

                await context.Response.BodyWriter.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            hub.Remove(line);
        }
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
