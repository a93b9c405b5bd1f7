using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Automation.Core.Model;

namespace Automation.Host.Notifications;

/// <summary>The words of one language; a file of <c>Notifications/Phrases</c> each, built into the assembly.</summary>
internal sealed class Phrases
{
    private static readonly FrozenDictionary<string, Phrases> All = new[] { "en", "de" }.ToFrozenDictionary(l => l, Load, StringComparer.Ordinal);

    private readonly FrozenDictionary<string, string> _phrases;
    private readonly string[] _months;

    private Phrases(FrozenDictionary<string, string> phrases)
    {
        _phrases = phrases;
        _months = phrases["months"].Split(' ');
    }

    public static ImmutableArray<string> Languages => [.. All.Keys.Order(StringComparer.Ordinal)];

    public string Language => this["language"];

    public IEnumerable<string> Names => _phrases.Keys;

    public string this[string name] => _phrases.TryGetValue(name, out string? phrase) ? phrase : name;

    /// <summary>English for a language that is not there.</summary>
    public static Phrases Of(string language) => All.TryGetValue(language, out Phrases? phrases) ? phrases : All["en"];

    public string Say(string name, params ReadOnlySpan<object?> values) => string.Format(CultureInfo.InvariantCulture, this[name], values);

    /// <summary>What a person calls an event type.</summary>
    public string Title(string type) =>
        _phrases.TryGetValue("type." + type, out string? title) ? title : EventTypes.All.TryGetValue(type, out EventTypeInfo? info) ? info.Title : type;

    /// <summary>The instant on the wall clock of the zone.</summary>
    public string Time(DateTimeOffset at, TimeZoneInfo zone)
    {
        DateTimeOffset local = TimeZoneInfo.ConvertTime(at, zone);
        return local.ToString(this["time"].Replace("MMM", "'#'", StringComparison.Ordinal), CultureInfo.InvariantCulture).Replace("#", _months[local.Month - 1], StringComparison.Ordinal);
    }

    /// <summary>The two largest units: <c>1 d 4 h</c>, <c>12 min</c>.</summary>
    public string Duration(TimeSpan length)
    {
        (string Unit, int Count)[] parts = [("days", (int)length.TotalDays), ("hours", length.Hours), ("minutes", length.Minutes), ("seconds", length.Seconds)];
        string[] said = [.. parts.SkipWhile(p => p.Count == 0).Take(2).Where(p => p.Count > 0).Select(p => Say(p.Unit, p.Count))];
        return said.Length == 0 ? Say("seconds", 0) : string.Join(' ', said);
    }

    private static Phrases Load(string language)
    {
        using Stream stream = typeof(Phrases).Assembly.GetManifestResourceStream($"phrases/{language}.json") ?? throw new InvalidOperationException($"The phrases of '{language}' are not built in.");
        return new Phrases(JsonSerializer.Deserialize<Dictionary<string, string>>(stream)!.ToFrozenDictionary(StringComparer.Ordinal));
    }
}
