using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;

namespace Automation.Core.Model;

/// <summary>What kind of value a setting takes.</summary>
public enum SettingKind : byte
{
    Choice,
    Number,
    Flag,

    /// <summary>A time of day, <c>HH:MM</c>, or <c>off</c>.</summary>
    Time,

    /// <summary>From one time of day to another, <c>HH:MM-HH:MM</c>, or <c>off</c>; an end before the begin is on the next day.</summary>
    TimeRange,
}

/// <summary>One setting of a device that has no rule language of its own: what it may be, and what it is at first (DEV-8).</summary>
/// <param name="Name">The parameter of <c>configure</c>, and the property of the device's state.</param>
/// <param name="Title">The name a person reads.</param>
public sealed partial record ProfileSetting(string Name, string Title, SettingKind Kind)
{
    public ImmutableArray<string> Choices { get; init; } = [];

    public double Min { get; init; }

    public double Max { get; init; }

    /// <summary>Numbers are multiples of it above <see cref="Min"/>; zero: any number.</summary>
    public double Step { get; init; }

    /// <summary>What the device has when nobody set it; null where its manual does not say.</summary>
    public DataValue? Default { get; init; }

    /// <summary>What may be written, as a person reads it.</summary>
    public string Allowed => Kind switch
    {
        SettingKind.Choice => string.Join(", ", Choices),
        SettingKind.Number => string.Create(CultureInfo.InvariantCulture, $"a number from {Min} to {Max}{(Step is > 0 and not 1 ? $" in steps of {Step}" : "")}"),
        SettingKind.Flag => "true or false",
        SettingKind.Time => "a time of day such as 06:30, or off",
        _ => "a range such as 18:00-06:00, or off",
    };

    /// <summary>Whether the device can take the value.</summary>
    public bool Accepts(DataValue value) => Kind switch
    {
        SettingKind.Choice => value.Kind == DataKind.Text && Choices.Contains(value.Text),
        SettingKind.Number => value.Kind == DataKind.Number && value.Number >= Min && value.Number <= Max && IsStep(value.Number),
        SettingKind.Flag => value.Kind == DataKind.Boolean,
        SettingKind.Time => value.Kind == DataKind.Text && (value.Text == "off" || TimeOfDay().IsMatch(value.Text)),
        _ => value.Kind == DataKind.Text && (value.Text == "off" || Range().IsMatch(value.Text)),
    };

    private bool IsStep(double number)
    {
        if (Step <= 0) return true;
        double steps = (number - Min) / Step;
        return Math.Abs(steps - Math.Round(steps)) < 1e-6;
    }

    [GeneratedRegex("^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    private static partial Regex TimeOfDay();

    [GeneratedRegex("^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
    private static partial Regex Range();
}

/// <summary>One state of such a device.</summary>
/// <param name="Name">The property of the device's state.</param>
/// <param name="Unit">As a person reads it; empty for words and counts.</param>
/// <param name="Min">The least it can be; null where there is no bound.</param>
public sealed record ProfileState(string Name, string Title, string Unit, double? Min, double? Max)
{
    /// <summary>Where it stands in the fed state; null: under its name.</summary>
    public string? Path { get; init; }
}

/// <summary>One event of such a device.</summary>
/// <param name="Word">What the fed event says as its <c>type</c>.</param>
/// <param name="Type">One of <see cref="EventTypes"/>.</param>
public sealed record ProfileEvent(string Word, string Type);

/// <summary>A device of the field that is known by its kind: states to trigger on, events, settings to command and to schedule, actions (DEV-8; 001 §3, §7, §10).</summary>
public sealed record DeviceProfile
{
    /// <summary>One of <see cref="DeviceKinds"/>.</summary>
    public required string Kind { get; init; }

    public required string Title { get; init; }

    public ImmutableArray<ProfileState> States { get; init; } = [];

    public ImmutableArray<ProfileSetting> Settings { get; init; } = [];

    /// <summary>Events it raises on itself.</summary>
    public ImmutableArray<ProfileEvent> Events { get; init; } = [];

    /// <summary>Actions (<see cref="ActionTypes"/>) it does on itself, and on its channel.</summary>
    public ImmutableArray<string> Actions { get; init; } = [];

    /// <summary>Shortest and longest recording, in seconds; zero where it records by its own settings only.</summary>
    public int MinRecordSeconds { get; init; }

    public int MaxRecordSeconds { get; init; }

    /// <summary>What a device of this kind cannot do, or not so, and what to write instead; null when nothing is known against it.</summary>
    public string? Problem(string action, DataObject parameters)
    {
        if (!Actions.Contains(action)) return $"a {Kind} cannot do {action}: it does {string.Join(", ", Actions)}";
        if (action == "record" && ActionParameterInfo.NumberOf(parameters["seconds"]) is { } seconds && MaxRecordSeconds > 0 && (seconds < MinRecordSeconds || seconds > MaxRecordSeconds))
        {
            return string.Create(CultureInfo.InvariantCulture, $"'seconds' of a {Kind}: from {MinRecordSeconds} to {MaxRecordSeconds}");
        }

        if (action != "configure") return null;
        if (Setting(parameters["setting"].Text) is not { } setting) return $"a {Kind} has no setting '{parameters["setting"].Text}': it has {string.Join(", ", Settings.Select(s => s.Name))}";
        return setting.Accepts(parameters["value"]) ? null : $"'{setting.Name}' of a {Kind} cannot be {parameters["value"]}: write {setting.Allowed}";
    }

    public ProfileSetting? Setting(string name)
    {
        foreach (ProfileSetting setting in Settings)
        {
            if (setting.Name == name) return setting;
        }

        return null;
    }
}
