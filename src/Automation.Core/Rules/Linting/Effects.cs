using System.Collections.Immutable;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>What actions bring about: events and states that other rules may be triggered by, and the opposite of each.</summary>
internal static class Effects
{
    /// <param name="Event">An event it makes the target raise; empty: none.</param>
    /// <param name="Property">A property of the target's state that it sets; empty: none.</param>
    public readonly record struct Effect(ResourceAddress On, string Event, string Property, DataValue Value);

    /// <summary>The thing an action switches and the side it switches to; actions of one thing with different sides fight.</summary>
    public static (string Thing, string Side)? Switch(ActionStep step) => step.Action switch
    {
        "openRelay" => ("relay", "open"),
        "closeRelay" => ("relay", "closed"),
        "sirenOn" => ("siren", "on"),
        "sirenOff" => ("siren", "off"),
        "arm" => ("arming", step.Parameters["mode"].Text),
        "disarm" => ("arming", "disarm"),
        "armCamera" => ("camera", "armed"),
        "disarmCamera" => ("camera", "disarmed"),
        "enablePrivacyMask" => ("privacy mask", "on"),
        "disablePrivacyMask" => ("privacy mask", "off"),
        "remainOpen" or "openDoor" => ("door", "open"),
        "remainClosed" or "closeDoor" => ("door", "closed"),
        "armAlarmInput" => ("alarm input", "armed"),
        "disarmAlarmInput" => ("alarm input", "disarmed"),
        "bypassZone" => ("bypass", "on"),
        "recoverZone" => ("bypass", "off"),
        "callPreset" => ("preset", step.Parameters["preset"].ToString()),
        "irCut" => ("IR-cut", step.Parameters["mode"].Text),
        "triggerAlarmOutput" => ("alarm output", step.Parameters["state"].Text is "low" ? "low" : "high"),
        _ => null,
    };

    /// <summary>Every effect of a rule's steps, also of those under conditions.</summary>
    public static IEnumerable<Effect> Of(ImmutableArray<Step> steps)
    {
        foreach (Step step in steps)
        {
            switch (step)
            {
                case ActionStep action:
                    foreach (ResourceAddress target in action.Targets)
                    {
                        foreach (Effect effect in Of(action, target)) yield return effect;
                    }

                    break;
                case SetStateStep set:
                    foreach ((string name, DataValue value) in set.Properties) yield return new Effect(set.Resource, "", name, value);
                    break;
                case IfStep branch:
                    foreach (Effect effect in Of(branch.Then).Concat(Of(branch.Else))) yield return effect;
                    break;
                case RepeatStep repeat:
                    foreach (Effect effect in Of(repeat.Steps)) yield return effect;
                    break;
            }
        }
    }

    private static IEnumerable<Effect> Of(ActionStep action, ResourceAddress target)
    {
        switch (action.Action)
        {
            case "arm":
                string mode = action.Parameters["mode"].Text;
                yield return new Effect(target, mode == "stay" ? "stayArmed" : "awayArmed", "arming", mode);
                break;
            case "disarm": yield return new Effect(target, "disarmed", "arming", "disarm"); break;
            case "clearAlarm": yield return new Effect(target, "alarmCleared", "alarm", false); break;
            case "openDoor": yield return new Effect(target, "doorOpened", "", default); break;
            case "remainOpen": yield return new Effect(target, "doorUnlocked", "", default); break;
            case "remainClosed" or "closeDoor": yield return new Effect(target, "doorLocked", "", default); break;
            case "bypassZone": yield return new Effect(target, "zoneBypassed", "bypassed", true); break;
            case "recoverZone": yield return new Effect(target, "", "bypassed", false); break;
        }
    }
}
