using Automation.Core.Compilation.Form;
using Automation.Core.Engine;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>The engine as a <see cref="TimelineRunner"/>: a fresh one for each timeline, without scripts.</summary>
public static class TimelineEngine
{
    public static IReadOnlyList<ProofStep> Run(SiteProgram program, IReadOnlyList<EngineInput> inputs, DateTimeOffset until)
    {
        var engine = new SiteEngine(program, new EngineOptions());
        var sink = new Sink();
        DateTimeOffset start = inputs.Count > 0 ? inputs[0].At : until;
        engine.Start(EngineInput.Time(0, start), sink);
        foreach (EngineInput input in inputs) engine.Step(input, sink);
        engine.Step(EngineInput.Time(inputs.Count + 1, until), sink);
        return sink.Steps;
    }

    private sealed class Sink : IEngineSink
    {
        public List<ProofStep> Steps { get; } = [];

        public void Requested(in ActionRequest request) => Steps.Add(new ProofStep(request.Action, request.On));

        public void Published(in PublishRequest request) => Steps.Add(new ProofStep("publish", default));

        public void Notified(in NotificationRequest request) => Steps.Add(new ProofStep("notify", default));

        public void ExceptionChanged(in ExceptionChange change)
        {
            if (change.Active) Steps.Add(new ProofStep("raiseException", change.Source));
        }

        public void EventOccurred(in EngineEvent engineEvent)
        {
        }

        public void StateChanged(in StateChange change)
        {
        }

        public void Fired(in Firing firing)
        {
        }

        public void RuleSwitched(in RuleSwitch change)
        {
        }

        public void Faulted(in EngineFault fault)
        {
        }
    }
}
