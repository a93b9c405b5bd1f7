using System.Globalization;
using Automation.Core.Compilation;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Engine;

/// <summary>The steps of a firing, one after the other until they are done or take time.</summary>
public sealed partial class SiteEngine
{
    /// <summary>Does the steps from <paramref name="next"/> on.</summary>
    /// <param name="run">Null for a firing that has not waited yet; it becomes a run when it does.</param>
    /// <returns>True: all done. False: the run waits; its deadline is set.</returns>
    private bool Execute(int rule, int next, in Spark spark, Run? run)
    {
        ref RuleNames names = ref _names[rule];
        int first = names.FirstOperation;
        int count = names.OperationCount;
        int budget = _options.MaxStepsPerRun;
        bool mine = run is null;
        long fired = run is null ? _now : run.FiredTicks;
        _executing = run;
        while (next < count)
        {
            ref Operation operation = ref _image.Operations[first + next];
            next++;
            if (operation.Kind == OperationKind.Action)
            {
                RequestActions(rule, fired, in operation, in spark);
                continue;
            }

            if (--budget < 0)
            {
                Fault(rule, EngineFaultKind.Loop, $"more than {_options.MaxStepsPerRun} steps without waiting; the run was ended");
                break;
            }

            switch (operation.Kind)
            {
                case OperationKind.Delay:
                    run ??= NewRun(rule, GroupOf(rule, KeyOf(rule, spark.Resource)), in spark);
                    _executing = null;
                    Suspend(run, next, RunState.Delayed, operation.Ticks);
                    return false;
                case OperationKind.Wait:
                    if (Holds((Expression)operation.More!, rule, in spark)) break;
                    run ??= NewRun(rule, GroupOf(rule, KeyOf(rule, spark.Resource)), in spark);
                    _executing = null;
                    Suspend(run, next, RunState.Waiting, operation.Ticks);
                    return false;
                case OperationKind.Unless:
                    if (!Holds((Expression)operation.More!, rule, in spark)) next = operation.Target;
                    break;
                case OperationKind.Jump:
                    next = operation.Target;
                    break;
                case OperationKind.RepeatBegin:
                    // Loops need memory: even a run that never waits gets one.
                    _executing = run ??= NewRun(rule, GroupOf(rule, KeyOf(rule, spark.Resource)), in spark);
                    run.Counters[operation.Count] = 0;
                    break;
                case OperationKind.RepeatEnd:
                    if (++run!.Counters[operation.Count] < operation.Ticks) next = operation.Target;
                    break;
                case OperationKind.Stop:
                    next = count;
                    break;
                default:
                    Do(rule, fired, in operation, in spark);
                    break;
            }
        }

        _executing = null;
        if (mine && run is not null) EndRun(run, startNext: false);
        return true;
    }

    private void RequestActions(int rule, long fired, in Operation operation, in Spark spark)
    {
        if (operation.Flag && spark.Resource >= 0) Request(rule, fired, operation.Text, spark.Source, operation.Data, operation.Ticks);
        if (operation.On.IsEmpty) return;
        Request(rule, fired, operation.Text, operation.On, operation.Data, operation.Ticks);
        if (operation.More is not ResourceAddress[] more) return;
        foreach (ResourceAddress on in more) Request(rule, fired, operation.Text, on, operation.Data, operation.Ticks);
    }

    private void Request(int rule, long fired, string action, ResourceAddress on, DataObject parameters, long worthTicks)
    {
        int index = _index++;
        _awaited!.Add(_cause.Sequence, index, rule, fired);
        _sink.Requested(new ActionRequest
        {
            Cause = _cause, Rule = _names[rule].Id, Index = index, Action = action, On = on, Parameters = parameters, At = _at, ExpiresAt = new DateTimeOffset(_now + worthTicks, TimeSpan.Zero),
        });
    }

    private void Do(int rule, long fired, in Operation operation, in Spark spark)
    {
        switch (operation.Kind)
        {
            case OperationKind.Publish:
                Publish(rule, (PublishTemplate)operation.More!, in spark);
                break;
            case OperationKind.Notify:
                var notify = (NotifyStep)operation.More!;
                _sink.Notified(new NotificationRequest(_cause, _at, _names[rule].Id, _index++, spark.Source, notify.Message, notify.ReceivedBy, notify.Recipients));
                break;
            case OperationKind.Raise:
                Raise(rule, in spark, (RaiseExceptionStep)operation.More!);
                break;
            case OperationKind.SetRule:
                Switch(operation.Text, operation.Flag, _names[rule].Id);
                break;
            case OperationKind.SetState:
                SetState(rule, operation.On, operation.Data, spark.Chain);
                break;
            case OperationKind.Script:
                RunScript(rule, fired, operation.Text, in spark);
                break;
        }
    }

    private void SetState(int rule, ResourceAddress address, DataObject properties, int chain)
    {
        int resource = NumberOf(address);
        if (resource < 0) return;
        DataObject before = _states[resource] ?? DataObject.Empty;
        DataObject changed = Know(resource, address, properties, initial: false);
        if (changed.Count == 0) return;
        AddOccurrence(new Occurrence(OccurrenceKind.StateChanged, rule, -1, chain, DepthOf(chain) + 1, resource, address, before, changed));
    }

    private void Publish(int rule, PublishTemplate template, in Spark spark)
    {
        Spark cause = spark;
        string ValueOf(string name) => name switch
        {
            "at" => _at.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture),
            "rule" => _names[rule].Id,
            "source" => cause.Source.Value,
            "event" => cause.Event ?? cause.Label,
            "cause" => _cause.ToString(),
            _ => cause.Data.TryGet(name, out DataValue value) ? value.ToString() : "",
        };
        _sink.Published(new PublishRequest(_cause, _at, _names[rule].Id, _index++, template.Topic(ValueOf), template.Payload(ValueOf), template.Retain, template.QoS));
    }
}
