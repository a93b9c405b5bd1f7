using Automation.Core.Model;
using Automation.Isapi;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Composition;

/// <summary>How often a running site looks whether its rules can be reached by the events they wait for.</summary>
internal sealed record DiagnosisWatchLimits
{
    /// <summary>After a start, when devices have come online and read their state.</summary>
    public TimeSpan First { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>From then on: settings of devices change seldom, and a recorder is asked a hundred times.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromHours(6);

    /// <summary>Devices that could not be asked are tried again after this.</summary>
    public TimeSpan Again { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Slower than from the command line: the device has other things to do.</summary>
    public DiagnosisLimits Device { get; init; } = new() { MaxEvents = 256, MaxRequests = 800, Pause = TimeSpan.FromMilliseconds(200) };

    /// <summary>Sentences of one rule's health; more are counted.</summary>
    public int MaxComplaints { get; init; } = 5;
}

/// <summary>
/// Asks each device now and then whether the events that rules wait for are detected, told of, armed (isapi.md 2.1), and tells each rule what keeps its events back.
/// </summary>
/// <remarks>One device after the other, one request at a time; only reads. Its one loop is <see cref="RunAsync"/>.</remarks>
internal sealed partial class DiagnosisWatch(
    Site site, Func<SiteRules> rules, Func<ResourceAddress, DeviceConnection?> connectionOf, LastSeen seen, Func<IReadOnlyDictionary<string, string>, Task> tell, DiagnosisWatchLimits limits, TimeProvider time, ILogger logger)
{
    private readonly Dictionary<ResourceAddress, DeviceDiagnosis> _found = [];
    private volatile TaskCompletionSource _wake = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Other rules are in force: they may wait for other events. Any thread.</summary>
    public void Wake() => _wake.TrySetResult();

    /// <summary>Asks one device now; null when it is offline or not ours to ask.</summary>
    public async Task<(DeviceDiagnosis? Diagnosis, RuleExpectations Expectations)> CheckAsync(ResourceAddress device, CancellationToken cancellationToken)
    {
        var expectations = new RuleExpectations(rules().Program);
        if (connectionOf(device) is not { } connection || site.Devices.FirstOrDefault(d => d.Address == device) is not { } known) return (null, expectations);
        DeviceDiagnosis? diagnosis = await AskAsync(connection, known, expectations.Of(device), cancellationToken);
        return (diagnosis is null ? null : diagnosis with { Events = [.. diagnosis.Events.Select(e => e with { LastSeen = seen.Of(e.Resource, e.Event) })] }, expectations);
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(limits.First, time, cancellationToken);
                bool all = await RoundAsync(cancellationToken);
                await RestAsync(all ? limits.Every : limits.Again, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The site stops.
        }
    }

    private async Task RestAsync(TimeSpan rest, CancellationToken cancellationToken)
    {
        using var awake = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(Task.Delay(rest, time, awake.Token), _wake.Task);
        await awake.CancelAsync();
        if (_wake.Task.IsCompleted) _wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Asks every device once; false when some could not be asked.</summary>
    public async Task<bool> RoundAsync(CancellationToken cancellationToken)
    {
        SiteRules inForce = rules();
        var expectations = new RuleExpectations(inForce.Program);
        bool all = true;
        foreach (Device device in site.Devices)
        {
            IReadOnlyCollection<(ResourceAddress Resource, string Event)> wanted = expectations.Of(device.Address);
            if (connectionOf(device.Address) is not { } connection || wanted.Count == 0)
            {
                _found.Remove(device.Address);
                continue;
            }

            DeviceDiagnosis? diagnosis = await AskAsync(connection, device, wanted, cancellationToken);
            // What could not be asked now stands as it was found before.
            if (diagnosis is { Failure: null }) _found[device.Address] = diagnosis;
            else all = false;
        }

        await tell(Complaints(expectations));
        return all;
    }

    private async Task<DeviceDiagnosis?> AskAsync(DeviceConnection connection, Device device, IReadOnlyCollection<(ResourceAddress Resource, string Event)> wanted, CancellationToken cancellationToken)
    {
        try
        {
            return await connection.DiagnoseAsync(wanted, null, limits.Device, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A bug of ours costs this device its diagnosis, not the others theirs.
            LogFailed(logger, device.Address, e);
            return null;
        }
    }

    private Dictionary<string, string> Complaints(RuleExpectations expectations)
    {
        var byRule = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (EventCheck check in _found.Values.SelectMany(d => d.Events))
        {
            if (check.Complaint is not { } complaint) continue;
            foreach (string rule in expectations.RulesOf(check.Resource, check.Event))
            {
                if (!byRule.TryGetValue(rule, out List<string>? list)) byRule[rule] = list = [];
                list.Add(complaint);
            }
        }

        return byRule.ToDictionary(r => r.Key, r => Text(r.Value), StringComparer.Ordinal);
    }

    private string Text(List<string> complaints) =>
        string.Join("; ", complaints.Take(limits.MaxComplaints)) + (complaints.Count > limits.MaxComplaints ? $"; and {complaints.Count - limits.MaxComplaints} more" : "");

    [LoggerMessage(Level = LogLevel.Error, Message = "{Device}: whether its events can come could not be looked at")]
    private static partial void LogFailed(ILogger logger, ResourceAddress device, Exception exception);
}
