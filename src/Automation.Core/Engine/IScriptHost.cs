using Automation.Core.Model;

namespace Automation.Core.Engine;

/// <summary>Runs the scripts of rules. Called on the thread that steps; bounded in time and statements by the host. What it throws becomes a <see cref="EngineFaultKind.Script"/>.</summary>
public interface IScriptHost
{
    bool Condition(string source, in ScriptContext context);

    void Run(string source, in ScriptContext context, IScriptEffects effects);
}

/// <param name="Event">Type of the triggering event; null when the trigger is no event.</param>
/// <param name="StateOf">The known state of a resource, or null.</param>
public readonly record struct ScriptContext(
    string Rule, DateTimeOffset At, ResourceAddress Source, string? Event, DataObject Data, Func<ResourceAddress, DataObject?> StateOf);

/// <summary>What a script may do; each is what the step of the same name does. Only good during the call.</summary>
public interface IScriptEffects
{
    void Action(string action, ResourceAddress on, DataObject parameters);

    void Publish(string topic, string payload, bool retain);

    void Notify(string message);

    void SetState(ResourceAddress resource, DataObject properties);

    void SetRule(string rule, bool enabled);
}
