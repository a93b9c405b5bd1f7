using System.Collections.Immutable;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;
using Automation.Core.Rules;

namespace Automation.Host.Notifications;

/// <summary>What is known of the world around a notice: names instead of ids, and why its rule fired.</summary>
/// <param name="SourceName">The name of what it is about; empty when it has none.</param>
/// <param name="RuleKind">E.g. <c>linkage</c>; empty when the rule is gone.</param>
/// <param name="Conditions">What held when it fired.</param>
internal sealed record NoticeContext(string SiteName, TimeZoneInfo Zone, string SourceName, string RuleName, string RuleKind, ImmutableArray<string> Conditions);

/// <summary>The sites and rules of now, as far as messages need them. Safe to call from any thread.</summary>
internal interface INoticeWorld
{
    Site? SiteOf(string site);

    RuleDefinition? RuleOf(string rule);
}

internal static class NoticeWorld
{
    public static NoticeContext ContextOf(this INoticeWorld world, Notice notice)
    {
        Site? site = world.SiteOf(notice.Site);
        RuleDefinition? rule = world.RuleOf(notice.Rule);
        return new NoticeContext(site?.Name ?? notice.Site, world.ZoneOf(notice.Site), NameOf(site, notice.Source), rule?.Name ?? notice.Rule, rule?.Kind ?? "", rule is null ? [] : RuleText.Conditions(rule));
    }

    public static TimeZoneInfo ZoneOf(this INoticeWorld world, string site) => world.SiteOf(site)?.TimeZone ?? TimeZoneInfo.Utc;

    /// <summary>The windows in which people are told of an exception (EXC-4).</summary>
    public static WeeklyWindows? WindowsOf(this INoticeWorld world, string rule) => (world.RuleOf(rule) as ExceptionRule)?.Schedule;

    private static string NameOf(Site? site, ResourceAddress source)
    {
        if (site is null || source.IsEmpty || site.Devices.FirstOrDefault(d => d.Address == source.DeviceAddress) is not { } device) return "";
        if (source.IsDevice) return device.Name;
        string own = device.Resources.FirstOrDefault(r => r.Address == source)?.Name ?? "";
        return own.Length == 0 ? "" : $"{device.Name}, {own}";
    }
}
