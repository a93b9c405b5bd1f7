using System.Collections.Immutable;

namespace Automation.Core.Model;

/// <summary>Whether an action can be asked for, as far as the site knows its device: told before anything is sent, with what to change (ACT-8).</summary>
public static class ActionCheck
{
    /// <summary>What is wrong, and what to write instead; null when nothing is known against it.</summary>
    /// <param name="device">The device of <paramref name="on"/>.</param>
    public static string? Problem(Device device, ResourceAddress on, string action, DataObject parameters)
    {
        if (!ActionTypes.All.TryGetValue(action, out ActionTypeInfo? type)) return $"'{(action.Length <= 64 ? action : action[..64])}' is not an action";
        Resource? resource = null;
        if (on != device.Address && (resource = device.Resources.FirstOrDefault(r => r.Address == on)) is null) return $"{on} is not a resource of {device.Address}";
        string kind = resource?.Kind ?? "device";
        if (!type.Kinds.Contains(kind)) return $"{action} cannot be done on a {kind}: it is for {string.Join(", ", type.Kinds)}";
        return type.Problem(parameters) ?? Profile(device, type, parameters) ?? (resource is null ? null : Ability(device, resource, type) ?? Known(resource, type, parameters));
    }

    /// <summary>What a device of a profile cannot do, or not so (DEV-8); null for others. One that is spoken to over ISAPI does what cameras do.</summary>
    public static string? Profile(Device device, ActionTypeInfo type, DataObject parameters)
    {
        bool asksForOne = type.Name is "configure" or "restoreDefaults" or "calibrate";
        if (DeviceProfiles.Of(device.Kind) is { } profile) return device.Connection is null || asksForOne ? profile.Problem(type.Name, parameters) : null;
        return asksForOne ? $"a {device.Kind} cannot do {type.Name}: it is for {string.Join(", ", DeviceProfiles.All.Keys.Order(StringComparer.Ordinal))}" : null;
    }

    /// <summary>What the resource lacks for the action, as far as the site file tells what it can; null when nothing is known against it.</summary>
    public static string? Ability(Device device, Resource resource, ActionTypeInfo type)
    {
        if (Capabilities.NeededFor(type.Name) is not { } needed || resource.Capabilities.Contains(needed)) return null;
        // Somebody has written the word where it is so; on a device where nobody did, nothing is known.
        bool described = device.Resources.Any(r => r.Capabilities.Contains(needed));
        return described ? $"{resource.Address} cannot do {type.Name}: it is not among those with the capability {needed}; name one of them, or add it in the site file" : null;
    }

    /// <summary>What of the parameters the resource does not have: a preset, patrol or pattern that is not in its list; null when it has it, or has no list.</summary>
    public static string? Known(Resource resource, ActionTypeInfo type, DataObject parameters)
    {
        if (Wanted(type, parameters) is not { } wanted) return null;
        ImmutableArray<NamedNumber> has = wanted.What switch
        {
            "preset" => resource.Presets,
            "patrol" => resource.Patrols,
            _ => resource.Patterns,
        };
        return has.IsEmpty || has.Any(h => h.Number == wanted.Number) ? null : $"'{resource.Address}' has no {wanted.What} {wanted.Number}: it has {string.Join(", ", has.Take(20))}";
    }

    /// <summary>What the parameters ask for by number.</summary>
    private static (string What, int Number)? Wanted(ActionTypeInfo type, DataObject parameters)
    {
        string? what = type.Name switch
        {
            "callPreset" => "preset",
            "callPatrol" => "patrol",
            "callPattern" => "pattern",
            "parkAction" => parameters["task"].Text is "preset" or "patrol" or "pattern" ? parameters["task"].Text : null,
            _ => null,
        };
        if (what is null || ActionParameterInfo.NumberOf(parameters[type.Name == "parkAction" ? "number" : what]) is not { } number) return null;
        return (what, (int)number);
    }
}
