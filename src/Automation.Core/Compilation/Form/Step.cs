using System.Collections.Immutable;
using Automation.Core.Model;

namespace Automation.Core.Compilation.Form;

/// <summary>One thing a firing does, in order.</summary>
public abstract record Step;

/// <summary>Asks for a device action on each target, in order.</summary>
/// <param name="Targets">Concrete addresses. <see cref="OnTrigger"/> adds the triggering resource in front.</param>
/// <param name="ExpiresAfter">Null: what <see cref="ActionTypes"/> says.</param>
public sealed record ActionStep(string Action, ImmutableArray<ResourceAddress> Targets, bool OnTrigger, DataObject Parameters, TimeSpan? ExpiresAfter) : Step;

/// <summary>Goes on after this long. More than zero, up to 24 h.</summary>
public sealed record DelayStep(TimeSpan Delay) : Step;

/// <summary>Goes on when the condition holds, or when the time is up (then stops the run unless <paramref name="GoOnAtTimeout"/>).</summary>
public sealed record WaitStep(Condition Until, TimeSpan Timeout, bool GoOnAtTimeout) : Step;

public sealed record IfStep(Condition Condition, ImmutableArray<Step> Then, ImmutableArray<Step> Else) : Step;

/// <summary>2 to 100 times.</summary>
public sealed record RepeatStep(int Times, ImmutableArray<Step> Steps) : Step;

/// <summary>Ends the run.</summary>
public sealed record StopStep : Step;

/// <summary>Publishes on MQTT. In topic and payload <c>${name}</c> stands for <c>at</c>, <c>rule</c>, <c>source</c>, <c>event</c>, <c>cause</c> or a name of the event's data.</summary>
/// <param name="Payload">JSON text, or plain text.</param>
public sealed record PublishStep(string Topic, string Payload, bool Retain, byte QoS) : Step;

/// <summary>Tells people (EXC-3).</summary>
/// <param name="ReceivedBy">portal, mobileClient, email.</param>
/// <param name="Recipients">siteManager, installerAdmin.</param>
public sealed record NotifyStep(string Message, ImmutableArray<string> ReceivedBy, ImmutableArray<string> Recipients) : Step;

/// <summary>Begins an exception on the triggering resource (EXC-2). The engine ends it when what began it ends: the event, the state, the threshold; an ending is no firing.</summary>
public sealed record RaiseExceptionStep(string Exception, ImmutableArray<string> ReceivedBy, ImmutableArray<string> Recipients) : Step;

public sealed record SetRuleStep(string Rule, bool Enabled) : Step;

/// <summary>Sets properties of a resource's state inside the engine (a virtual resource, a flag).</summary>
public sealed record SetStateStep(ResourceAddress Resource, DataObject Properties) : Step;

public sealed record ScriptStep(string Source) : Step;
