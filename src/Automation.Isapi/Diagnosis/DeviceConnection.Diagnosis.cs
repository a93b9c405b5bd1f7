using Automation.Core.Model;
using Automation.Isapi.Diagnosis;

namespace Automation.Isapi;

/// <summary>Looking, while running, whether the events that rules wait for can come at all.</summary>
public sealed partial class DeviceConnection
{
    /// <summary>Asks the device, one request at a time among its others; null while it is offline.</summary>
    /// <param name="wanted">Events that somebody waits for.</param>
    /// <param name="pushedTo">Where we listen for pushes; null when we do not.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<DeviceDiagnosis?> DiagnoseAsync(IReadOnlyCollection<(ResourceAddress Resource, string Event)> wanted, Uri? pushedTo, DiagnosisLimits limits, CancellationToken cancellationToken) =>
        Online ? await new DiagnosisRun(_device, _calls, limits, _time).RunAsync(wanted, pushedTo, cancellationToken).ConfigureAwait(false) : null;
}
