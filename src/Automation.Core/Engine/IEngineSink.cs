using System.Collections.Immutable;
using Automation.Core.Model;

namespace Automation.Core.Engine;

/// <summary>Takes what a step of the engine gives out, in order. Called on the thread that steps; must not call the engine.</summary>
public interface IEngineSink
{
    /// <summary>An event of a resource after its repeats were recognised, also those the engine derives (<c>maxPeopleReached</c>).</summary>
    void EventOccurred(in EngineEvent engineEvent);

    /// <summary>The whole state of a resource after it changed. Groups: <c>inside</c>, <c>remaining</c>, <c>max</c>, <c>reached</c>.</summary>
    void StateChanged(in StateChange change);

    /// <summary>A rule fired. Comes before what its firing asks for.</summary>
    void Fired(in Firing firing);

    /// <summary>A device action is asked for.</summary>
    void Requested(in ActionRequest request);

    /// <summary>A message is to be published on MQTT.</summary>
    void Published(in PublishRequest request);

    /// <summary>People are to be told.</summary>
    void Notified(in NotificationRequest request);

    /// <summary>An exception began or ended (EXC-2).</summary>
    void ExceptionChanged(in ExceptionChange change);

    /// <summary>A rule was switched by a toggle or by another rule.</summary>
    void RuleSwitched(in RuleSwitch change);

    /// <summary>A rule could not do what it should: a loop was cut, a run refused by its bound, a script failed. The engine goes on.</summary>
    void Faulted(in EngineFault fault);
}

/// <param name="Derived">The engine made it; no device reported it.</param>
/// <param name="Old">It happened long before it arrived: no rule has seen it, and it changes no state.</param>
public readonly record struct EngineEvent(CauseId Cause, DateTimeOffset At, ResourceAddress Resource, string Type, EventPhase Phase, int Count, DataObject Data, bool Derived, bool Old = false);

/// <param name="Changed">The properties that changed.</param>
/// <param name="Initial">Known from a start or a reconnect: not a change of the world.</param>
public readonly record struct StateChange(CauseId Cause, DateTimeOffset At, ResourceAddress Resource, DataObject State, DataObject Changed, bool Initial);

/// <param name="Source">The resource that triggered it; empty for schedules and start-up.</param>
/// <param name="Trigger">What triggered it, as a person reads it: the event type, <c>schedule</c>, <c>temperature above 80</c>. Precomputed; never built per firing.</param>
/// <param name="Number">The how-manieth firing of the rule since it was first loaded, from 1.</param>
public readonly record struct Firing(CauseId Cause, DateTimeOffset At, string Rule, string Kind, ResourceAddress Source, string Trigger, long Number);

public readonly record struct PublishRequest(CauseId Cause, DateTimeOffset At, string Rule, int Index, string Topic, string Payload, bool Retain, byte QoS);

public readonly record struct NotificationRequest(
    CauseId Cause, DateTimeOffset At, string Rule, int Index, ResourceAddress Source, string Message, ImmutableArray<string> ReceivedBy, ImmutableArray<string> Recipients);

/// <param name="Exception">The type, e.g. <c>offline</c>, <c>hddFull</c>.</param>
/// <param name="Active">Begins, or ends.</param>
public readonly record struct ExceptionChange(
    CauseId Cause, DateTimeOffset At, string Rule, ResourceAddress Source, string Exception, bool Active, ImmutableArray<string> ReceivedBy, ImmutableArray<string> Recipients);

public readonly record struct RuleSwitch(CauseId Cause, DateTimeOffset At, string Rule, bool Enabled, string By);

public readonly record struct EngineFault(CauseId Cause, DateTimeOffset At, string Rule, EngineFaultKind Kind, string Detail);

public enum EngineFaultKind : byte
{
    /// <summary>Rules set each other off; the chain is named and cut.</summary>
    Loop,

    /// <summary>More runs than the rule allows.</summary>
    RunRefused,

    /// <summary>A script threw, ran too long or answered nonsense.</summary>
    Script,

    /// <summary>A counter of a camera jumped; the count went on without it.</summary>
    CounterReset,

    /// <summary>A device listed in the site raised an event type that is unknown.</summary>
    UnknownEvent,

    /// <summary>Runs of a schedule fell into a time in which nothing ran, and the rule's policy does not make up for all of them.</summary>
    ScheduleMissed,
}
