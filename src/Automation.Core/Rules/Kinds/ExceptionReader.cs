using System.Collections.Immutable;
using System.Globalization;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Reads <c>exception</c> (EXC-1…EXC-4).</summary>
internal static class ExceptionReader
{
    private static readonly string[] Names = [.. RuleHeader.Names, "sources", "source", "exceptions", "receivedBy", "recipients", "schedule"];
    private const int DefaultOfflineMinutes = 5;

    /// <summary>The event types that are exceptions (EXC-2).</summary>
    public static readonly ImmutableArray<string> Types =
    [
        "offline", "hddFull", "hddError", "videoLoss", "videoTampering", "recordingException", "tamperAlarm", "zoneTamper", "lowBattery", "batteryMissing", "acLoss", "communicationFault",
        "peripheralFault", "zoneFault", "networkDisconnected", "ipConflict", "illegalAccess", "videoMismatch", "armingFailed", "poePortPowerOff", "sfpPortDisconnected", "rj45PortDisconnected",
        "portBlocked", "portBusy", "poePowerExceeded",
    ];

    public static ExceptionRule? Read(ReadContext context, JsonNode node)
    {
        if (!ObjectReader.TryOpen(context, node, "an exception rule", Names, out ObjectReader reader)) return null;
        RuleHeader? header = RuleHeader.Read(context, reader);
        JsonNode? sources = reader.Find("source") ?? reader.Require("sources", "the exception rule");
        if (reader.Find("source") is not null && reader.Find("sources") is { } twice) context.Error(Codes.Ambiguous, twice, "the rule has both 'source' and 'sources'", "keep 'sources'");
        WeeklyWindows? schedule = ScheduleReader.Windows(context, reader.Find("schedule"), "schedule");
        (ImmutableArray<string> by, ImmutableArray<string> to) = StepReader.Audience(context, reader);
        var watched = ImmutableArray.CreateBuilder<WatchedException>();
        if (reader.Require("exceptions", "the exception rule") is { } list && sources is not null) Exceptions(context, list, sources, watched);
        if (header is null) return null;
        return new ExceptionRule { Id = header.Id, Name = header.Name, Enabled = header.Enabled, Description = header.Description, Exceptions = watched.ToImmutable(), ReceivedBy = by, Recipients = to, Schedule = schedule };
    }

    private static void Exceptions(ReadContext context, JsonNode list, JsonNode sources, ImmutableArray<WatchedException>.Builder watched)
    {
        if (list.Kind == JsonKind.Text && list.Text == "all")
        {
            All(context, sources, watched);
            return;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        int before = context.Findings.Errors;
        ImmutableArray<ResourceAddress> resources = Selections.Read(context, sources, "sources", Selections.Wanted.Anything);
        bool readable = context.Findings.Errors == before;
        foreach (JsonNode item in Values.List(context, list, "exceptions", 1, 64) ?? [])
        {
            if (One(context, item) is not { } found) continue;
            if (!seen.Add(found.Type))
            {
                context.Error(Codes.ListRepeats, item, $"the exception '{found.Type}' is listed twice", "keep one of them");
                continue;
            }

            // Each exception is watched on those of the sources that can raise it.
            ImmutableArray<ResourceAddress> able = [.. resources.Where(EventReader.CanRaise([found.Type]).Fits)];
            if (readable && able.IsEmpty && !context.Site.IsOpen)
            {
                string kinds = string.Join(" or ", EventTypes.All[found.Type].Kinds);
                context.Error(Codes.EventNotOfResource, item, $"none of the sources can raise '{found.Type}'", $"add a source of kind {kinds}, or remove it");
            }

            watched.Add(found with { Sources = able });
        }

        if (context.Findings.Errors == before) Idle(context, sources, watched);
    }

    // A source that is named and raises none of the exceptions is probably another than was meant.
    private static void Idle(ReadContext context, JsonNode sources, ImmutableArray<WatchedException>.Builder watched)
    {
        var used = watched.SelectMany(w => w.Sources).Select(a => a.Value).ToHashSet(StringComparer.Ordinal);
        foreach (JsonNode node in sources.Kind == JsonKind.Array ? sources.Children : [sources])
        {
            if (!ResourceAddress.TryParse(node.Text, out _) || used.Contains(node.Text)) continue;
            context.Error(Codes.EventNotOfResource, node, $"'{node.Text}' can raise none of the exceptions", "remove it, or add an exception that it can raise");
        }
    }

    // "all": every exception that one of the sources can raise.
    private static void All(ReadContext context, JsonNode sources, ImmutableArray<WatchedException>.Builder watched)
    {
        ImmutableArray<ResourceAddress> resources = Selections.Read(context, sources, "sources", Selections.Wanted.Anything);
        foreach (string type in Types)
        {
            ImmutableArray<ResourceAddress> able = [.. resources.Where(EventReader.CanRaise([type]).Fits)];
            if (!able.IsEmpty) watched.Add(new WatchedException(type, type == "offline" ? TimeSpan.FromMinutes(DefaultOfflineMinutes) : TimeSpan.Zero, able));
        }
    }

    private static WatchedException? One(ReadContext context, JsonNode item)
    {
        JsonNode? typeNode = item;
        JsonNode? minutesNode = null;
        if (item.Kind != JsonKind.Text)
        {
            if (!ObjectReader.TryOpen(context, item, "an exception", ["type", "forMinutes"], out ObjectReader reader)) return null;
            typeNode = reader.Require("type", "the exception");
            minutesNode = reader.Find("forMinutes");
        }

        if (typeNode is null || Values.Text(context, typeNode, "type", 64) is not { } type) return null;
        if (!Types.Contains(type))
        {
            context.Error(Codes.ExceptionUnknown, typeNode, $"there is no exception '{Nearest.Shorten(type)}'", context.DidYouMean(type, Types, "exceptions are " + string.Join(", ", Types)));
            return null;
        }

        if (type != "offline")
        {
            if (minutesNode is not null) context.Findings.AtName(Codes.MinutesNotTaken, minutesNode, $"'{type}' takes no 'forMinutes'", "remove it; only 'offline' waits");
            return new WatchedException(type, TimeSpan.Zero, []);
        }

        double minutes = DefaultOfflineMinutes;
        if (minutesNode is not null)
        {
            if (Values.Number(context, minutesNode, "forMinutes", -1e9, 1e9) is not { } given) return null;
            if (given is < 5 or > 120)
            {
                context.Error(Codes.OfflineMinutes, minutesNode, string.Create(CultureInfo.InvariantCulture, $"'forMinutes' is {given}"), "write 5 to 120 minutes");
                return null;
            }

            minutes = given;
        }

        return new WatchedException(type, TimeSpan.FromMinutes(minutes), []);
    }
}
