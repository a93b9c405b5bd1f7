using System.Globalization;
using System.Net;
using System.Text;
using Automation.Core.Engine;
using Automation.Core.Tracing;
using Automation.Host.Composition;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Hub;

/// <summary>A page on loopback that says whether the plugin lives and what its rules do: <c>/</c> for people, <c>/health</c> for a hub's watchdog (HUB-1).</summary>
internal sealed class HealthPage : IAsyncDisposable
{
    private readonly WebApplication _app;

    private HealthPage(WebApplication app) => _app = app;

    public Uri Url => new(_app.Urls.First());

    /// <exception cref="StartRefusedException">The port is in use.</exception>
    public static async Task<HealthPage> StartAsync(int port, AutomationHost host, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http1);
        });
        WebApplication app = builder.Build();
        app.MapGet("/health", () => Results.Json(new { status = "ok", version = AutomationHost.Version, connected = host.Bus.IsConnected }));
        app.MapGet("/", async (HttpContext context) =>
        {
            context.Response.ContentType = "text/html; charset=utf-8";
            context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
            await context.Response.WriteAsync(await PageAsync(host, context.RequestAborted), context.RequestAborted);
        });
        app.MapGet("/explain/{rule}", (string rule, string? at, string? format, HttpContext context) => ExplainAsync(host, rule, at, format, context.RequestAborted));
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException e)
        {
            await app.DisposeAsync();
            throw new StartRefusedException($"HTTP port {port} is in use: choose another with --http-port, or stop what uses it", e);
        }

        return new HealthPage(app);
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(0);
        await _app.StopAsync(limit.Token);
        await _app.DisposeAsync();
    }

    private static async Task<IResult> ExplainAsync(AutomationHost host, string rule, string? at, string? format, CancellationToken cancellationToken)
    {
        if (host.Sites.FirstOrDefault(s => s.HasRule(rule)) is not { } site) return Results.Text("there is no such rule\n", statusCode: StatusCodes.Status404NotFound);
        DateTimeOffset? instant = null;
        if (at is not null)
        {
            if (!DateTimeOffset.TryParse(at, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset parsed)) return Results.Text("'at' is not an instant\n", statusCode: StatusCodes.Status400BadRequest);
            instant = parsed;
        }

        Explanation? explanation = null;
        await site.AskAsync((engine, rules) => explanation = rules.Documents.Explain(engine, rule, instant ?? site.Now), cancellationToken);
        return format == "json"
            ? Results.Bytes(ExplainText.WriteJson(explanation!, site.Site.TimeZone), "application/json")
            : Results.Text(ExplainText.Write(explanation!, site.Site.TimeZone));
    }

    private static async Task<string> PageAsync(AutomationHost host, CancellationToken cancellationToken)
    {
        var page = new StringBuilder("<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width'><title>Automation</title>" +
            "<style>body{font:15px system-ui;margin:2em}table{border-collapse:collapse}td,th{padding:.3em .8em;text-align:left;border-bottom:1px solid #ddd}</style>");
        page.Append("<h1>Automation ").Append(AutomationHost.Version).Append("</h1>");
        foreach (SiteRuntime site in host.Sites)
        {
            page.Append("<h2>").Append(WebUtility.HtmlEncode(site.Site.Name)).Append("</h2><table><tr><th>Rule<th>Kind<th>On<th>Firings<th>Last fired");
            await site.AskAsync((engine, rules) =>
            {
                foreach (string rule in rules.Definitions.Select(d => d.Id).Order(StringComparer.Ordinal))
                {
                    RuleStatus status = rules.Documents.Status(engine, rule);
                    page.Append("<tr><td>").Append(WebUtility.HtmlEncode(rule)).Append("<td>").Append(WebUtility.HtmlEncode(site.Projection.KindOf(rule))).Append("<td>").Append(status.Enabled ? "on" : "off")
                        .Append("<td>").Append(status.Firings).Append("<td>").Append(status.LastFired is { } last ? WebUtility.HtmlEncode(Payloads.Time(last, site.Site.TimeZone)) : "");
                }
            }, cancellationToken);
            page.Append("</table>");
        }

        return page.ToString();
    }
}
