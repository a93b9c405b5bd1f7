using System.Collections.Immutable;
using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Reads <c>peopleCounting</c> (PPL-1…PPL-4).</summary>
internal static class PeopleCountingReader
{
    public const int MaxChannels = 16;
    public const int MaxGroupsOfChannel = 16;
    public const int MaxGroupsOfSite = 16;
    private static readonly string[] Names = [.. RuleHeader.Names, "channels", "maxPeople", "pushAlarm", "resetAt", "actions"];

    public static PeopleCountingRule? Read(ReadContext context, JsonNode node)
    {
        if (!ObjectReader.TryOpen(context, node, "a people counting rule", Names, out ObjectReader reader)) return null;
        RuleHeader? header = RuleHeader.Read(context, reader);
        ImmutableArray<CountingChannel> channels = reader.Require("channels", "the people counting rule") is { } list ? Channels(context, list) : [];
        int? max = reader.Require("maxPeople", "the people counting rule") is { } m ? Values.Whole(context, m, "maxPeople", 1, 100_000) : null;
        bool push = reader.Flag("pushAlarm", false);
        TimeOnly? reset = reader.Time("resetAt");
        ImmutableArray<Step> actions = new StepReader(context, triggerKinds: null).Read(reader.Find("actions"), "actions");
        if (header is null || max is null) return null;
        string site = context.Site.Site?.Id ?? (channels.IsEmpty ? "site" : channels[0].Channel.Site);
        return new PeopleCountingRule
        {
            Id = header.Id, Name = header.Name, Enabled = header.Enabled, Description = header.Description,
            Group = ResourceAddress.Parse($"{site}/groups/{header.Id}"), Channels = channels, MaxPeople = max.Value, PushAlarm = push, ResetAt = reset, Actions = actions,
        };
    }

    private static ImmutableArray<CountingChannel> Channels(ReadContext context, JsonNode list)
    {
        var channels = ImmutableArray.CreateBuilder<CountingChannel>();
        var seen = new HashSet<ResourceAddress>();
        foreach (JsonNode item in Values.List(context, list, "channels", 1, 1000) ?? [])
        {
            JsonNode? address = item;
            bool reverse = false;
            if (item.Kind != JsonKind.Text)
            {
                if (!ObjectReader.TryOpen(context, item, "a channel of the group", ["channel", "mode"], out ObjectReader reader)) continue;
                address = reader.Require("channel", "the channel of the group");
                reverse = reader.Choice("mode", ["standard", "reverse"]) == "reverse";
            }

            if (address is null) continue;
            foreach (ResourceAddress channel in Selections.Read(context, address, "channel", new Selections.Wanted(["channel"], Codes.NotCounting, "does not count people")))
            {
                if (!seen.Add(channel)) context.Error(Codes.GroupChannelTwice, address, $"'{channel}' is already in the group", "name each channel once");
                else channels.Add(new CountingChannel(channel, reverse));
            }
        }

        if (channels.Count > MaxChannels) context.Error(Codes.GroupChannelCount, list, $"the group has {channels.Count} channels", $"name at most {MaxChannels}");
        return channels.ToImmutable();
    }
}
