using System.Runtime.CompilerServices;
using Automation.Core.Compilation;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;
using Automation.Core.Tracing;

namespace Automation.Core.Engine;

/// <summary>From a triggered rule to its firing: conditions, cooldown, run mode, the loop guard.</summary>
public sealed partial class SiteEngine
{
    /// <summary>Looks at the conditions of a triggered rule and fires it when they hold.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Consider(int rule, in Spark spark)
    {
        ref RuleRow row = ref _rules[rule];
        ref readonly NeedSet needs = ref _needSets[row.Needs];
        ulong missing0 = needs.Need0 & ~_truth[needs.Word0];
        ulong missing1 = needs.Need1 & ~_truth[needs.Word1];
        const RuleFlags Rare = RuleFlags.Disabled | RuleFlags.Residual | RuleFlags.Grouped;
        if ((row.Flags & Rare) != 0 || spark.Silent || spark.Chain >= 0)
        {
            ConsiderAtLarge(rule, in spark, missing0, missing1);
            return;
        }

        if ((missing0 | missing1) != 0)
        {
            Miss(rule, ref row, EvaluationOutcome.Of(EvaluationResult.ConditionsMissing, EvaluationOutcome.Pack(needs.Need0, missing0, needs.Need1, missing1)));
            return;
        }

        Fire(rule, ref row, in spark);
        Execute(rule, 0, in spark, null);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ConsiderAtLarge(int rule, in Spark spark, ulong missing0, ulong missing1)
    {
        ref RuleRow row = ref _rules[rule];
        if ((row.Flags & RuleFlags.Disabled) != 0)
        {
            Miss(rule, ref row, EvaluationOutcome.Of(EvaluationResult.Disabled));
            return;
        }

        if (spark.Silent && (row.Flags & RuleFlags.NeedsNotification) != 0)
        {
            Miss(rule, ref row, EvaluationOutcome.Of(EvaluationResult.Silent));
            return;
        }

        NeedSet needs = _needSets[row.Needs];
        uint missing = EvaluationOutcome.Pack(needs.Need0, missing0, needs.Need1, missing1);
        if ((row.Flags & RuleFlags.Residual) != 0) missing |= MissingResiduals(rule, in needs, in spark);
        if (missing != 0)
        {
            Miss(rule, ref row, EvaluationOutcome.Of(EvaluationResult.ConditionsMissing, missing));
            return;
        }

        if (spark.Chain >= 0 && !MayChain(rule, spark.Chain))
        {
            Miss(rule, ref row, EvaluationOutcome.Of(EvaluationResult.Loop));
            return;
        }

        if ((row.Flags & RuleFlags.Grouped) == 0)
        {
            Fire(rule, ref row, in spark);
            Execute(rule, 0, in spark, null);
            return;
        }

        RunGroup group = GroupOf(rule, KeyOf(rule, spark.Resource));
        if (!MayRun(rule, group, ref row)) return;
        RuleInfo info = _image.Infos[rule];
        if (info.CooldownTicks > 0) group.CooldownUntil = _now + info.CooldownTicks;
        Fire(rule, ref row, in spark);
        if (info.Suspends) Launch(rule, group, in spark);
        else Execute(rule, 0, in spark, null);
    }

    private void Fire(int rule, ref RuleRow row, in Spark spark)
    {
        row.LastEvaluationTicks = _now;
        row.LastOutcome = EvaluationOutcome.Of(EvaluationResult.Fired);
        _recorder.Add(_now, rule, row.LastOutcome);
        ref RuleNames names = ref _names[rule];
        long number = ++names.Firings;
        names.LastFiredTicks = _now;
        _sink.Fired(new Firing(_cause, _at, names.Id, _kinds[names.Kind], spark.Source, spark.Label, number));
        if ((row.Flags & RuleFlags.Watched) != 0) FollowUp(rule, in spark);
    }

    private void Record(int rule, uint outcome)
    {
        ref RuleRow row = ref _rules[rule];
        row.LastEvaluationTicks = _now;
        row.LastOutcome = outcome;
        _recorder.Add(_now, rule, outcome);
    }

    /// <summary>One pattern of the rule did not fit; says nothing where another did.</summary>
    private void RecordUnfit(int rule, EvaluationResult result)
    {
        if (_rules[rule].LastEvaluationTicks != _now) Record(rule, EvaluationOutcome.Of(result));
    }

    private void Miss(int rule, ref RuleRow row, uint outcome)
    {
        row.LastEvaluationTicks = _now;
        row.LastOutcome = outcome;
        _recorder.Add(_now, rule, outcome);

        // The nearest miss is the one with the fewest conditions missing; of equals the youngest.
        if (EvaluationOutcome.ResultOf(outcome) == EvaluationResult.ConditionsMissing
            && (row.NearestMissTicks == 0 || EvaluationOutcome.MissingCount(outcome) <= EvaluationOutcome.MissingCount(row.NearestMiss)))
        {
            row.NearestMiss = outcome;
            row.NearestMissTicks = _now;
        }
    }

    /// <summary>What is missing beyond the first two words: one bit each, after the bits of those.</summary>
    private uint MissingResiduals(int rule, in NeedSet needs, in Spark spark)
    {
        RuleInfo info = _image.Infos[rule];
        int at = System.Numerics.BitOperations.PopCount(needs.Need0) + System.Numerics.BitOperations.PopCount(needs.Need1);
        uint missing = 0;
        foreach ((int word, ulong mask) in info.MoreNeeds)
        {
            for (ulong left = mask; left != 0; left &= left - 1, at++)
            {
                if ((_truth[word] & (1ul << System.Numerics.BitOperations.TrailingZeroCount(left))) == 0) missing |= 1u << Math.Min(at, EvaluationOutcome.ConditionBits - 1);
            }
        }

        foreach (Expression residual in info.Residuals)
        {
            if (!Holds(residual, rule, in spark)) missing |= 1u << Math.Min(at, EvaluationOutcome.ConditionBits - 1);
            at++;
        }

        return missing;
    }

    private bool Holds(Expression expression, int rule, in Spark spark)
    {
        switch (expression)
        {
            case BitExpression bit:
                return (_truth[bit.Bit >> 6] & (1ul << (bit.Bit & 63))) != 0;
            case DataExpression data:
                return spark.Event is not null && data.Test.Holds(spark.Data);
            case NotExpression not:
                return !Holds(not.Inner, rule, in spark);
            case AllExpression all:
                foreach (Expression part in all.Parts)
                {
                    if (!Holds(part, rule, in spark)) return false;
                }

                return true;
            case AnyExpression any:
                foreach (Expression part in any.Parts)
                {
                    if (Holds(part, rule, in spark)) return true;
                }

                return false;
            case ScriptExpression script:
                return HoldsScript(script.Source, rule, in spark);
            default:
                throw new InvalidOperationException($"no evaluation for {expression.GetType().Name}");
        }
    }

    private int KeyOf(int rule, int resource) => _image.Infos[rule].Form.Key switch
    {
        _ when resource < 0 => -1,
        RunKey.Device => _resources[resource].Device,
        RunKey.Resource => resource,
        _ => -1,
    };

    private void Switch(string rule, bool on, string by)
    {
        bool changed = false;
        if (_image.RuleNumbers.TryGetValue(rule, out int number))
        {
            ref RuleRow row = ref _rules[number];
            changed = on == ((row.Flags & RuleFlags.Disabled) != 0);
            if (changed)
            {
                row.Flags = on ? row.Flags & ~RuleFlags.Disabled : row.Flags | RuleFlags.Disabled;
                WriteToggleBits(number);
                if (!on) CancelRuns(number);
            }
        }

        if (SwitchGroup(rule, on) | changed) _sink.RuleSwitched(new RuleSwitch(_cause, _at, rule, on, by));
    }

    private void WriteToggleBits(int rule)
    {
        if (!_image.ToggleBits.TryGetValue(rule, out List<(int Bit, bool Enabled)>? bits)) return;
        bool on = (_rules[rule].Flags & RuleFlags.Disabled) == 0;
        foreach ((int bit, bool enabled) in bits) WriteBit(bit, on == enabled);
    }

    private void WriteBit(int bit, bool value)
    {
        _truthChanged = true;
        ulong mask = 1ul << (bit & 63);
        if (value) _truth[bit >> 6] |= mask;
        else _truth[bit >> 6] &= ~mask;
    }
}
