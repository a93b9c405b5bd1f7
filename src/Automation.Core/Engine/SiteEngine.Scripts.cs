using Automation.Core.Model;

namespace Automation.Core.Engine;

/// <summary>Scripts: the one place where foreign code runs inside a step. Whatever it throws stays with its rule.</summary>
public sealed partial class SiteEngine
{
    private static readonly TimeSpan ScriptActionWorth = TimeSpan.FromMinutes(1);

    private bool HoldsScript(string source, int rule, in Spark spark)
    {
        if (_scripts is null)
        {
            Fault(rule, EngineFaultKind.Script, "scripts are not available here");
            return false;
        }

        try
        {
            return _scripts.Condition(source, ContextOf(rule, in spark));
        }
        catch (Exception exception)
        {
            Fault(rule, EngineFaultKind.Script, exception.Message);
            return false;
        }
    }

    private void RunScript(int rule, long fired, string source, in Spark spark)
    {
        if (_scripts is null)
        {
            Fault(rule, EngineFaultKind.Script, "scripts are not available here");
            return;
        }

        try
        {
            _scripts.Run(source, ContextOf(rule, in spark), new ScriptEffects(this, rule, fired, spark));
        }
        catch (Exception exception)
        {
            Fault(rule, EngineFaultKind.Script, exception.Message);
        }
    }

    private ScriptContext ContextOf(int rule, in Spark spark) => new(_names[rule].Id, _at, spark.Source, spark.Event, spark.Data, StateOf);

    private sealed class ScriptEffects(SiteEngine engine, int rule, long fired, Spark spark) : IScriptEffects
    {
        public void Action(string action, ResourceAddress on, DataObject parameters)
        {
            long worth = (ActionTypes.All.TryGetValue(action, out ActionTypeInfo? type) ? type.WorthDoing : ScriptActionWorth).Ticks;
            engine.Request(rule, fired, action, on, parameters, worth);
        }

        public void Publish(string topic, string payload, bool retain) =>
            engine._sink.Published(new PublishRequest(engine._cause, engine._at, engine._names[rule].Id, engine._index++, topic, payload, retain, 0));

        public void Notify(string message) =>
            engine._sink.Notified(new NotificationRequest(engine._cause, engine._at, engine._names[rule].Id, engine._index++, spark.Source, message, ["portal"], ["siteManager"]));

        public void SetState(ResourceAddress resource, DataObject properties) => engine.SetState(rule, resource, properties, spark.Chain);

        public void SetRule(string id, bool enabled) => engine.Switch(id, enabled, engine._names[rule].Id);
    }
}
