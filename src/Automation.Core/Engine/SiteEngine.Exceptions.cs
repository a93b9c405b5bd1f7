using Automation.Core.Compilation;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Engine;

/// <summary>Exceptions (EXC-2): begun by a step, ended by the end of what triggered its rule.</summary>
public sealed partial class SiteEngine
{
    private readonly List<ActiveException> _exceptions = [];

    /// <param name="EventType">Number of the event type that began it; -1: a state or threshold did.</param>
    private readonly record struct ActiveException(int Rule, int Trigger, int Resource, int EventType, string Exception);

    private void Raise(int rule, in Spark spark, RaiseExceptionStep step)
    {
        var exception = new ActiveException(rule, spark.Trigger, spark.Resource, spark.Event is null ? -1 : spark.EventType, step.Exception);
        if (_exceptions.Contains(exception)) return;
        if (HasEnd(in exception) && _exceptions.Count < _options.MaxExceptions)
        {
            // Another trigger of the rule has begun it already: told once, and over when the last of them is.
            bool active = IsActive(in exception);
            _exceptions.Add(exception);
            if (active) return;
        }

        _sink.ExceptionChanged(new ExceptionChange(_cause, _at, _names[rule].Id, spark.Source, step.Exception, true, step.ReceivedBy, step.Recipients));
    }

    private bool IsActive(in ActiveException exception)
    {
        foreach (ActiveException other in _exceptions)
        {
            if (other.Rule == exception.Rule && other.Resource == exception.Resource && other.Exception == exception.Exception) return true;
        }

        return false;
    }

    /// <summary>An instant, a count or a schedule has no end that could be told.</summary>
    private bool HasEnd(in ActiveException exception)
    {
        if (exception.Resource < 0 || exception.Trigger >= _image.Infos[exception.Rule].Form.Triggers.Length) return false;
        Trigger trigger = _image.Infos[exception.Rule].Form.Triggers[exception.Trigger];
        return trigger switch
        {
            EventTrigger => exception.EventType >= 0 && (_activeSlots.ContainsKey(ActiveKey(exception.Resource, exception.EventType)) || _types.NameOf(exception.EventType) == MaximumEvent),
            StateTrigger or ThresholdTrigger => true,
            _ => false,
        };
    }

    /// <summary>An event is over.</summary>
    private void EndExceptions(int resource, int type)
    {
        for (int i = 0; i < _exceptions.Count; i++)
        {
            if (_exceptions[i].Resource == resource && _exceptions[i].EventType == type) EndException(i--);
        }
    }

    /// <summary>A state changed: those whose trigger it does not meet any more are over. Unknown ends nothing.</summary>
    private void EndExceptions(int resource, DataObject before, DataObject told)
    {
        for (int i = 0; i < _exceptions.Count; i++)
        {
            ActiveException exception = _exceptions[i];
            if (exception.Resource != resource || _image.Infos[exception.Rule].Form.Triggers[exception.Trigger] is not StateTrigger trigger) continue;
            if (!told.TryGet(trigger.Property, out DataValue value) || value.IsNull || value == before[trigger.Property]) continue;
            if (trigger.To.IsEmpty || !FitsTo(trigger, value)) EndException(i--);
        }
    }

    private void EndExceptionsOf(int rule, int trigger, int resource)
    {
        for (int i = 0; i < _exceptions.Count; i++)
        {
            if (_exceptions[i].Rule == rule && _exceptions[i].Trigger == trigger && _exceptions[i].Resource == resource) EndException(i--);
        }
    }

    private void EndException(int index)
    {
        ActiveException exception = _exceptions[index];
        _exceptions.RemoveAt(index);
        if (IsActive(in exception)) return;
        RaiseExceptionStep? step = StepOf(exception);
        _sink.ExceptionChanged(new ExceptionChange(
            _cause, _at, _names[exception.Rule].Id, AddressOf(exception.Resource), exception.Exception, false, step?.ReceivedBy ?? [], step?.Recipients ?? []));
    }

    private RaiseExceptionStep? StepOf(in ActiveException exception)
    {
        RuleNames names = _names[exception.Rule];
        for (int i = 0; i < names.OperationCount; i++)
        {
            if (_image.Operations[names.FirstOperation + i].More is RaiseExceptionStep step && step.Exception == exception.Exception) return step;
        }

        return null;
    }
}
