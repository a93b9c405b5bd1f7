using System.Collections.Frozen;
using System.Collections.Immutable;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>Reads addresses, wildcards and tags, and resolves them against the site (design.md section 3).</summary>
internal static class Selections
{
    public const string Trigger = "$trigger";
    private const int MaxEntries = 512;

    /// <summary>What is wanted of a resource.</summary>
    /// <param name="Kinds">The kinds that fit; empty: any.</param>
    /// <param name="Code">The code for an address whose kind does not fit.</param>
    /// <param name="Verb">Completes "'store/nvr' …", e.g. <c>cannot raise 'zoneAlarm'</c>.</param>
    /// <param name="PreferParts">Of what a wildcard selects, devices only count when none of their resources fits.</param>
    public readonly record struct Wanted(ImmutableArray<string> Kinds, string Code, string Verb, bool PreferParts = false)
    {
        public static Wanted Anything { get; } = new([], Codes.ResourceUnknown, "");

        public bool Fits(ResourceAddress address) => Kinds.IsEmpty || Kinds.Contains(SiteIndex.KindOf(address));
    }

    /// <summary>A text or a list of texts; the addresses in the order written, each once. Empty after a finding (or without a site).</summary>
    public static ImmutableArray<ResourceAddress> Read(ReadContext context, JsonNode node, string what, Wanted wanted, out bool onTrigger)
    {
        onTrigger = false;
        IReadOnlyList<JsonNode>? items = Values.List(context, node, what, 1, MaxEntries, single: true);
        if (items is null) return [];
        if (items.Count == 1) return One(context, items[0], what, wanted, ref onTrigger);
        var found = ImmutableArray.CreateBuilder<ResourceAddress>();
        var seen = new HashSet<ResourceAddress>();
        foreach (JsonNode item in items)
        {
            foreach (ResourceAddress address in One(context, item, what, wanted, ref onTrigger))
            {
                if (seen.Add(address)) found.Add(address);
            }
        }

        return found.ToImmutable();
    }

    public static ImmutableArray<ResourceAddress> Read(ReadContext context, JsonNode node, string what, Wanted wanted)
    {
        ImmutableArray<ResourceAddress> found = Read(context, node, what, wanted, out bool onTrigger);
        if (onTrigger) context.Error(Codes.NoTriggerResource, node, $"'{Trigger}' cannot stand in '{what}'", "name the resource");
        return found;
    }

    private static ImmutableArray<ResourceAddress> One(ReadContext context, JsonNode node, string what, Wanted wanted, ref bool onTrigger)
    {
        if (Values.Text(context, node, what, ResourceAddress.MaxLength) is not { } text) return [];
        if (text == Trigger)
        {
            onTrigger = true;
            return [];
        }

        if (text[0] == '@') return Tagged(context, node, text[1..], wanted);
        if (text.AsSpan().ContainsAny('+', '#')) return Filtered(context, node, text, wanted);
        if (!context.Site.TryFind(text, out ResourceAddress address))
        {
            Unknown(context, node, text);
            return [];
        }

        if (wanted.Fits(address)) return [address];
        context.Error(wanted.Code, node, $"'{text}' {wanted.Verb}", "name " + Kinds(wanted.Kinds));
        return [];
    }

    private static ImmutableArray<ResourceAddress> Tagged(ReadContext context, JsonNode node, string tag, Wanted wanted)
    {
        if (!ResourceAddress.IsSlug(tag))
        {
            context.Error(Codes.AddressShape, node, $"'@{Nearest.Shorten(tag)}' is not a tag", "write @ and a word in lower-case letters, digits and dashes");
            return [];
        }

        ImmutableArray<ResourceAddress> tagged = context.Site.Tagged(tag);
        if (context.Site.IsOpen) return [];
        if (tagged.IsEmpty)
        {
            context.Error(Codes.SelectsNothing, node, $"no resource of the site has the tag '{tag}'", context.DidYouMean(tag, context.Site.Tags, "add the tag to resources in the site file"));
            return [];
        }

        return Fitting(context, node, "@" + tag, tagged, wanted);
    }

    private static ImmutableArray<ResourceAddress> Filtered(ReadContext context, JsonNode node, string filter, Wanted wanted)
    {
        string[] levels = filter.Split('/');
        for (int i = 0; i < levels.Length; i++)
        {
            string level = levels[i];
            bool sound = level is "+" || (level is "#" && i == levels.Length - 1) || (i == 3 && level.Length > 0 && level.All(char.IsAsciiDigit)) || (i != 3 && ResourceAddress.IsSlug(level));
            if (sound && i < 4) continue;
            context.Error(Codes.AddressShape, node, $"'{Nearest.Shorten(filter)}' is not an address with wildcards", "write site/device/kind/number; + stands for one whole level, # at the end for the rest");
            return [];
        }

        if (context.Site.IsOpen) return [];
        ImmutableArray<ResourceAddress> selected = context.Site.Select(filter);
        if (!selected.IsEmpty) return Fitting(context, node, filter, selected, wanted);
        context.Error(Codes.SelectsNothing, node, $"'{filter}' selects nothing of the site", "widen it, or add the devices to the site file");
        return [];
    }

    private static ImmutableArray<ResourceAddress> Fitting(ReadContext context, JsonNode node, string written, ImmutableArray<ResourceAddress> selected, Wanted wanted)
    {
        if (wanted.Kinds.IsEmpty) return selected;
        ImmutableArray<ResourceAddress> fitting = [.. selected.Where(wanted.Fits)];
        if (wanted.PreferParts && fitting.Any(a => !a.IsDevice)) fitting = [.. fitting.Where(a => !a.IsDevice)];
        if (fitting.IsEmpty) context.Error(wanted.Code, node, $"nothing that '{written}' selects fits: it {wanted.Verb}", "select " + Kinds(wanted.Kinds));
        return fitting;
    }

    private static void Unknown(ReadContext context, JsonNode node, string text)
    {
        if (!ResourceAddress.TryParse(text, out ResourceAddress address))
        {
            context.Error(Codes.AddressShape, node, $"'{Nearest.Shorten(text)}' is not an address", "write site/device or site/device/kind/number, such as store/panel/zone/3");
        }
        else if (context.Site.Site is { } site && !string.Equals(address.Site, site.Id, StringComparison.Ordinal))
        {
            string remedy = context.DidYouMean(text, context.Site.Addresses, $"this site is '{site.Id}'");
            context.Error(Codes.NotTheSite, node, $"'{text}' belongs to another site", remedy);
        }
        else
        {
            string otherwise = address.Kind.Length > 0 && !ResourceKinds.All.Contains(address.Kind) && address.Device != "groups"
                ? "kinds of resource are " + string.Join(", ", ResourceKinds.All.Order(StringComparer.Ordinal))
                : "add it to the site file, or name another";
            context.Error(Codes.ResourceUnknown, node, $"the site has no '{text}'", context.DidYouMean(text, context.Site.Addresses, otherwise));
        }
    }

    private static string Kinds(ImmutableArray<string> kinds)
    {
        string[] words = [.. kinds.Distinct().Select(k => k == "device" ? "a device" : "a resource of kind " + k)];
        return words.Length == 1 ? words[0] : string.Join(", ", words[..^1]) + " or " + words[^1];
    }
}
