using System.Globalization;
using Automation.Core.Engine;
using Automation.Core.Model;

namespace Automation.Core.Tests.Reference;

/// <summary>What came out, one line each, so that two engines can be compared and a difference be read.</summary>
/// <remarks>Left out on purpose: texts for people (a firing's trigger, a fault's detail) and the whole states, which have tests of their own.</remarks>
internal sealed class OutputLog : IEngineSink
{
    public List<string> Lines { get; } = [];

    public void EventOccurred(in EngineEvent engineEvent) =>
        Add(engineEvent.Cause, engineEvent.At, $"event {engineEvent.Resource} {engineEvent.Type} {engineEvent.Phase}");

    public void StateChanged(in StateChange change) => Add(change.Cause, change.At, $"state {change.Resource} {change.Changed}{(change.Initial ? " found" : "")}");

    public void Fired(in Firing firing) => Add(firing.Cause, firing.At, $"fired {firing.Rule} #{firing.Number} from '{firing.Source}'");

    public void Requested(in ActionRequest request) =>
        Add(request.Cause, request.At, $"request {request.Index} {request.Rule}: {request.Action} on {request.On} {request.Parameters} until {Text(request.ExpiresAt)}");

    public void Published(in PublishRequest request) => Add(request.Cause, request.At, $"publish {request.Rule}: {request.Topic} = {request.Payload}");

    public void Notified(in NotificationRequest request) => Add(request.Cause, request.At, $"notify {request.Rule}: {request.Message} about '{request.Source}'");

    public void ExceptionChanged(in ExceptionChange change) =>
        Add(change.Cause, change.At, $"exception {change.Rule}: {change.Exception} on {change.Source} {(change.Active ? "begins" : "ends")}");

    public void RuleSwitched(in RuleSwitch change) => Add(change.Cause, change.At, $"switch {change.Rule} {(change.Enabled ? "on" : "off")}");

    public void Faulted(in EngineFault fault) => Add(fault.Cause, fault.At, $"fault {fault.Rule}: {fault.Kind}");

    private static string Text(DateTimeOffset at) => at.ToString("MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);

    private void Add(CauseId cause, DateTimeOffset at, string what) => Lines.Add($"{cause.Sequence} {Text(at)} {what}");
}
