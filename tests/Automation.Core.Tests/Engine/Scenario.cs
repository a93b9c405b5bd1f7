using System.Collections.Immutable;
using System.Globalization;
using Automation.Core.Compilation.Form;
using Automation.Core.Engine;
using Automation.Core.Model;

namespace Automation.Core.Tests.Engine;

/// <summary>A small site, rules on it, and an engine that is fed by words; what comes out is read as lines.</summary>
internal sealed class Scenario
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly SiteProgram _program;
    private long _sequence;

    public Scenario(params EngineRule[] rules)
        : this(TimeZoneInfo.Utc, [], rules)
    {
    }

    public Scenario(TimeZoneInfo zone, ImmutableArray<CountingGroup> groups, EngineRule[] rules, IScriptHost? scripts = null, EngineOptions? options = null, DateTimeOffset? start = null)
    {
        _program = Program(zone, groups, rules);
        Now = start ?? Noon;
        Engine = new SiteEngine(_program, options ?? EngineOptions.Default, scripts);
        Engine.Start(EngineInput.Time(++_sequence, Now), Sink);
    }

    public SiteEngine Engine { get; set; }

    public LineSink Sink { get; } = new();

    public DateTimeOffset Now { get; set; }

    public long Sequence => _sequence;

    public static SiteProgram Program(TimeZoneInfo zone, ImmutableArray<CountingGroup> groups, EngineRule[] rules) => new()
    {
        Site = SiteOf(zone),
        Rules = [.. rules.OrderBy(r => r.Id, StringComparer.Ordinal)],
        Groups = groups,
    };

    public static Site SiteOf(TimeZoneInfo zone) => new()
    {
        Id = "store",
        Name = "Store",
        TimeZone = zone,
        Position = new GeoPosition(52.5, 13.4),
        Devices =
        [
            DeviceOf("panel", "security-panel", "area/1", "area/2", "zone/0", "zone/1", "zone/2", "zone/3", "relay/0"),
            DeviceOf("nvr", "nvr", "channel/1", "channel/2", "channel/3", "channel/4", "alarm-output/1", "hdd/1"),
            DeviceOf("gate", "access-controller", "door/1"),
            DeviceOf("thermal", "thermal-camera", "channel/1"),
            DeviceOf("entrance", "people-counting-camera", "channel/1"),
            DeviceOf("exit", "people-counting-camera", "channel/1"),
        ],
    };

    public static ResourceAddress At(string resource) => ResourceAddress.Parse("store/" + resource);

    /// <summary>Takes what the engine said so far.</summary>
    public string[] Take()
    {
        string[] lines = [.. Sink.Lines];
        Sink.Lines.Clear();
        return lines;
    }

    /// <summary>Only the firings, as <c>HH:mm:ss rule</c>.</summary>
    public string[] Fired() => [.. Take().Where(l => l.StartsWith("fired ", StringComparison.Ordinal)).Select(l => l[6..])];

    public Scenario Wait(TimeSpan by)
    {
        Now += by;
        return Give(EngineInput.Time(++_sequence, Now));
    }

    public Scenario Wait(int seconds) => Wait(TimeSpan.FromSeconds(seconds));

    public Scenario Event(string resource, string type, EventState state = EventState.Instant, params (string, DataValue)[] data) =>
        Give(EngineInput.Event(++_sequence, Now, At(resource), type, state, DataObject.Of(data)));

    public Scenario State(string resource, params (string, DataValue)[] properties) => Give(EngineInput.State(++_sequence, Now, At(resource), DataObject.Of(properties)));

    public Scenario Found(string resource, params (string, DataValue)[] properties) => Give(EngineInput.State(++_sequence, Now, At(resource), DataObject.Of(properties), initial: true));

    public Scenario Toggle(string rule, bool on) => Give(EngineInput.RuleToggle(++_sequence, Now, rule, on));

    public Scenario Correct(string group, int inside) => Give(EngineInput.CountCorrection(++_sequence, Now, At("groups/" + group), inside));

    /// <summary>An action request ended: <c>sequence.index</c> of the input that led to it.</summary>
    public Scenario Outcome(string request, string on, bool succeeded) => Give(EngineInput.Outcome(++_sequence, Now, At(on), "store-" + request, succeeded));

    public Scenario Give(in EngineInput input)
    {
        Engine.Step(input, Sink);
        return this;
    }

    public EngineInput TimeInput() => EngineInput.Time(++_sequence, Now);

    private static Device DeviceOf(string id, string kind, params string[] resources) => new()
    {
        Address = At(id), Name = id, Kind = kind, Resources = [.. resources.Select(r => new Resource { Address = At(id + "/" + r) })],
    };
}

/// <summary>Short forms for rules.</summary>
internal static class Make
{
    public static EngineRule Rule(string id, Trigger trigger, Condition? condition = null, params Step[] steps) => Rule(id, [trigger], condition, steps);

    public static EngineRule Rule(string id, ImmutableArray<Trigger> triggers, Condition? condition, Step[] steps) =>
        new() { Id = id, Name = id, Kind = "automation", Triggers = triggers, Condition = condition, Steps = [.. steps] };

    public static EventPattern Pattern(string resource, string type, params DataTest[] where) =>
        new() { Sources = [Scenario.At(resource)], Events = [type], Where = [.. where] };

    public static EventTrigger On(string resource, string type, EventPhases phases = EventPhases.Begin) => new(Pattern(resource, type), phases);

    public static StateTrigger Changes(string resource, string property, DataValue? to = null, int forSeconds = 0, HoldPolicy restart = HoldPolicy.AssumeHeld) =>
        new([Scenario.At(resource)], property, [], to is { } value ? [value] : [], TimeSpan.FromSeconds(forSeconds), restart);

    public static StateCondition Is(string resource, string property, params DataValue[] values) => new(Scenario.At(resource), new DataTest(property, Comparison.In, [.. values]));

    public static ScheduleCondition Daily(int fromMinute, int toMinute) =>
        new(new WeeklyWindows([.. Enumerable.Repeat<ImmutableArray<DayRange>>([new DayRange(fromMinute, toMinute)], 7)]));

    public static ActionStep Do(string action, params string[] on) => new(action, [.. on.Select(Scenario.At)], false, DataObject.Empty, null);

    public static DelayStep Delay(int seconds) => new(TimeSpan.FromSeconds(seconds));

    public static SetStateStep Set(string resource, string property, DataValue value) => new(Scenario.At(resource), DataObject.Of((property, value)));
}

/// <summary>Writes each output as one line.</summary>
internal sealed class LineSink : IEngineSink
{
    public List<string> Lines { get; } = [];

    public void EventOccurred(in EngineEvent engineEvent) =>
        Add($"event {Time(engineEvent.At)} {engineEvent.Resource} {engineEvent.Type} {engineEvent.Phase} {engineEvent.Count}{(engineEvent.Derived ? " derived" : "")}");

    public void StateChanged(in StateChange change) => Add($"state {Time(change.At)} {change.Resource} {change.Changed}{(change.Initial ? " initial" : "")}");

    public void Fired(in Firing firing) => Add($"fired {Time(firing.At)} {firing.Rule}");

    public void Requested(in ActionRequest request) => Add($"request {Time(request.At)} {request.Id} {request.Rule} {request.Action} {request.On} {request.Parameters}");

    public void Published(in PublishRequest request) => Add($"publish {Time(request.At)} {request.Rule} {request.Topic} {request.Payload}");

    public void Notified(in NotificationRequest request) => Add($"notify {Time(request.At)} {request.Rule} {request.Message}");

    public void ExceptionChanged(in ExceptionChange change) => Add($"exception {Time(change.At)} {change.Rule} {change.Source} {change.Exception} {(change.Active ? "begins" : "ends")}");

    public void RuleSwitched(in RuleSwitch change) => Add($"switch {Time(change.At)} {change.Rule} {(change.Enabled ? "on" : "off")} by {change.By}");

    public void Faulted(in EngineFault fault) => Add($"fault {Time(fault.At)} {fault.Rule} {fault.Kind} {fault.Detail}");

    private static string Time(DateTimeOffset at) => at.ToString("HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture);

    private void Add(string line) => Lines.Add(line);
}
