using System.Collections.Frozen;
using Automation.Core.Model;

namespace Automation.Isapi.Actions;

/// <summary>Finds the function of an action (ACT-1…ACT-7, SCH-4, SCH-5).</summary>
internal static class ActionExecutor
{
    private static readonly FrozenDictionary<string, Func<ActionCall, CancellationToken, Task<ActionResult>>> Single =
        new (string Name, Func<ActionCall, CancellationToken, Task<ActionResult>> Function)[]
        {
            ("capture", CameraActions.CaptureAsync),
            ("record", CameraActions.RecordAsync),
            ("armCamera", CameraActions.ArmAsync),
            ("disarmCamera", CameraActions.DisarmAsync),
            ("enablePrivacyMask", CameraActions.EnablePrivacyMaskAsync),
            ("disablePrivacyMask", CameraActions.DisablePrivacyMaskAsync),
            ("irCut", CameraActions.IrCutAsync),
            ("keyFrame", CameraActions.KeyFrameAsync),
            ("callPreset", PtzActions.CallPresetAsync),
            ("callPatrol", PtzActions.CallPatrolAsync),
            ("callPattern", PtzActions.CallPatternAsync),
            ("goHome", PtzActions.GoHomeAsync),
            ("movePtz", PtzActions.MoveAsync),
            ("auxiliary", PtzActions.AuxiliaryAsync),
            ("parkAction", ScheduleActions.ParkAsync),
            ("setTimeTasks", ScheduleActions.TimeTasksAsync),
            ("setRecordSchedule", ScheduleActions.RecordScheduleAsync),
            ("setEventSchedule", ScheduleActions.EventScheduleAsync),
            ("triggerAlarmOutput", OutputActions.TriggerAsync),
            ("pulseAlarmOutput", OutputActions.PulseAsync),
            ("armAlarmInput", OutputActions.ArmInputAsync),
            ("disarmAlarmInput", OutputActions.DisarmInputAsync),
            ("sirenOn", SirenActions.OnAsync),
            ("sirenOff", SirenActions.OffAsync),
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
            ("configure", ImageActions.ConfigureAsync),
            ("restoreDefaults", ImageActions.RestoreDefaultsAsync),
            ("calibrate", ImageActions.CalibrateAsync),
        }.ToFrozenDictionary(f => f.Name, f => f.Function, StringComparer.Ordinal);

    /// <summary>Those that do several resources in one call, where the device can (docs/decisions/0009).</summary>
    private static readonly FrozenDictionary<string, Func<IReadOnlyList<ActionCall>, CancellationToken, Task<ActionResult[]>>> Batches =
        new (string Name, Func<IReadOnlyList<ActionCall>, CancellationToken, Task<ActionResult[]>> Function)[]
        {
            ("arm", AreaActions.ArmAsync),
            ("disarm", AreaActions.DisarmAsync),
            ("clearAlarm", AreaActions.ClearAlarmAsync),
            ("bypassZone", ZoneActions.BypassAsync),
            ("recoverZone", ZoneActions.RecoverAsync),
            ("deactivateZone", ZoneActions.DeactivateAsync),
            ("openRelay", RelayActions.OpenAsync),
            ("closeRelay", RelayActions.CloseAsync),
        }.ToFrozenDictionary(f => f.Name, f => f.Function, StringComparer.Ordinal);

    public static IEnumerable<string> Names => Single.Keys.Concat(Batches.Keys);

    /// <summary>Does a checked action on each, in their order. Throws only when cancelled.</summary>
    public static async Task<ActionResult[]> ExecuteAsync(string action, IReadOnlyList<ActionCall> calls, CancellationToken cancellationToken)
    {
        if (Batches.TryGetValue(action, out Func<IReadOnlyList<ActionCall>, CancellationToken, Task<ActionResult[]>>? batch)) return await batch(calls, cancellationToken).ConfigureAwait(false);
        var results = new ActionResult[calls.Count];
        for (int i = 0; i < results.Length; i++) results[i] = await Single[action](calls[i], cancellationToken).ConfigureAwait(false);
        return results;
    }
}
