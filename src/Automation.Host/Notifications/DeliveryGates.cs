using Automation.Core.Calendars;
using Automation.Core.Compilation.Form;

namespace Automation.Host.Notifications;

/// <summary>When people may be told: while the rule's schedule (EXC-4) and the person's own are both open.</summary>
/// <param name="ruleWindows">The schedule of an exception rule; null: always, or the rule is gone.</param>
/// <param name="zoneOf">The time zone of a site.</param>
internal sealed class DeliveryGates(Func<string, WeeklyWindows?> ruleWindows, Func<string, TimeZoneInfo> zoneOf)
{
    /// <summary>A rule set that is loaded anew brings new windows; the old ones are let go when there are more than this.</summary>
    private const int Kept = 1_000;

    private readonly Dictionary<(WeeklyWindows Windows, TimeZoneInfo Zone), CompiledWindows> _compiled = [];

    /// <summary>Whether it may be told now; and when that changes at the latest has to be looked at again (null: never).</summary>
    public WindowState StateOf(Notice notice, Person person, DateTimeOffset now)
    {
        TimeZoneInfo zone = zoneOf(notice.Site);
        WindowState rule = notice.IsException ? StateOf(ruleWindows(notice.Rule), zone, now) : new WindowState(true, null);
        WindowState own = StateOf(person.Schedule, person.TimeZone ?? zone, now);
        DateTimeOffset? change = rule.NextChange is null || own.NextChange < rule.NextChange ? own.NextChange : rule.NextChange;
        return new WindowState(rule.Open && own.Open, change);
    }

    private WindowState StateOf(WeeklyWindows? windows, TimeZoneInfo zone, DateTimeOffset now)
    {
        if (windows is null) return new WindowState(true, null);
        if (!_compiled.TryGetValue((windows, zone), out CompiledWindows? compiled))
        {
            if (_compiled.Count >= Kept) _compiled.Clear();
            compiled = WindowsCompiler.Compile(windows, zone);
            _compiled.Add((windows, zone), compiled);
        }

        return compiled.StateAt(now);
    }
}
