using Automation.Core.Compilation.Form;
using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Scripting;

namespace Automation.Host.Composition;

/// <summary>Plays a template's timeline on the real engine.</summary>
internal sealed class EngineTimeline : IEngineSink
{
    private readonly List<ProofStep> _steps = [];

    /// <summary>A <see cref="TimelineRunner"/>.</summary>
    public static IReadOnlyList<ProofStep> Run(SiteProgram program, IReadOnlyList<EngineInput> inputs, DateTimeOffset until)
    {
        var sink = new EngineTimeline();
        var engine = new SiteEngine(program, EngineOptions.Default, new JintScriptHost(ScriptLimits.Default));
        engine.Start(EngineInput.Time(0, inputs.Count > 0 ? inputs[0].At : until), sink);
        foreach (EngineInput input in inputs) engine.Step(input, sink);
        engine.Step(EngineInput.Time(inputs.Count + 1, until), sink);
        return sink._steps;
    }

    void IEngineSink.Requested(in ActionRequest request) => _steps.Add(new ProofStep(request.Action, request.On));

    void IEngineSink.Published(in PublishRequest request) => _steps.Add(new ProofStep("publish", default));

    void IEngineSink.Notified(in NotificationRequest request) => _steps.Add(new ProofStep("notify", default));

    void IEngineSink.ExceptionChanged(in ExceptionChange change)
    {
        if (change.Active) _steps.Add(new ProofStep("raiseException", change.Source));
    }

    void IEngineSink.EventOccurred(in EngineEvent engineEvent)
    {
    }

    void IEngineSink.StateChanged(in StateChange change)
    {
    }

    void IEngineSink.Fired(in Firing firing)
    {
    }

    void IEngineSink.RuleSwitched(in RuleSwitch change)
    {
    }

    void IEngineSink.Faulted(in EngineFault fault)
    {
    }
}
