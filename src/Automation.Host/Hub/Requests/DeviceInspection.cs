using System.Text.Json;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Composition;
using Automation.Host.Secrets;
using Automation.Isapi;

namespace Automation.Host.Hub.Requests;

/// <summary>Asks devices about themselves when somebody wants to know (DEV-4, HLT-1). That takes a while, so it is answered when it has ended, and others are answered meanwhile.</summary>
/// <param name="secrets">Finds a kept secret by its name.</param>
internal sealed class DeviceInspection(SiteLookup sites, Func<string, Secret?> secrets, TimeProvider time, Random random) : IAsyncDisposable
{
    /// <summary>Asked at once, by all clients together; a device answers in seconds.</summary>
    private const int Maximum = 4;

    /// <summary>A recorder of many channels needs some thousand questions.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _running = [];

    public IEnumerable<RequestVerb> All =>
    [
        new("devices/probe", (arguments, later, _) => ValueTask.FromResult(Probe(arguments, later))) { ReadOnly = true },
        new("devices/discover", (arguments, later, _) => ValueTask.FromResult(Discover(arguments, later))),
    ];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Task[] running;
        lock (_gate) running = [.. _running];
        await Task.WhenAll(running);
        _stop.Dispose();
    }

    /// <summary>A device of a site: whether it answers, who it is, and what is otherwise than the site file says.</summary>
    private Answer? Probe(RequestArguments arguments, Func<Answer, Task> later)
    {
        string name = arguments.Text("device", "store/nvr");
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        if (sites.DeviceOf(name) is not var (site, device)) return SiteLookup.NoDevice(name);
        if (device.Connection is not { } connection) return Answer.Wrong($"{name} is fed by other MQTT clients and cannot be asked; what is known of it is in devices/list");

        // Somebody looks after it: a login that was refused before is tried again.
        site.ConnectionOf(device.Address)?.RetryLogin();
        return Begin(later, async token =>
        {
            DiscoveryResult result = await AskAsync(site, connection, device.Address.Device, token);
            return Answer.Of(w =>
            {
                w.WriteString("device", device.Address.Value);
                w.WriteString("availability", sites.Availability(device.Address));
                w.WriteBoolean("answers", result.Failure is null);
                if (result.Failure is { } failure) w.WriteString("failure", failure);
                Identity(w, result);
                Texts(w, "news", result.Device is { } found ? SiteMerge.Merge(site.Source.File, site.Site, [found with { Address = device.Address }]).News : []);
                Texts(w, "notes", result.Notes);
            });
        });
    }

    /// <summary>A device, or a receiver with what is behind it, as a site file lists it.</summary>
    private Answer? Discover(RequestArguments arguments, Func<Answer, Task> later)
    {
        string address = arguments.LongText("url", "http://192.168.1.64");
        string user = arguments.OptionalText("user") ?? "";
        string? secret = arguments.OptionalText("secret");
        string? id = arguments.OptionalText("id");
        SiteRuntime? site = sites.Named(arguments, out Answer? unknown);
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        if (unknown is { } none) return none;
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0) return Answer.Wrong("\"url\" is not the address of a device such as http://192.168.1.64; user and password do not belong in it");
        if (id is not null && (!ResourceAddress.IsSlug(id) || id == "groups")) return Answer.Wrong("\"id\" is not made of lower-case letters, digits and dashes, such as front-door");
        Secret password;
        try
        {
            Secret? kept = secret is null ? Secret.None : secrets(secret);
            if (kept is null) return Answer.Wrong($"no secret '{RequestArguments.Cut(secret!)}' is kept: run 'automation secret set NAME' on the machine");
            password = kept;
        }
        catch (SecretStoreException e)
        {
            return Answer.Wrong(e.Message);
        }

        // Whoever asks names the address: a kept password must not be read there.
        var connection = new DeviceConnectionInfo { Url = url, User = user, Password = password, NeverReadable = true };
        return Begin(later, async token =>
        {
            DiscoveryResult result = await AskAsync(site!, connection, id, token);
            if (result.Failure is { } failure) return Answer.Wrong(failure);
            return Answer.Of(w =>
            {
                w.WriteStartArray("devices");
                foreach (DiscoveryResult one in result.Behind.Prepend(result).Take(SiteLookup.Page)) Found(w, one);
                w.WriteEndArray();
            });
        });
    }

    private Task<DiscoveryResult> AskAsync(SiteRuntime site, DeviceConnectionInfo connection, string? id, CancellationToken cancellationToken) =>
        DeviceDiscovery.DiscoverAsync(new DeviceIds(site.Site.Id, site.Site.Devices, id), connection, new DiscoveryLimits(), new DeviceConnectionLimits(), time, new Random(Seed()), cancellationToken);

    private int Seed()
    {
        lock (_gate) return random.Next();
    }

    private Answer? Begin(Func<Answer, Task> later, Func<CancellationToken, Task<Answer>> ask)
    {
        lock (_gate)
        {
            _running.RemoveWhere(t => t.IsCompleted);
            if (_running.Count >= Maximum) return Answer.Wrong($"{Maximum} devices are being asked: ask again when one of them has answered");
            _running.Add(Task.Run(() => RunAsync(later, ask), CancellationToken.None));
        }

        return null;
    }

    private async Task RunAsync(Func<Answer, Task> later, Func<CancellationToken, Task<Answer>> ask)
    {
        using var limit = new CancellationTokenSource(Longest, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stop.Token);
        Answer answer;
        try
        {
            answer = await ask(both.Token);
        }
        catch (OperationCanceledException)
        {
            answer = Answer.Wrong(_stop.IsCancellationRequested ? "the plugin stops: ask again when it is back" : $"the device did not come to an end within {Longest.TotalMinutes:0} minutes");
        }

        await later(answer);
    }

    private static void Found(Utf8JsonWriter w, DiscoveryResult result)
    {
        w.WriteStartObject();
        w.WriteString("address", result.Device?.Address.Value);
        Identity(w, result);
        w.WritePropertyName("document");
        if (result.Device is { } device)
        {
            using JsonDocument document = JsonDocument.Parse(DeviceWriter.Write(device));
            document.RootElement.WriteTo(w);
        }
        else
        {
            w.WriteNullValue();
        }

        Texts(w, "notes", result.Notes);
        w.WriteEndObject();
    }

    private static void Identity(Utf8JsonWriter w, DiscoveryResult result)
    {
        w.WriteStartObject("identity");
        Payloads.WriteMembers(w, result.Identity);
        w.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter w, string name, IEnumerable<string> texts)
    {
        w.WriteStartArray(name);
        foreach (string text in texts.Take(SiteLookup.Page)) w.WriteStringValue(text);
        w.WriteEndArray();
    }
}
