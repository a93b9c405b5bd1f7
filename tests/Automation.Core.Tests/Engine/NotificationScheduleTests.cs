using Automation.Core.Compilation.Form;
using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Core.Tests.Rules;
using Automation.Core.Tracing;

namespace Automation.Core.Tests.Engine;

/// <summary>A device's events count while its notification is on and its schedule open, in the site's time zone (EVT-7).</summary>
public sealed class NotificationScheduleTests
{
    // Berlin is an hour ahead in winter: 18:00 there is 17:00 UTC.
    private static readonly Site Site = Demo.SiteOf("""
        { "id": "store", "timeZone": "Europe/Berlin", "holidays": [ { "id": "feast", "days": ["2026-11-24"] } ],
          "devices": [ { "id": "panel", "kind": "security-panel", "notification": { "schedule": { "weekly": { "mon-fri": ["18:00-24:00"] }, "except": ["feast"] } },
                         "resources": [ { "kind": "zone", "number": 3 } ] } ] }
        """);

    private readonly LineSink _sink = new();
    private long _sequence;

    private static SiteEngine Engine(params EngineRule[] rules) => new(new SiteProgram { Site = Site, Rules = [.. rules] }, EngineOptions.Default);

    private string[] Alarm(SiteEngine engine, string utc)
    {
        _sink.Lines.Clear();
        DateTimeOffset at = DateTimeOffset.Parse(utc + "Z", System.Globalization.CultureInfo.InvariantCulture);
        engine.Step(EngineInput.Event(++_sequence, at, Scenario.At("panel/zone/3"), "zoneAlarm", EventState.Instant), _sink);
        return [.. _sink.Lines.Where(l => l.StartsWith("fired ", StringComparison.Ordinal)).Select(l => l.Split(' ')[^1])];
    }

    [Fact, Trait("Req", "EVT-7"), Trait("Req", "LNK-13")]
    public void Events_CountWhileTheScheduleIsOpen_AndExplainSaysSo()
    {
        EngineRule rule = Make.Rule("a", Make.On("panel/zone/3", "zoneAlarm"));
        SiteEngine engine = Engine(rule, rule with { Id = "b", NeedsNotification = false });

        // Friday 17:59, 18:00 and 23:59 in Berlin; Saturday; Monday before and in the window; Tuesday is the feast.
        Assert.Equal(["b"], Alarm(engine, "2026-11-20T16:59:59"));
        Explanation why = engine.Explain("a", engine.Now);
        Assert.Equal(ExplainClass.NotificationOff, why.Class);
        Assert.Contains("store/panel was closed, it opens at 2026-11-20 18:00", why.Summary, StringComparison.Ordinal);
        Assert.Equal(new DateTimeOffset(2026, 11, 20, 17, 0, 0, TimeSpan.Zero), why.Possible);
        Assert.Equal(["a", "b"], Alarm(engine, "2026-11-20T17:00:00"));
        Assert.Equal(["a", "b"], Alarm(engine, "2026-11-20T22:59:59"));
        Assert.Equal(["b"], Alarm(engine, "2026-11-21T17:30:00"));
        Assert.Equal(["b"], Alarm(engine, "2026-11-23T12:00:00"));
        Assert.Equal(["a", "b"], Alarm(engine, "2026-11-23T17:30:00"));
        Assert.Equal(["b"], Alarm(engine, "2026-11-24T17:30:00"));
    }

    [Fact, Trait("Req", "EVT-7")]
    public void Switch_OffWinsOverAnOpenSchedule_AndOnDoesNotOpenAClosedOne()
    {
        SiteEngine engine = Engine(Make.Rule("a", Make.On("panel/zone/3", "zoneAlarm")));
        Assert.Equal(["a"], Alarm(engine, "2026-11-20T17:30:00"));
        engine.Step(EngineInput.State(++_sequence, engine.Now, Scenario.At("panel"), DataObject.Of(("notification", false))), _sink);
        Assert.Empty(Alarm(engine, "2026-11-20T17:31:00"));
        engine.Step(EngineInput.State(++_sequence, engine.Now, Scenario.At("panel"), DataObject.Of(("notification", true))), _sink);
        Assert.Equal(["a"], Alarm(engine, "2026-11-20T17:32:00"));
        Assert.Empty(Alarm(engine, "2026-11-20T23:30:00"));
    }

    [Fact, Trait("Req", "EVT-7")]
    public void Restart_KeepsTheSwitchAndReadsTheScheduleAgain()
    {
        EngineRule rule = Make.Rule("a", Make.On("panel/zone/3", "zoneAlarm"));
        SiteEngine engine = Engine(rule);
        Assert.Equal(["a"], Alarm(engine, "2026-11-20T17:30:00"));
        var kept = new System.Buffers.ArrayBufferWriter<byte>();
        engine.Snapshot(kept);
        SiteEngine again = SiteEngine.Restore(new SiteProgram { Site = Site, Rules = [rule] }, EngineOptions.Default, kept.WrittenSpan, null);
        Assert.Empty(Alarm(again, "2026-11-20T23:00:00"));
        Assert.Equal(["a"], Alarm(again, "2026-11-23T17:00:00"));
    }

    [Fact, Trait("Req", "EVT-6")]
    public void HistorySentAgain_IsToldAsOldAndNothingElse()
    {
        SiteEngine engine = Engine(Make.Rule("a", Make.On("panel/zone/3", "zoneAlarm")));
        Assert.Equal(["a"], Alarm(engine, "2026-11-20T17:30:00"));
        var sink = new EventSink();
        engine.Step(EngineInput.Event(++_sequence, engine.Now, Scenario.At("panel/zone/3"), "zoneAlarm", EventState.Active) with { Initial = true }, sink);
        EngineEvent old = Assert.Single(sink.Events);
        Assert.True(old.Old);
        Assert.Equal((EventPhase.Begin, "zoneAlarm"), (old.Phase, old.Type));

        // It has not begun: news of the same is a begin, not a repeat.
        engine.Step(EngineInput.Event(++_sequence, engine.Now, Scenario.At("panel/zone/3"), "zoneAlarm", EventState.Active), sink);
        Assert.Equal((EventPhase.Begin, false), (sink.Events[^1].Phase, sink.Events[^1].Old));
    }

    private sealed class EventSink : IEngineSink
    {
        public List<EngineEvent> Events { get; } = [];

        public void EventOccurred(in EngineEvent engineEvent) => Events.Add(engineEvent);

        public void StateChanged(in StateChange change) => Assert.Fail("no state changes");

        public void Fired(in Firing firing)
        {
        }

        public void Requested(in ActionRequest request)
        {
        }

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
