using Automation.Core.Calendars;
using Automation.Core.Compilation.Form;
using Automation.Core.Engine;
using Automation.Core.Model;
using Automation.Core.Tracing;

namespace Automation.Core.Tests.Reference;

internal sealed partial class ReferenceEngine
{
    /// <summary>A trigger was set off: fires the rule unless something stands against it.</summary>
    private void Look(RuleState state, Trigger? trigger, ResourceAddress source, SeenEvent? by)
    {
        EngineRule rule = state.Rule;
        if (!state.Enabled)
        {
            Note(state, ExplainClass.Disabled);
            return;
        }

        if (rule.NeedsNotification && !source.IsEmpty && !Notifies(source.DeviceAddress))
        {
            Note(state, ExplainClass.NotificationOff);
            return;
        }

        if (rule.Condition is not null && !Holds(rule.Condition, by))
        {
            Note(state, ExplainClass.ConditionsMissing);
            return;
        }

        ResourceAddress key = rule.Key switch { RunKey.Device => source.DeviceAddress, RunKey.Resource => source, _ => default };
        if (state.LastFired.TryGetValue(key, out DateTimeOffset last) && _now < last + rule.Cooldown)
        {
            Note(state, ExplainClass.Cooldown);
            return;
        }

        List<Run> runs = [.. state.Runs.Where(r => r.Key == key)];
        switch (rule.Mode)
        {
            case RunMode.Single when runs.Count > 0:
                Note(state, ExplainClass.RunMode);
                return;
            case RunMode.Restart:
                runs.ForEach(run => Stop(state, run));
                break;
            case RunMode.Queued when runs.Count > rule.MaxRuns:
            case RunMode.Parallel when runs.Count >= rule.MaxRuns:
                Note(state, ExplainClass.RunMode);
                _sink.Faulted(new EngineFault(_cause, _now, rule.Id, EngineFaultKind.RunRefused, ""));
                return;
        }

        Note(state, ExplainClass.Fired);
        state.Firings++;
        state.LastFired[key] = _now;
        _sink.Fired(new Firing(_cause, _now, rule.Id, rule.Kind, source, "", state.Firings));
        foreach (RuleState follower in _rules)
        {
            Trigger? after = follower.Rule.Triggers.FirstOrDefault(t => t is RuleFiredTrigger fired && fired.Rule == rule.Id);
            if (after is not null) _later.Enqueue(() => Look(follower, after, source, null));
        }

        var run = new Run(key, trigger, source, by);
        run.Rest = Execute(state, run, rule.Steps).GetEnumerator();
        state.Runs.Add(run);
        if (rule.Mode != RunMode.Queued || runs.Count == 0) GoOn(state, run);
    }

    private bool Notifies(ResourceAddress device)
    {
        Device? listed = _program.Site.Devices.FirstOrDefault(d => d.Address == device);
        bool on = _known.TryGetValue((device, "notification"), out DataValue said) && said.Kind == DataKind.Boolean ? said.Boolean : listed?.Notification ?? true;
        return on && (listed?.NotificationSchedule is not { } schedule || WindowsCompiler.Compile(schedule, _program.Site.TimeZone).StateAt(_now).Open);
    }

    private bool Holds(Condition condition, SeenEvent? by) => condition switch
    {
        AllOf all => all.Conditions.All(c => Holds(c, by)),
        AnyOf any => any.Conditions.Any(c => Holds(c, by)),
        NotCondition not => !Holds(not.Inner, by),
        StateCondition state => Holds(state.Test, _known.GetValueOrDefault((state.Resource, state.Test.Property))),
        EventDataCondition data => by is not null && Holds(data.Test, by.Data[data.Test.Property]),
        ScheduleCondition schedule => WindowsCompiler.Compile(schedule.Windows, _program.Site.TimeZone).StateAt(_now).Open,
        RuleEnabledCondition other => _rules.Any(r => r.Rule.Id == other.Rule && r.Enabled == other.Enabled),
        _ => throw new NotSupportedException(condition.GetType().Name),
    };

    // ---- runs

    private void GoOn(RuleState state, Run run)
    {
        run.Timer = null;
        run.Until = null;
        _executing = run;
        bool more = run.Rest!.MoveNext();
        _executing = null;
        if (more)
        {
            run.Until = run.Rest.Current.Until;
            run.Timer = At(_now + run.Rest.Current.Time, state.Rule.Id, run.Key, () =>
            {
                if (run.Until is not null && !run.Rest.Current.GoOnAtTimeout) Stop(state, run);
                else GoOn(state, run);
                StartNext(state, run);
            });
            return;
        }

        Stop(state, run);
        StartNext(state, run);
    }

    private void Stop(RuleState state, Run run)
    {
        state.Runs.Remove(run);
        if (run.Timer is not null) _deadlines.Remove(run.Timer);
        run.Stopped = true;
    }

    /// <summary>A queued run starts when the one before it, of the same key, is over.</summary>
    private void StartNext(RuleState state, Run before)
    {
        if (!before.Stopped || before.Followed) return;
        before.Followed = true;
        if (state.Rule.Mode == RunMode.Queued && state.Runs.FirstOrDefault(r => r.Key == before.Key) is { } next) GoOn(state, next);
    }

    private bool WakeOneWaiting()
    {
        // In the order in which they began to wait.
        var waiting = _rules.SelectMany(state => state.Runs.Where(run => run.Until is not null).Select(run => (State: state, Run: run))).OrderBy(w => w.Run.Timer!.Made);
        foreach ((RuleState state, Run run) in waiting)
        {
            if (!Holds(run.Until!, run.By)) continue;
            _deadlines.Remove(run.Timer!);
            GoOn(state, run);
            return true;
        }

        return false;
    }

    private IEnumerable<Pause> Execute(RuleState state, Run run, IEnumerable<Step> steps)
    {
        foreach (Step step in steps)
        {
            if (run.Ended) yield break;
            switch (step)
            {
                case DelayStep delay:
                    yield return new Pause(delay.Delay, null, true);
                    break;
                case WaitStep wait:
                    if (!Holds(wait.Until, run.By)) yield return new Pause(wait.Timeout, wait.Until, wait.GoOnAtTimeout);
                    break;
                case IfStep choice:
                    foreach (Pause pause in Execute(state, run, Holds(choice.Condition, run.By) ? choice.Then : choice.Else)) yield return pause;
                    break;
                case RepeatStep repeat:
                    for (int i = 0; i < repeat.Times && !run.Ended; i++)
                    {
                        foreach (Pause pause in Execute(state, run, repeat.Steps)) yield return pause;
                    }

                    break;
                case StopStep:
                    run.Ended = true;
                    break;
                default:
                    Do(state.Rule, run, step);
                    break;
            }
        }
    }

    private void Do(EngineRule rule, Run run, Step step)
    {
        switch (step)
        {
            case ActionStep action:
                IEnumerable<ResourceAddress> targets = action.OnTrigger && !run.Source.IsEmpty ? action.Targets.Prepend(run.Source) : action.Targets;
                foreach (ResourceAddress target in targets)
                {
                    TimeSpan worth = action.ExpiresAfter ?? ActionTypes.All[action.Action].WorthDoing;
                    _sink.Requested(new ActionRequest { Cause = _cause, Rule = rule.Id, Index = _index++, Action = action.Action, On = target, Parameters = action.Parameters, At = _now, ExpiresAt = _now + worth });
                }

                break;
            case PublishStep publish:
                _sink.Published(new PublishRequest(_cause, _now, rule.Id, _index++, publish.Topic, publish.Payload, publish.Retain, publish.QoS));
                break;
            case NotifyStep notify:
                _sink.Notified(new NotificationRequest(_cause, _now, rule.Id, _index++, run.Source, notify.Message, notify.ReceivedBy, notify.Recipients));
                break;
            case SetRuleStep set:
                Switch(set.Rule, set.Enabled);
                break;
            case SetStateStep set:
                // The run itself sees it at once; other rules look when their turn comes.
                if (Learn(set.Resource, set.Properties, false) is { } look) _later.Enqueue(look);
                break;
            case RaiseExceptionStep raise:
                Raise(rule, run, raise);
                break;
            default:
                throw new NotSupportedException(step.GetType().Name);
        }
    }

    /// <summary>Begins an exception, once while it is active; what has no end begins it each time.</summary>
    private void Raise(EngineRule rule, Run run, RaiseExceptionStep step)
    {
        bool ends = run.Trigger is StateTrigger or ThresholdTrigger || (run.Trigger is EventTrigger && _active.ContainsKey((run.Source, run.By!.Type)));
        var cause = ends ? new ExceptionCause(run.Trigger!, run.Source, run.By?.Type) : null;
        ActiveException? active = _exceptions.FirstOrDefault(e => e.Rule == rule.Id && e.Source == run.Source && e.Step.Exception == step.Exception);
        if (active is not null && cause is not null)
        {
            active.Causes.Add(cause);
            return;
        }

        if (cause is not null) _exceptions.Add(new ActiveException(rule.Id, run.Source, step, [cause]));
        _sink.ExceptionChanged(new ExceptionChange(_cause, _now, rule.Id, run.Source, step.Exception, true, step.ReceivedBy, step.Recipients));
    }

    /// <summary>Some causes are over: the exceptions that have none left end.</summary>
    private void EndExceptions(Predicate<ExceptionCause> over)
    {
        foreach (ActiveException exception in _exceptions.ToList())
        {
            if (exception.Causes.RemoveWhere(over) == 0 || exception.Causes.Count > 0) continue;
            _exceptions.Remove(exception);
            RaiseExceptionStep step = exception.Step;
            _sink.ExceptionChanged(new ExceptionChange(_cause, _now, exception.Rule, exception.Source, step.Exception, false, step.ReceivedBy, step.Recipients));
        }
    }

    private sealed record Pause(TimeSpan Time, Condition? Until, bool GoOnAtTimeout);

    private sealed class Run(ResourceAddress key, Trigger? trigger, ResourceAddress source, SeenEvent? by)
    {
        public Trigger? Trigger { get; } = trigger;

        public ResourceAddress Key { get; } = key;

        public ResourceAddress Source { get; } = source;

        public SeenEvent? By { get; } = by;

        public IEnumerator<Pause>? Rest { get; set; }

        public Deadline? Timer { get; set; }

        public Condition? Until { get; set; }

        /// <summary>A stop step was reached.</summary>
        public bool Ended { get; set; }

        public bool Stopped { get; set; }

        public bool Followed { get; set; }
    }
}
