using Automation.Core.Compilation.Form;

namespace Automation.Core.Rules;

/// <summary>Reads windows that stand outside of rules, e.g. the hours in which a person wants to be told.</summary>
public static class WindowsReader
{
    /// <summary><c>"allDays"</c>, or <c>{ "weekly": { "mon-fri": ["08:00-18:00"] } }</c> as in rules, with dates but without holiday calendars, which are a site's.</summary>
    /// <returns>Null: all days.</returns>
    /// <exception cref="FormatException">It is none; the message says what to change.</exception>
    public static WeeklyWindows? Read(string json)
    {
        var findings = new FindingSink(ReadingLimits.Default);
        JsonNode? root = JsonTreeReader.Read(new SourceText(new SourceFile("", System.Text.Encoding.UTF8.GetBytes(json))), ReadingLimits.Default, findings);
        WeeklyWindows? windows = root is null ? null : ScheduleReader.Windows(new ReadContext(new SiteIndex(NoCalendars), findings, ReadingLimits.Default, new HashSet<string>()), root, "schedule");
        if (findings.Errors == 0) return windows;
        Finding first = findings.ToSorted()[0];
        throw new FormatException($"{first.Message} ({first.Remedy})");
    }

    private static Model.Site NoCalendars { get; } = new() { Id = "none", Name = "none", TimeZone = TimeZoneInfo.Utc };
}
