using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Automation.Core.Compilation;
using Automation.Core.Model;
using Automation.Core.Tracing;

namespace Automation.Core.Engine;

/// <summary>What became of the actions a firing asked for: a firing whose action did not happen is known as failed.</summary>
public sealed partial class SiteEngine
{
    /// <summary>Null while no rule has steps that ask for actions.</summary>
    private RequestLedger? _awaited;

    /// <summary>By rule, of the last of its firings that failed; like the last firing, no other rule's noise evicts it.</summary>
    private readonly Dictionary<int, Failure> _failures = [];

    /// <param name="Count">Requests of the firing that failed; the id, target and instant are the first one's.</param>
    private readonly record struct Failure(long FiredTicks, long FailedTicks, long Sequence, int Index, ResourceAddress On, int Count);

    private void AdoptOutcomes(RuleImage image)
    {
        // Whole at once, so that no request ever allocates.
        if (_awaited is null && image.Operations.Any(o => o.Kind is OperationKind.Action or OperationKind.Script)) _awaited = new RequestLedger(_options.MaxAwaitedOutcomes);
    }

    private void TakeOutcome(in EngineInput input)
    {
        if (_awaited is null || !TryParseRequest(input.Name, out long sequence, out int index) || !_awaited.TryTake(sequence, index, out AwaitedRequest request) || input.On) return;
        ref Failure failure = ref CollectionsMarshal.GetValueRefOrAddDefault(_failures, request.Rule, out bool known);
        if (!known || failure.FiredTicks < request.FiredTicks) failure = new Failure(request.FiredTicks, _now, sequence, index, input.Resource, 1);
        else if (failure.FiredTicks == request.FiredTicks) failure = failure with { Count = failure.Count + 1 };

        uint failed = EvaluationOutcome.Of(EvaluationResult.Failed);
        ref RuleRow row = ref _rules[request.Rule];
        if (row.LastEvaluationTicks == request.FiredTicks && EvaluationOutcome.ResultOf(row.LastOutcome) == EvaluationResult.Fired) row.LastOutcome = failed;
        _recorder.Amend(request.FiredTicks, request.Rule, EvaluationOutcome.Of(EvaluationResult.Fired), failed);
    }

    /// <summary>Takes <see cref="ActionRequest.Id"/> apart from its end: a site's id may have hyphens and dots as well.</summary>
    private bool TryParseRequest(ReadOnlySpan<char> id, out long sequence, out int index)
    {
        sequence = 0;
        index = 0;
        int dot = id.LastIndexOf('.');
        int hyphen = dot < 0 ? -1 : id[..dot].LastIndexOf('-');
        return hyphen >= 0
            && id[..hyphen].SequenceEqual(_image.Program.Site.Id)
            && long.TryParse(id[(hyphen + 1)..dot], NumberStyles.None, CultureInfo.InvariantCulture, out sequence)
            && int.TryParse(id[(dot + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out index);
    }

    private bool HasFailed(int rule, long firedTicks, out Failure failure) => _failures.TryGetValue(rule, out failure) && failure.FiredTicks == firedTicks;

    private FailedRequest? FailedRequestOf(int rule, long firedTicks) => HasFailed(rule, firedTicks, out Failure failure)
        ? new FailedRequest(string.Create(CultureInfo.InvariantCulture, $"{new CauseId(_image.Program.Site.Id, failure.Sequence)}.{failure.Index}"), failure.On, new DateTimeOffset(failure.FailedTicks, TimeSpan.Zero), failure.Count)
        : null;

    private Verdict FailedVerdict(int rule, long firedTicks)
    {
        if (FailedRequestOf(rule, firedTicks) is not { } failed) return Verdict.Of(ExplainClass.ActionFailed, "It fired, but an action it asked for failed or expired.", "what its device lacked to do the action");
        string target = failed.On.IsEmpty ? "its device" : failed.On.Value;
        string more = failed.Count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $", and so did {failed.Count - 1} more of its requests");
        return Verdict.Of(ExplainClass.ActionFailed, string.Create(CultureInfo.InvariantCulture, $"It fired, but the request {failed.Id} on {target} failed or expired at {failed.At:yyyy-MM-dd'T'HH:mm:ss.FFF'Z'}{more}."), $"what {target} lacked to do the action; the outcome of {failed.Id} names its status");
    }

    private void WriteAwaited(SnapshotWriter to)
    {
        to.Long(_awaited?.Written ?? 0);
        ImmutableArray<(long Number, AwaitedRequest Request)> awaited = _awaited is null ? [] : [.. _awaited.Awaited()];
        to.Int(awaited.Length);
        foreach ((long number, AwaitedRequest request) in awaited)
        {
            to.Long(number);
            to.Long(request.Sequence);
            to.Int(request.Index);
            to.Text(_names[request.Rule].Id);
            to.Long(request.FiredTicks);
        }

        to.Int(_failures.Count);
        foreach ((int rule, Failure failure) in _failures.OrderBy(f => f.Key))
        {
            to.Text(_names[rule].Id);
            to.Long(failure.FiredTicks);
            to.Long(failure.FailedTicks);
            to.Long(failure.Sequence);
            to.Int(failure.Index);
            to.Text(failure.On.IsEmpty ? null : failure.On.Value);
            to.Int(failure.Count);
        }
    }

    private void ReadAwaited(ref SnapshotReader from)
    {
        long written = from.Long();
        if (written < 0) throw SnapshotReader.Damaged("a count");
        _awaited?.Clear(written);
        int awaited = from.Count();
        for (int i = 0; i < awaited; i++)
        {
            (long number, long sequence, int index) = (from.Long(), from.Long(), from.Int());
            bool known = _image.RuleNumbers.TryGetValue(from.Name(), out int rule);
            long fired = from.Instant();
            if (known) _awaited?.PutBack(number, new AwaitedRequest(sequence, fired, rule, index));
        }

        int failures = from.Count();
        for (int i = 0; i < failures; i++)
        {
            bool known = _image.RuleNumbers.TryGetValue(from.Name(), out int rule);
            (long fired, long failed, long sequence, int index) = (from.Instant(), from.Instant(), from.Long(), from.Int());
            ResourceAddress on = ResourceAddress.TryParse(from.Text(), out ResourceAddress target) ? target : default;
            int count = from.Int();
            if (known) _failures[rule] = new Failure(fired, failed, sequence, index, on, count);
        }
    }
}
