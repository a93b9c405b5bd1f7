using Automation.Core.Compilation.Form;
using Automation.Core.Compilation.Lowering;
using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Core.Tests.Rules;

namespace Automation.Core.Tests.Lowering;

public sealed class DocumentSinkTests
{
    [Fact, Trait("Req", "SCH-2")]
    public void Requested_ByAPartOfADocument_NamesTheDocument()
    {
        SiteProgram program = RuleLowering.Lower(Demo.Site, Demo.Rules("""{ "kind": "armingSchedule", "id": "o", "areas": ["store/panel/area/1"], "autoArm": "20:00", "autoDisarm": "07:00" }""").Rules);
        var seen = new Seen();
        var sink = new DocumentSink(program, seen);
        var engine = new SiteEngine(program, EngineOptions.Default);
        var monday = new DateTimeOffset(2026, 11, 16, 0, 0, 0, TimeSpan.FromHours(1));
        engine.Start(EngineInput.Time(1, monday), sink);
        engine.Step(EngineInput.Time(2, monday.AddDays(1)), sink);
        Assert.Equal(["o disarm", "o arm"], seen.Requests);
    }

    private sealed class Seen : IEngineSink
    {
        public List<string> Requests { get; } = [];

        public void Requested(in ActionRequest request) => Requests.Add($"{request.Rule} {request.Action}");

        public void EventOccurred(in EngineEvent engineEvent)
        {
        }

        public void StateChanged(in StateChange change)
        {
        }

        public void Fired(in Firing firing) => Assert.Equal("o", firing.Rule);

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
}
