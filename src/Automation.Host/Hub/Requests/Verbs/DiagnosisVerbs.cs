using Automation.Core.Model;
using Automation.Host.Cli;
using Automation.Host.Composition;
using Automation.Isapi;

namespace Automation.Host.Hub.Requests.Verbs;

/// <summary>Why devices are silent, which devices there are on the network, and another try of a login. The first two take seconds: one is under way at a time, and other requests do not wait for it.</summary>
internal sealed class DiagnosisVerbs(SiteLookup sites, TimeProvider time) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private Task _running = Task.CompletedTask;

    public IEnumerable<RequestVerb> All => [new RequestVerb("devices/check", Check), new RequestVerb("devices/search", Search), RequestVerb.Now("devices/retry", Retry)];

    /// <summary>What is under way is given up; its client is told so.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Task running;
        lock (_gate) running = _running;
        await running;
        _stop.Dispose();
    }

    /// <summary>Asks one device now about the events that rules wait for; each with when it was last seen.</summary>
    private ValueTask<Answer?> Check(RequestArguments arguments, Func<Answer, Task> later, CancellationToken cancellationToken)
    {
        string only = arguments.Text("device", "store/nvr");
        if (arguments.Error is { } wrong) return Now(Answer.Wrong(wrong));
        if (sites.Sites.FirstOrDefault(s => s.Site.Devices.Any(d => d.Address.Value == only)) is not { } site) return Now(Answer.Wrong($"there is no device '{RequestArguments.Cut(only)}': devices/list names all"));
        return Later(later, async token =>
        {
            (DeviceDiagnosis? diagnosis, RuleExpectations expectations) = await site.Diagnosis.CheckAsync(ResourceAddress.Parse(only), token);
            if (diagnosis is null) return Answer.Wrong($"'{only}' cannot be asked: it is offline, or fed by other MQTT clients");
            return Answer.Of(w =>
            {
                w.WriteString("device", only);
                if (diagnosis.Failure is { } failure) w.WriteString("failure", failure);
                DiagnosisReport.Write(w, diagnosis, expectations.RulesOf);
            });
        });
    }

    /// <summary>Somebody has looked after a device's password or lock: its login is tried at once, and once (ACT-9).</summary>
    private Answer Retry(RequestArguments arguments)
    {
        string only = arguments.Text("device", "store/nvr");
        if (arguments.Error is { } wrong) return Answer.Wrong(wrong);
        if (!ResourceAddress.TryParse(only, out ResourceAddress device) || sites.Sites.Select(s => s.ConnectionOf(device)).FirstOrDefault(c => c is not null) is not { } connection)
        {
            return Answer.Wrong($"there is no device '{RequestArguments.Cut(only)}' with a login: devices/list names all");
        }

        connection.RetryLogin();
        return Answer.Of(w => w.WriteString("device", device.DeviceAddress.Value));
    }

    /// <summary>Devices that answer on the local network, and which of them a site has already.</summary>
    private ValueTask<Answer?> Search(RequestArguments arguments, Func<Answer, Task> later, CancellationToken cancellationToken)
    {
        int seconds = arguments.Number("seconds", 1, 10, 3);
        if (arguments.Error is { } wrong) return Now(Answer.Wrong(wrong));
        return Later(later, async token =>
        {
            IReadOnlyList<LanDevice> found = await LanSearch.SearchAsync(new LanSearchLimits { Listen = TimeSpan.FromSeconds(seconds) }, time, token);
            Device[] known = [.. sites.Sites.SelectMany(s => s.Site.Devices)];
            return Answer.Of(w =>
            {
                w.WriteStartArray("devices");
                foreach (LanDevice device in found) LanReport.Write(w, device, known);
                w.WriteEndArray();
            });
        });
    }

    private static ValueTask<Answer?> Now(Answer answer) => ValueTask.FromResult<Answer?>(answer);

    private ValueTask<Answer?> Later(Func<Answer, Task> later, Func<CancellationToken, Task<Answer>> work)
    {
        lock (_gate)
        {
            if (!_running.IsCompleted) return Now(Answer.Wrong("another check or search is under way: ask again when it has been answered"));
            _running = Task.Run(() => RunAsync(later, work), CancellationToken.None);
        }

        return ValueTask.FromResult<Answer?>(null);
    }

    private async Task RunAsync(Func<Answer, Task> later, Func<CancellationToken, Task<Answer>> work)
    {
        Answer answer;
        try
        {
            answer = await work(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            answer = Answer.Wrong("the plugin stops: ask again when it is back");
        }
        catch (IOException e)
        {
            answer = Answer.Wrong(e.Message);
        }

        await later(answer);
    }
}
