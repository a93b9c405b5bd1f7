using System.Collections.Immutable;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Compilation;

internal sealed partial class ImageCompiler
{
    private readonly Dictionary<int, (int First, int Count)> _stretches = [];

    /// <summary>Jump targets are relative to the rule's first operation.</summary>
    /// <returns>How many repeat counters are needed, at most.</returns>
    private int CompileSteps(ImmutableArray<Step> steps, int first, int depth)
    {
        int counters = depth;
        foreach (Step step in steps) counters = Math.Max(counters, CompileStep(step, first, depth));
        return counters;
    }

    private int CompileStep(Step step, int first, int depth)
    {
        switch (step)
        {
            case ActionStep a:
                TimeSpan worth = a.ExpiresAfter ?? (ActionTypes.All.TryGetValue(a.Action, out ActionTypeInfo? type) ? type.WorthDoing : TimeSpan.FromMinutes(1));
                ResourceAddress on = a.Targets.Length > 0 ? a.Targets[0] : default;
                _operations.Add(new Operation
                {
                    Kind = OperationKind.Action, Flag = a.OnTrigger, Text = a.Action, On = on, Data = a.Parameters, Ticks = worth.Ticks,
                    More = a.Targets.Length > 1 ? a.Targets.AsSpan()[1..].ToArray() : null,
                });
                return depth;
            case DelayStep d:
                _operations.Add(new Operation { Kind = OperationKind.Delay, Ticks = d.Delay.Ticks });
                return depth;
            case WaitStep w:
                _operations.Add(new Operation { Kind = OperationKind.Wait, More = CompileExpression(w.Until), Ticks = w.Timeout.Ticks, Flag = w.GoOnAtTimeout });
                return depth;
            case IfStep i:
                return CompileIf(i, first, depth);
            case RepeatStep r:
                _operations.Add(new Operation { Kind = OperationKind.RepeatBegin, Count = checked((ushort)depth) });
                int body = _operations.Count - first;
                int counters = CompileSteps(r.Steps, first, depth + 1);
                _operations.Add(new Operation { Kind = OperationKind.RepeatEnd, Count = checked((ushort)depth), Ticks = r.Times, Target = body });
                return counters;
            case StopStep:
                _operations.Add(new Operation { Kind = OperationKind.Stop });
                return depth;
            case PublishStep p:
                _operations.Add(new Operation { Kind = OperationKind.Publish, More = new PublishTemplate(p.Topic, p.Payload, p.Retain, p.QoS) });
                return depth;
            case NotifyStep n:
                _operations.Add(new Operation { Kind = OperationKind.Notify, Text = n.Message, More = n });
                return depth;
            case RaiseExceptionStep e:
                _operations.Add(new Operation { Kind = OperationKind.Raise, Text = e.Exception, More = e });
                return depth;
            case SetRuleStep s:
                _operations.Add(new Operation { Kind = OperationKind.SetRule, Text = s.Rule, Flag = s.Enabled });
                return depth;
            case SetStateStep s:
                ResourceOf(s.Resource);
                _operations.Add(new Operation { Kind = OperationKind.SetState, On = s.Resource, Data = s.Properties });
                return depth;
            case ScriptStep s:
                _operations.Add(new Operation { Kind = OperationKind.Script, Text = s.Source });
                return depth;
            default:
                throw new ArgumentException($"The engine does not know the step {step.GetType().Name}.", nameof(step));
        }
    }

    /// <summary>Many rules do the same; a stretch that is there already is used again, so that firings read fewer lines.</summary>
    /// <returns>Where the operations are that were just added from <paramref name="first"/> on.</returns>
    private int ShareOperations(int first)
    {
        int count = _operations.Count - first;
        if (count == 0) return 0;
        var hash = new HashCode();
        for (int i = first; i < _operations.Count; i++) hash.Add(_operations[i].GetStepHash());
        int key = hash.ToHashCode();
        if (!_stretches.TryGetValue(key, out (int First, int Count) known))
        {
            _stretches.Add(key, (first, count));
            return first;
        }

        if (known.Count != count) return first;
        for (int i = 0; i < count; i++)
        {
            if (!_operations[known.First + i].IsSameStep(_operations[first + i])) return first;
        }

        _operations.RemoveRange(first, count);
        return known.First;
    }

    private int CompileIf(IfStep step, int first, int depth)
    {
        int unless = _operations.Count;
        _operations.Add(new Operation { Kind = OperationKind.Unless, More = CompileExpression(step.Condition) });
        int counters = CompileSteps(step.Then, first, depth);
        int jump = _operations.Count;
        if (step.Else.Length > 0) _operations.Add(new Operation { Kind = OperationKind.Jump });
        Patch(unless, _operations.Count - first);
        if (step.Else.Length == 0) return counters;
        counters = Math.Max(counters, CompileSteps(step.Else, first, depth));
        Patch(jump, _operations.Count - first);
        return counters;
    }

    private void Patch(int operation, int target)
    {
        Operation patched = _operations[operation];
        patched.Target = target;
        _operations[operation] = patched;
    }
}
