using Automation.Core.Model;
using Automation.Isapi.Actions;

namespace Automation.Isapi;

/// <summary>Doing actions on the device.</summary>
public sealed partial class DeviceConnection
{
    /// <summary>Does an action on one resource; its effect is not waited for. As the other form otherwise.</summary>
    public async Task<ActionOutcome> ExecuteAsync(string action, ResourceAddress on, DataObject parameters, CancellationToken ct) =>
        (await ExecuteAsync(action, [on], parameters, ct).ConfigureAwait(false))[0].Outcome;

    /// <summary>Does an action on one resource or several. Never throws for what the device does; only when cancelled.</summary>
    /// <param name="action">One of <see cref="ActionTypes"/>; several resources only for one that goes in batches.</param>
    /// <param name="on">The device or one of its resources; several are resources of one kind.</param>
    /// <param name="parameters">Checked before anything is sent; those that are not given count by their defaults.</param>
    /// <returns>An answer for each resource, in their order. <see cref="ActionOutcome.RetrySafe"/> is true where it certainly did not happen and a later try may help.</returns>
    public async Task<IReadOnlyList<ActionAnswer>> ExecuteAsync(string action, IReadOnlyList<ResourceAddress> on, DataObject parameters, CancellationToken ct)
    {
        var answers = new ActionAnswer[on.Count];
        var sound = new List<int>();
        for (int i = 0; i < answers.Length; i++)
        {
            if (ActionCheck.Problem(_device, on[i], action, parameters) is { } problem) answers[i] = new ActionAnswer(Answers.Invalid(problem));
            else sound.Add(i);
        }

        if (sound.Count == 0) return answers;
        if (await OfflineAsync(ct).ConfigureAwait(false) is { } offline)
        {
            foreach (int i in sound) answers[i] = new ActionAnswer(offline);
            return answers;
        }

        ActionTypeInfo type = ActionTypes.All[action];
        DataObject complete = type.Complete(parameters);
        ActionCall[] calls = [.. sound.Select(i => new ActionCall(on[i], _device.Resources.FirstOrDefault(r => r.Address == on[i]), complete, _tools))];
        ActionResult[] results = await ActionExecutor.ExecuteAsync(action, calls, ct).ConfigureAwait(false);
        Task<ActionOutcome>?[] effects = _effects.Begin(results, type.Effect?.Within ?? TimeSpan.Zero);
        for (int i = 0; i < results.Length; i++) answers[sound[i]] = new ActionAnswer(results[i].Outcome, effects[i]);
        if (Array.Exists(results, r => r.Outcome.Succeeded && r.Probe is null)) PollSoon();
        if (Array.Exists(results, r => r.Outcome.Reason == ActionReason.Unauthorized)) TellIfLoginClosed();
        return answers;
    }

    /// <summary>Why nothing can be asked of the device now; null when it is there.</summary>
    private async Task<ActionOutcome?> OfflineAsync(CancellationToken cancellationToken)
    {
        if (await DeterminedAsync(cancellationToken).ConfigureAwait(false) && Online) return null;
        return _endpoint.Gate.Reason is { } closed
            ? ActionOutcome.Failed(ActionReason.Unauthorized, retrySafe: false, closed)
            : ActionOutcome.Failed(ActionReason.DeviceOffline, retrySafe: true);
    }

    /// <summary>Just started, nobody knows yet whether the device is there; that is worth a short wait.</summary>
    private async Task<bool> DeterminedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _determined.Task.WaitAsync(_limits.CallTimeout, _time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
