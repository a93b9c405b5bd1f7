using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Host.Composition;

namespace Automation.Host.Journal;

/// <summary>Collects what the engine gives out for one batch, until it is on disk.</summary>
internal sealed class SiteOutputs : IEngineSink
{
    private readonly List<SiteOutput> _all = [];
    private readonly List<ActionRequest> _requests = [];
    private readonly List<RuleSwitch> _toggles = [];

    /// <summary>Everything but action requests, in order.</summary>
    public IReadOnlyList<SiteOutput> All => _all;

    public IReadOnlyList<ActionRequest> Requests => _requests;

    public IReadOnlyList<RuleSwitch> Toggles => _toggles;

    public void Add(SiteOutput output) => _all.Add(output);

    public void Clear()
    {
        _all.Clear();
        _requests.Clear();
        _toggles.Clear();
    }

    public void EventOccurred(in EngineEvent engineEvent) => _all.Add(new SiteOutput.Occurred(engineEvent));

    public void StateChanged(in StateChange change) => _all.Add(new SiteOutput.Changed(change));

    public void Fired(in Firing firing) => _all.Add(new SiteOutput.FiredRule(firing));

    public void Requested(in ActionRequest request) => _requests.Add(request);

    public void Published(in PublishRequest request) => _all.Add(new SiteOutput.Published(request));

    public void Notified(in NotificationRequest request) => _all.Add(new SiteOutput.Notified(request));

    public void ExceptionChanged(in ExceptionChange change) => _all.Add(new SiteOutput.Exceptional(change));

    public void RuleSwitched(in RuleSwitch change)
    {
        _toggles.Add(change);
        _all.Add(new SiteOutput.Switched(change));
    }

    public void Faulted(in EngineFault fault) => _all.Add(new SiteOutput.Fault(fault));
}
