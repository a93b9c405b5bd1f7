using System.Globalization;
using Automation.Core.Model;
using Automation.Isapi.Actions.Effects;
using Automation.Isapi.Documents;
using Automation.Isapi.Http;
using Automation.Isapi.Status;

namespace Automation.Isapi.Actions;

/// <summary>What the actions of one device share.</summary>
/// <param name="Book">Takes what a look after an effect reads.</param>
/// <param name="Doors">What the device's doors can be told.</param>
internal sealed record ActionTools(Device Device, DeviceCalls Calls, DelayedCalls Later, StateBook Book, DoorCommands Doors, IPictureObserver? Pictures, int MaxPictureBytes)
{
    /// <summary>Behind a receiver gateway only what 002 writes down is asked for.</summary>
    public bool IsBehindReceiver => Device.Connection?.IsThroughGateway == true;

    /// <summary>Panels want to be asked gently (isapi.md, quirk 14).</summary>
    public bool IsPanel => Device.Kind == "security-panel" || Device.Connection?.Dialect == "securityCp";
}

/// <summary>One action on one resource, as its function sees it. Its parameters are checked, and those that count by default are among them.</summary>
internal sealed record ActionCall(ResourceAddress On, Resource? Resource, DataObject Parameters, ActionTools Tools)
{
    /// <summary>The resource's number in the device.</summary>
    public int Number => On.Number;

    public DeviceCalls Calls => Tools.Calls;

    /// <summary>What a person calls it.</summary>
    public string Name => Resource is { Name.Length: > 0 } ? string.Create(CultureInfo.InvariantCulture, $"{On.Kind} {On.Number} ({Resource.Name})") : string.Create(CultureInfo.InvariantCulture, $"{On.Kind} {On.Number}");

    public string Word(string name) => Parameters[name].ToString();

    public bool Has(string name) => !Parameters[name].IsNull;

    /// <summary>The number of a parameter; zero when it is not given.</summary>
    public double Decimal(string name) => ActionParameterInfo.NumberOf(Parameters[name]) ?? 0;

    public int Integer(string name) => (int)Decimal(name);

    public bool Flag(string name) => Parameters[name].Boolean || Parameters[name].Text == "true";

    /// <summary>The forms of a path: devices of 003's time have ports and video inputs not below <c>/System</c> (003 §8.3, §8.4; isapi.md 1.4).</summary>
    public string[] Forms(string path) => Calls.IsBare && (path.StartsWith("/System/IO/", StringComparison.Ordinal) || path.StartsWith("/System/Video/", StringComparison.Ordinal)) ? [path["/System".Length..], path] : [path];

    /// <summary>A body in the device's own dialect: 003 writes namespace 1.0, devices of today take 2.0.</summary>
    public DeviceContent Xml(string root, string inner) => DeviceContent.Xml(Calls.IsBare
        ? $"<{root} version=\"1.0\" xmlns=\"http://www.hikvision.com/ver10/XMLSchema\">{inner}</{root}>"
        : $"<{root} version=\"2.0\" xmlns=\"http://www.isapi.org/ver20/XMLSchema\">{inner}</{root}>");
}

/// <summary>What came of an action: the outcome, and what shows its effect; without a probe nothing is looked for.</summary>
internal readonly record struct ActionResult(ActionOutcome Outcome, IEffectProbe? Probe = null)
{
    public static implicit operator ActionResult(ActionOutcome outcome) => new(outcome);

    /// <summary>The answer's outcome; when it succeeded, with what shows its effect.</summary>
    public static ActionResult Of(DeviceAnswer answer, Func<IEffectProbe?> probe)
    {
        ActionOutcome outcome = answer.ToOutcome();
        return new ActionResult(outcome, outcome.Succeeded ? probe() : null);
    }
}

internal static class Answers
{
    public static ActionOutcome Invalid(string what) => ActionOutcome.Failed(ActionReason.Invalid, retrySafe: false, what);

    /// <summary>The device does not have this path; another form of the same may be there. A busy one, or a missing right, is something else (isapi.md 1.5).</summary>
    public static bool IsMissing(this DeviceAnswer answer)
    {
        if (answer.Failure != CallFailure.None || answer.IsSuccess) return false;
        ResponseStatus? status = answer.ResponseStatus;
        if (status is null) return answer.Status is 400 or 403 or 404 or 405 or 501;
        return status.Meaning.Reason == ActionReason.NotSupported || (status.SubStatus is null && status.StatusCode is 4 or 5 or 6 && answer.Status is 400 or 403 or 404 or 405);
    }

    /// <summary>Asks for the forms one after the other until the device has one.</summary>
    public static async Task<(DeviceAnswer Answer, int Form)> FirstThatIsThereAsync(params Func<Task<DeviceAnswer>>[] forms)
    {
        DeviceAnswer? first = null;
        for (int i = 0; i < forms.Length; i++)
        {
            DeviceAnswer answer = await forms[i]().ConfigureAwait(false);
            if (!answer.IsMissing()) return (answer, i);
            first ??= answer;
        }

        return (first!, 0);
    }
}
