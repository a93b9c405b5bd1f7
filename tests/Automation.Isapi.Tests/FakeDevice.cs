using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Automation.Isapi.Tests;

/// <summary>What a test's device was asked.</summary>
internal sealed record Asked(string Method, string Path, string Body, string? Authorization);

/// <summary>A device of a test: an HTTP server on a free loopback port with digest login, canned answers and an event stream the test writes.</summary>
internal sealed partial class FakeDevice : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<byte[]?> _stream = Channel.CreateBounded<byte[]?>(1024);
    private readonly ConcurrentDictionary<string, Func<HttpContext, Task>> _answers = new(StringComparer.Ordinal);

    private FakeDevice(WebApplication app) => _app = app;

    public Uri Url { get; private set; } = new("http://127.0.0.1/");

    public string User { get; set; } = "admin";

    public string Password { get; set; } = "right-password";

    /// <summary>The login asked for: a WWW-Authenticate template; null for none.</summary>
    public string? Challenge { get; set; } = "Digest realm=\"device\", nonce=\"{0}\", qop=\"auth\", algorithm=MD5";

    public string Nonce { get; set; } = "n1";

    /// <summary>The body of a 401.</summary>
    public string RefusalBody { get; set; } = "";

    public string StreamContentType { get; set; } = "multipart/mixed; boundary=boundary";

    public int StreamStatus { get; set; } = 200;

    public ConcurrentQueue<Asked> Requests { get; } = new();

    /// <summary>Answers to logins that were wrong.</summary>
    public int RejectedLogins { get; private set; }

    public int OpenStreams { get; private set; }

    public int StreamsOpened { get; private set; }

    /// <summary>The requests that carried a login and change something.</summary>
    public IEnumerable<Asked> Commands => Requests.Where(r => r.Authorization is not null && (r.Method == "PUT" || (r.Method == "POST" && r.Path.Contains("/control/", StringComparison.Ordinal))));

    public static async Task<FakeDevice> StartAsync(string url = "http://127.0.0.1:0")
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        // A stream ends with its device; waiting for it would only slow the test down.
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromMilliseconds(100));
        WebApplication app = builder.Build();
        var device = new FakeDevice(app);
        app.Run(device.HandleAsync);
        await app.StartAsync();
        device.Url = new Uri(app.Urls.First());
        return device;
    }

    public void Answer(string method, string path, string body, int status = 200, string contentType = "application/xml") =>
        Answer(method, path, context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = contentType;
            return context.Response.WriteAsync(body);
        });

    /// <summary>A document that keeps what is put; what it was at first.</summary>
    public void Keep(string path, string document)
    {
        string now = document;
        Answer("GET", path, context =>
        {
            context.Response.ContentType = "application/xml";
            return context.Response.WriteAsync(now);
        });
        Answer("PUT", path, context =>
        {
            now = (string)context.Items["body"]!;
            return OkAsync(context);
        });
    }

    public void Answer(string method, string path, Func<HttpContext, Task> answer) => _answers[method + " " + path] = answer;

    /// <summary>Writes to the stream as it stands; a listener that comes later gets it then.</summary>
    public void Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    public void Write(byte[] bytes) => Assert.True(_stream.Writer.TryWrite(bytes));

    public void WriteXml(string alert) => Write($"--boundary\r\nContent-Type: application/xml; charset=\"UTF-8\"\r\nContent-Length: {Encoding.UTF8.GetByteCount(alert)}\r\n\r\n{alert}\r\n");

    public void WriteJson(string alert) => Write($"--boundary\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(alert)}\r\n\r\n{alert}\r\n");

    /// <summary>Ends the present stream.</summary>
    public void CloseStream() => Assert.True(_stream.Writer.TryWrite(null));

    public async ValueTask DisposeAsync()
    {
        _stream.Writer.TryComplete();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        string body = await reader.ReadToEndAsync();
        context.Items["body"] = body;
        string path = context.Request.Path + context.Request.QueryString.ToString();
        string? authorization = context.Request.Headers.Authorization.FirstOrDefault();
        Requests.Enqueue(new Asked(context.Request.Method, path, body, authorization));
        if (Challenge is not null && !IsLoggedIn(context.Request.Method, authorization, body))
        {
            if (authorization is not null) RejectedLogins++;
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = string.Format(CultureInfo.InvariantCulture, Challenge, Nonce);
            await context.Response.WriteAsync(RefusalBody);
            return;
        }

        if (_answers.TryGetValue(context.Request.Method + " " + path, out Func<HttpContext, Task>? answer)) await answer(context);
        else if (path == "/ISAPI/Event/notification/alertStream") await StreamAsync(context);
        else if (context.Request.Method == "PUT") await OkAsync(context);
        else context.Response.StatusCode = 404;
    }

    public static Task OkAsync(HttpContext context)
    {
        context.Response.ContentType = "application/xml";
        return context.Response.WriteAsync("<ResponseStatus version=\"2.0\"><statusCode>1</statusCode><statusString>OK</statusString><subStatusCode>ok</subStatusCode></ResponseStatus>");
    }

    public async Task StreamAsync(HttpContext context)
    {
        context.Response.StatusCode = StreamStatus;
        if (StreamStatus != 200)
        {
            await context.Response.WriteAsync("<ResponseStatus><statusCode>4</statusCode><subStatusCode>deployExceedMax</subStatusCode></ResponseStatus>");
            return;
        }

        context.Response.ContentType = StreamContentType;
        await context.Response.StartAsync();
        await context.Response.Body.FlushAsync();
        OpenStreams++;
        StreamsOpened++;
        try
        {
            while (await _stream.Reader.WaitToReadAsync(context.RequestAborted))
            {
                while (_stream.Reader.TryRead(out byte[]? bytes))
                {
                    if (bytes is null) return;
                    await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
                    await context.Response.Body.FlushAsync(context.RequestAborted);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The listener is gone.
        }
        finally
        {
            OpenStreams--;
        }
    }

    /// <summary>Checks the login with code of its own.</summary>
    [SuppressMessage("Security", "CA5351", Justification = "It is what devices ask for.")]
    private bool IsLoggedIn(string method, string? authorization, string body)
    {
        if (authorization is null) return false;
        if (authorization.StartsWith("Basic ", StringComparison.Ordinal))
        {
            return Challenge!.Contains("Basic", StringComparison.Ordinal) && authorization == "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"));
        }

        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Match match in Field().Matches(authorization)) fields[match.Groups[1].Value] = match.Groups[2].Value.Trim('"');
        if (!fields.TryGetValue("nonce", out string? nonce) || nonce != Nonce) return false;
        bool sha = Challenge!.Contains("SHA-256", StringComparison.Ordinal);
        string Hash(string text) => Convert.ToHexStringLower(sha ? SHA256.HashData(Encoding.UTF8.GetBytes(text)) : MD5.HashData(Encoding.UTF8.GetBytes(text)));
        string a1 = Hash($"{User}:{fields["realm"]}:{Password}");
        if (Challenge.Contains("-sess", StringComparison.Ordinal)) a1 = Hash($"{a1}:{nonce}:{fields["cnonce"]}");
        string qop = fields.GetValueOrDefault("qop", "");
        string a2 = Hash(qop == "auth-int" ? $"{method}:{fields["uri"]}:{Hash(body)}" : $"{method}:{fields["uri"]}");
        string wanted = qop.Length == 0 ? Hash($"{a1}:{nonce}:{a2}") : Hash($"{a1}:{nonce}:{fields["nc"]}:{fields["cnonce"]}:{qop}:{a2}");
        return fields["response"] == wanted;
    }

    [GeneratedRegex("(\\w+)=(\"[^\"]*\"|[^,\\s]+)")]
    private static partial Regex Field();
}
