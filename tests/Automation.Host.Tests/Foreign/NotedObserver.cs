using Automation.Core.Model;
using Automation.Isapi;

namespace Automation.Host.Tests.Foreign;

/// <summary>Notes what it is told, a line each.</summary>
internal sealed class NotedObserver : IDeviceObserver
{
    public List<string> All { get; } = [];

    public void EventReported(ResourceAddress resource, string type, EventState state, DataObject data, bool old) => All.Add($"event {resource} {type} {state} {data}");

    public void StateReported(ResourceAddress resource, DataObject properties, bool initial) => All.Add($"state {resource} {properties}{(initial ? " initial" : "")}");

    public void AvailabilityChanged(ResourceAddress device, bool online, string? reason) => All.Add($"{(online ? "online" : "offline")} {device}{(reason is null ? "" : " " + reason)}");

    public void ProblemFound(DeviceProblem problem) => All.Add($"problem {problem.Device} {problem.Detail}");
}
