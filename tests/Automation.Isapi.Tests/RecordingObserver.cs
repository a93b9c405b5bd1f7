using System.Collections.Concurrent;
using Automation.Core.Model;

namespace Automation.Isapi.Tests;

/// <summary>Keeps what a connection tells.</summary>
internal sealed class RecordingObserver : IDeviceObserver, IPictureObserver
{
    public ConcurrentQueue<(ResourceAddress Resource, string Type, EventState State, DataObject Data)> Events { get; } = new();

    public ConcurrentQueue<(ResourceAddress Resource, DataObject Properties, bool Initial)> States { get; } = new();

    public ConcurrentQueue<(bool Online, string? Reason)> Availability { get; } = new();

    public ConcurrentQueue<DeviceProblem> Problems { get; } = new();

    public ConcurrentQueue<(ResourceAddress Resource, string ContentType, byte[] Bytes)> Pictures { get; } = new();

    public ConcurrentQueue<(ResourceAddress Resource, string Type, EventState State, DataObject Data)> Old { get; } = new();

    public void EventReported(ResourceAddress resource, string type, EventState state, DataObject data, bool old) => (old ? Old : Events).Enqueue((resource, type, state, data));

    /// <summary>That the login works every device tells; who counts states means the others.</summary>
    public void StateReported(ResourceAddress resource, DataObject properties, bool initial)
    {
        if (properties is { Count: 1 } && properties["login"].Text == "ok") Logins.Enqueue((properties, initial));
        else States.Enqueue((resource, properties, initial));
    }

    public ConcurrentQueue<(DataObject Properties, bool Initial)> Logins { get; } = new();

    public void AvailabilityChanged(ResourceAddress device, bool online, string? reason) => Availability.Enqueue((online, reason));

    public void ProblemFound(DeviceProblem problem) => Problems.Enqueue(problem);

    public void PictureTaken(ResourceAddress resource, string contentType, ReadOnlyMemory<byte> picture) => Pictures.Enqueue((resource, contentType, picture.ToArray()));

    public override string ToString() =>
        $"events: {string.Join("; ", Events.Select(e => $"{e.Resource} {e.Type} {e.State} {e.Data}"))}\navailability: {string.Join("; ", Availability)}\nproblems: {string.Join("; ", Problems)}";
}
