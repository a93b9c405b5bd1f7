using System.Collections.Frozen;
using Automation.Core.Model;
using Automation.Isapi.Http;

namespace Automation.Isapi.Actions;

/// <summary>One action on one resource, as its function sees it.</summary>
internal sealed record ActionCall(ResourceAddress On, DataObject Parameters, DeviceCalls Calls, DelayedCalls Later, IPictureObserver? Pictures, int MaxPictureBytes)
{
    /// <summary>The resource's number in the device.</summary>
    public int Number => On.Number;
}

/// <summary>Finds the function of an action (ACT-1…ACT-7).</summary>
internal static class ActionExecutor
{
    private static readonly FrozenDictionary<string, Func<ActionCall, CancellationToken, Task<ActionOutcome>>> Functions =
        new (string Name, Func<ActionCall, CancellationToken, Task<ActionOutcome>> Function)[]
        {
            ("capture", CameraActions.CaptureAsync),
            ("record", CameraActions.RecordAsync),
            ("callPreset", PtzActions.CallPresetAsync),
            ("callPatrol", PtzActions.CallPatrolAsync),
            ("callPattern", PtzActions.CallPatternAsync),
            ("goHome", PtzActions.GoHomeAsync),
            ("movePtz", PtzActions.MoveAsync),
            ("auxiliary", PtzActions.AuxiliaryAsync),
            ("armCamera", CameraActions.ArmAsync),
            ("disarmCamera", CameraActions.DisarmAsync),
            ("enablePrivacyMask", CameraActions.EnablePrivacyMaskAsync),
            ("disablePrivacyMask", CameraActions.DisablePrivacyMaskAsync),
            ("irCut", CameraActions.IrCutAsync),
            ("keyFrame", CameraActions.KeyFrameAsync),
            ("triggerAlarmOutput", OutputActions.TriggerAsync),
            ("pulseAlarmOutput", OutputActions.PulseAsync),
            ("armAlarmInput", OutputActions.ArmInputAsync),
            ("disarmAlarmInput", OutputActions.DisarmInputAsync),
            ("openRelay", PanelActions.OpenRelayAsync),
            ("closeRelay", PanelActions.CloseRelayAsync),
            ("sirenOn", PanelActions.SirenOnAsync),
            ("sirenOff", PanelActions.SirenOffAsync),
            ("arm", PanelActions.ArmAsync),
            ("disarm", PanelActions.DisarmAsync),
            ("clearAlarm", PanelActions.ClearAlarmAsync),
            ("bypassZone", PanelActions.BypassZoneAsync),
            ("recoverZone", PanelActions.RecoverZoneAsync),
            ("deactivateZone", PanelActions.DeactivateZoneAsync),
            ("openDoor", DoorActions.OpenAsync),
            ("closeDoor", DoorActions.CloseAsync),
            ("remainOpen", DoorActions.RemainOpenAsync),
            ("remainClosed", DoorActions.RemainClosedAsync),
            ("resumeDoor", DoorActions.ResumeAsync),
            ("playAudio", OtherActions.PlayAudioAsync),
            ("restartPort", OtherActions.RestartPortAsync),
            ("clearPortAlarm", OtherActions.ClearPortAlarmAsync),
            ("extendPort", OtherActions.ExtendPortAsync),
            ("reboot", OtherActions.RebootAsync),
        }.ToFrozenDictionary(f => f.Name, f => f.Function, StringComparer.Ordinal);

    public static IEnumerable<string> Names => Functions.Keys;

    /// <summary>Checks the action against the resource and does it. Throws only when cancelled.</summary>
    public static Task<ActionOutcome> ExecuteAsync(string action, ActionCall call, CancellationToken cancellationToken)
    {
        if (!Functions.TryGetValue(action, out Func<ActionCall, CancellationToken, Task<ActionOutcome>>? function)) return Task.FromResult(ActionParameters.Invalid($"the action {action} is not known"));
        string kind = call.On.IsDevice ? "device" : call.On.Kind;
        if (!ActionTypes.All[action].Kinds.Contains(kind)) return Task.FromResult(ActionParameters.Invalid($"{action} cannot be done on a {kind}"));
        return function(call, cancellationToken);
    }
}
