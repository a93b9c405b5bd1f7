using System.Globalization;
using Automation.Core.Model;
using Automation.Isapi.Documents;
using Automation.Isapi.Http;

namespace Automation.Isapi.Actions;

/// <summary>One call for many resources, and what its answer says of each (002 A.1).</summary>
internal static class BatchCall
{
    /// <summary>Asks once for all; where the device cannot, or refuses all for the sake of one, each is asked for by itself, in their order.</summary>
    /// <param name="identity">How the answer names a resource in its list of errors.</param>
    public static async Task<ActionOutcome[]> DoAsync(
        IReadOnlyList<ActionCall> calls, Func<Task<DeviceAnswer>> all, Func<ActionCall, Task<DeviceAnswer>> one, Func<ActionCall, string> identity)
    {
        DeviceAnswer answer = await all().ConfigureAwait(false);
        if (answer.Document is { } document && document.Child("ErrorList") is not null) return [.. calls.Select(c => OutcomeOf(document, identity(c)))];
        ActionOutcome outcome = answer.ToOutcome();
        // A device that is busy, or not there, is so for each of them.
        bool forAll = outcome.Succeeded || outcome.RetrySafe || calls.Count == 1 || outcome.Reason is not (ActionReason.NotSupported or ActionReason.Refused or ActionReason.Invalid);
        if (forAll && !(calls.Count == 1 && answer.IsMissing())) return [.. calls.Select(_ => outcome)];
        return await EachAsync(calls, one).ConfigureAwait(false);
    }

    public static async Task<ActionOutcome[]> EachAsync(IReadOnlyList<ActionCall> calls, Func<ActionCall, Task<DeviceAnswer>> one)
    {
        var outcomes = new ActionOutcome[calls.Count];
        for (int i = 0; i < outcomes.Length; i++) outcomes[i] = (await one(calls[i]).ConfigureAwait(false)).ToOutcome();
        return outcomes;
    }

    /// <summary>A resource that the list does not name was done; one it names without a status, too.</summary>
    private static ActionOutcome OutcomeOf(DeviceElement document, string identity)
    {
        foreach (DeviceElement entry in document.All("ErrorList"))
        {
            if (entry.TextOf("id") == identity || entry.TextOf("seq") == identity) return ResponseStatus.FromEntry(entry)?.ToOutcome() ?? ActionOutcome.Done("1 ok");
        }

        return ActionOutcome.Done("1 ok");
    }

    public static string Number(ActionCall call) => call.Number.ToString(CultureInfo.InvariantCulture);
}
