using Automation.Core.Model;
using Automation.Isapi.Documents;
using Automation.Isapi.Http;
using Automation.Isapi.Status;

namespace Automation.Isapi.Actions.Effects;

/// <summary>Reads the one status document that shows certain resources, now; what it says goes to the book like any other status.</summary>
internal sealed class StatusLook
{
    private readonly ActionTools _tools;
    private readonly StatusReading[] _forms;
    private readonly Dictionary<(string Kind, int Number), ResourceAddress> _resources;

    /// <param name="resources">Of one kind.</param>
    public StatusLook(ActionTools tools, IReadOnlyList<ResourceAddress> resources)
    {
        _tools = tools;
        _forms = resources.Count == 0 ? [] : [.. Forms(resources[0].Kind, resources[0].Number)];
        _resources = tools.Device.Resources.DistinctBy(r => r.Address).ToDictionary(r => (r.Kind, r.Address.Number), r => r.Address);
    }

    /// <summary>False when the device does not show it, or does not answer.</summary>
    public async Task<bool> ReadAsync(CancellationToken cancellationToken)
    {
        foreach (StatusReading reading in _forms)
        {
            DeviceAnswer answer = await _tools.Calls.CallAsync(reading.Method, reading.Path, reading.Content, cancellationToken).ConfigureAwait(false);
            if (answer is { IsSuccess: true, Document: { } document })
            {
                reading.Read(document, Tell);
                return true;
            }

            if (!answer.IsMissing()) return false;
        }

        return false;
    }

    private void Tell(string kind, int number, DataObject properties)
    {
        if (_resources.TryGetValue((kind, number), out ResourceAddress resource)) _tools.Book.TakeRead(resource, properties, initial: false);
    }

    private static IEnumerable<StatusReading> Forms(string kind, int number)
    {
        StatusReading? first = kind switch
        {
            "area" => PanelStatus.Areas,
            "zone" => PanelStatus.Zones,
            "door" => DoorStatus.Doors,
            "channel" => VideoStatus.Position(number),
            "alarm-output" or "alarm-input" => VideoStatus.Port(kind, number),
            _ when PanelStatus.PeripheralKinds.Contains(kind) => PanelStatus.Peripherals,
            _ => null,
        };
        for (StatusReading? form = first; form is not null; form = form.Instead) yield return form;
        if (kind is "alarm-output" or "alarm-input") yield return VideoStatus.Ports;
    }
}
