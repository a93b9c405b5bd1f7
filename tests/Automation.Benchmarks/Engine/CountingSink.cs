using Automation.Core.Engine;
using Automation.Core.Model;

namespace Automation.Benchmarks.Engine;

/// <summary>Counts what comes out.</summary>
internal sealed class CountingSink : IEngineSink
{
    public long Fired { get; private set; }

    public long Requested { get; private set; }

    public long Events { get; private set; }

    public void EventOccurred(in EngineEvent engineEvent) => Events++;

    public void StateChanged(in StateChange change)
    {
    }

    void IEngineSink.Fired(in Firing firing) => Fired++;

    void IEngineSink.Requested(in ActionRequest request) => Requested++;

    public void Published(in PublishRequest request)
    {
    }

    public void Notified(in NotificationRequest request)
    {
    }

    public void ExceptionChanged(in ExceptionChange change)
    {
    }

    public void RuleSwitched(in RuleSwitch change)
    {
    }

    public void Faulted(in EngineFault fault)
    {
    }
}
