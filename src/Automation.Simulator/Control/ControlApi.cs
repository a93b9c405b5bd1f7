using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Automation.Simulator.Devices;
using Automation.Simulator.Documents;
using Automation.Simulator.Faults;
using Automation.Simulator.Http;
using Automation.Simulator.Load;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Automation.Simulator.Control;

/// <summary>The port that makes devices do things and tells what they were asked (docs/simulator.md).</summary>
internal sealed partial class ControlApi(IReadOnlyDictionary<string, DeviceModel> models, IReadOnlyDictionary<string, Uri> urls, IReadOnlyDictionary<string, X509Certificate2> certificates, RequestLog requests, FaultSet faults, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private const int MaxBodyBytes = 1 << 20;
    private const int MaxEvents = 100;

    private AlertLoad? _load;
    private int _loaded;
    private bool _running;

    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            // A page in somebody's browser must not be able to play burglar.
            if (context.Request.Headers.Origin.Count > 0) throw new OrderException("Requests from web pages are not taken.");
            JsonNode? body = await ReadAsync(context.Request).ConfigureAwait(false);
            if (context.Request.Path.Value?.TrimEnd('/') == "/load" && context.Request.Method is "PUT" or "DELETE") await SetLoadAsync(context.Request.Method == "PUT" ? body : null).ConfigureAwait(false);
            JsonNode? answer = Answer(context.Request, body);
            if (answer is null) await SendAsync(context, 404, Error($"There is no {context.Request.Method} {context.Request.Path}; there are POST /events, GET and DELETE /requests, GET, PUT and DELETE /faults, GET and PUT /state, GET, PUT and DELETE /load, GET /devices.")).ConfigureAwait(false);
            else await SendAsync(context, 200, answer).ConfigureAwait(false);
        }
        catch (OrderException e)
        {
            await SendAsync(context, 400, Error(e.Message)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            context.Abort();
        }
        catch (Exception e)
        {
            LogFailed(logger, e);
            if (!context.Response.HasStarted) context.Response.StatusCode = 500;
        }
    }

    private JsonNode? Answer(HttpRequest request, JsonNode? body)
    {
        switch (request.Method, request.Path.Value?.TrimEnd('/'))
        {
            case ("GET", "/devices"):
                return Devices();
            case ("POST", "/events"):
                return Events(body);
            case ("GET", "/requests"):
                return requests.ToJson(Filter(request.Query));
            case ("DELETE", "/requests"):
                requests.Clear();
                return new JsonObject { ["status"] = "ok" };
            case ("GET", "/faults"):
                return faults.ToJson();
            case ("PUT", "/faults"):
                return SetFaults(FaultOrders.Read(body, [.. models.Keys]));
            case ("DELETE", "/faults"):
                return SetFaults([]);
            case ("GET" or "PUT" or "DELETE", "/load"):
                return Load();
            case ("GET", "/state"):
                return State(request.Query["device"]);
            case ("PUT", "/state"):
                return SetState(body);
            default:
                return null;
        }
    }

    private JsonArray Devices() => new([.. models.Values.Select(m => (JsonNode)Describe(m))]);

    private JsonObject Describe(DeviceModel model)
    {
        var json = new JsonObject
        {
            ["id"] = model.Device.Id,
            ["kind"] = JsonNamingPolicy.CamelCase.ConvertName(model.Device.Kind.ToString()),
            ["url"] = urls[model.Device.Id].ToString(),
            ["user"] = model.Device.User,
            ["streams"] = model.StreamCount,
            ["events"] = new JsonArray([.. model.EventNames.Select(n => (JsonNode)n)]),
        };
        if (certificates.TryGetValue(model.Device.Id, out X509Certificate2? certificate)) json["certificateSha256"] = Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));
        return json;
    }

    private JsonObject Events(JsonNode? body)
    {
        JsonNode?[] orders = body is JsonArray list ? [.. list] : [body];
        if (orders.Length is 0 or > MaxEvents) throw new OrderException($"Give one event or an array of at most {MaxEvents}.");
        var silenced = new JsonArray();
        foreach (JsonNode? order in orders)
        {
            if (order is not JsonObject json) throw new OrderException("An event must be an object such as {\"device\":\"panel\",\"event\":\"zoneAlarm\",\"zone\":3,\"state\":\"active\"}.");
            if (Emit(models, json) is { } why) silenced.Add(new JsonObject { ["device"] = json["device"]?.DeepClone(), ["event"] = json["event"]?.DeepClone(), ["because"] = why });
        }

        var answer = new JsonObject { ["status"] = "ok", ["events"] = orders.Length };
        if (silenced.Count > 0) answer["notTold"] = silenced;
        return answer;
    }

    /// <summary>Makes a device emit; the stories come in here too.</summary>
    /// <exception cref="OrderException">The order cannot be followed.</exception>
    public static string? Emit(IReadOnlyDictionary<string, DeviceModel> models, JsonObject json)
    {
        var order = new Order(json);
        return models[order.OneOf("device", null, [.. models.Keys])].Emit(order);
    }

    private JsonObject SetFaults(List<Fault> list)
    {
        faults.Replace(list);
        foreach (Fault fault in list.Where(f => f.Kind is FaultKind.ClosedStream or FaultKind.Unplugged)) models[fault.Device].CloseStreams();
        return new() { ["status"] = "ok", ["faults"] = list.Count };
    }

    /// <summary>Also what the last one sent, when it is over.</summary>
    private JsonObject Load() => new() { ["running"] = _running, ["sent"] = _load?.Sent ?? 0, ["leftOut"] = _load?.LeftOut ?? 0, ["devices"] = _loaded };

    /// <summary>Begins a load, in place of the one that runs; null ends it.</summary>
    private async Task SetLoadAsync(JsonNode? body)
    {
        List<DeviceModel>? chosen = null;
        double rate = 0;
        if (body is not null)
        {
            var order = new Order(body as JsonObject ?? throw new OrderException("Give an object such as {\"devices\":\"cam-*\",\"rate\":10}."));
            string pattern = order.Text("devices", "*");
            rate = order.Number("rate", 10, 0.01, 10_000);
            order.Done();
            chosen = [.. models.Values.Where(m => (pattern.EndsWith('*') ? m.Device.Id.StartsWith(pattern[..^1], StringComparison.Ordinal) : m.Device.Id == pattern) && m.LoadTemplates() is not null)];
            if (chosen.Count == 0) throw new OrderException($"No device of {Short(pattern)} can be loaded; cameras, recorders and panels with zones can.");
        }

        if (_load is not null) await _load.DisposeAsync().ConfigureAwait(false);
        _running = chosen is not null;
        if (chosen is null) return;
        _load = new(chosen, rate, time);
        _loaded = chosen.Count;
    }

    public async ValueTask DisposeAsync() => await SetLoadAsync(null).ConfigureAwait(false);

    private JsonObject State(string? device)
    {
        if (!string.IsNullOrEmpty(device))
            return models.TryGetValue(device, out DeviceModel? one) ? one.State() : throw new OrderException($"There is no device \"{Short(device)}\"; there are {string.Join(", ", models.Keys)}.");
        var all = new JsonObject();
        foreach (DeviceModel model in models.Values) all[model.Device.Id] = model.State();
        return all;
    }

    private JsonObject SetState(JsonNode? body)
    {
        if (body is not JsonObject states) throw new OrderException("Give an object such as {\"panel\":{\"zones\":[{\"id\":3,\"open\":true}]}}.");
        foreach ((string device, JsonNode? state) in states)
        {
            if (!models.TryGetValue(device, out DeviceModel? model)) throw new OrderException($"There is no device \"{Short(device)}\"; there are {string.Join(", ", models.Keys)}.");
            model.SetState(state as JsonObject ?? throw new OrderException($"The state of {device} must be an object."));
        }

        return new() { ["status"] = "ok" };
    }

    private static Func<RequestLog.Entry, bool> Filter(IQueryCollection query)
    {
        string? device = query["device"], method = query["method"], path = query["path"], authenticated = query["authenticated"], executed = query["executed"];
        long since = long.TryParse(query["since"], System.Globalization.CultureInfo.InvariantCulture, out long sequence) ? sequence : 0;
        return e => e.Sequence > since
            && (string.IsNullOrEmpty(executed) || e.Executed == string.Equals(executed, "true", StringComparison.OrdinalIgnoreCase))
            && (string.IsNullOrEmpty(device) || e.Device == device)
            && (string.IsNullOrEmpty(method) || string.Equals(e.Method, method, StringComparison.OrdinalIgnoreCase))
            && (string.IsNullOrEmpty(path) || e.Path.Contains(path, StringComparison.Ordinal))
            && (string.IsNullOrEmpty(authenticated) || e.Authenticated == string.Equals(authenticated, "true", StringComparison.OrdinalIgnoreCase));
    }

    private static async Task<JsonNode?> ReadAsync(HttpRequest request)
    {
        if (request.Method is "GET" or "DELETE") return null;
        using var buffer = new MemoryStream();
        byte[] chunk = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(chunk, request.HttpContext.RequestAborted).ConfigureAwait(false)) > 0)
        {
            if (buffer.Length + read > MaxBodyBytes) throw new OrderException($"The body is larger than {MaxBodyBytes} bytes.");
            buffer.Write(chunk, 0, read);
        }

        if (!Utf8.IsValid(buffer.ToArray())) throw new OrderException("The body is not UTF-8.");
        try
        {
            return JsonNode.Parse(buffer.ToArray(), documentOptions: new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 16, AllowDuplicateProperties = false });
        }
        catch (JsonException e)
        {
            throw new OrderException("The body is not JSON that can be read: " + e.Message.ReplaceLineEndings(" "));
        }
    }

    private static async Task SendAsync(HttpContext context, int status, JsonNode body)
    {
        byte[] bytes = JsonBody.ToUtf8(body);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted).ConfigureAwait(false);
    }

    private static JsonObject Error(string message) => new() { ["error"] = message };

    private static string Short(string text) => text.Length > 60 ? text[..60] + "…" : text;

    [LoggerMessage(Level = LogLevel.Error, Message = "The simulator's control API failed")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
