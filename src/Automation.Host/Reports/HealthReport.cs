using System.Collections.Immutable;
using System.Text.Json;
using Automation.Core.Model;
using Automation.Host.History;
using Automation.Host.Notifications;

namespace Automation.Host.Reports;

/// <summary>How the devices of a site are, what is abnormal first, then by kind (HLT-2).</summary>
internal static class HealthReport
{
    private static readonly Phrases Words = Phrases.Of("en");

    /// <param name="availability">What is shown of a device: <c>online</c>, <c>offline</c>; null: nothing yet.</param>
    /// <param name="state">The state that is shown, as JSON; null: nothing yet.</param>
    /// <param name="lasting">What the exception centre has begun and not ended.</param>
    /// <returns>The report, and how many of its lines are abnormal.</returns>
    public static (Report Report, int Abnormal) Of(Site site, Func<ResourceAddress, string?> availability, Func<ResourceAddress, byte[]?> state, IReadOnlyList<ExceptionRecord> lasting, DateTimeOffset now)
    {
        ILookup<ResourceAddress, string> troubles = lasting.ToLookup(e => e.Source, e => e.Type == "offline" ? e.Type : Words.Title(e.Type));
        List<Line> lines = [.. site.Devices.SelectMany(d => Lines(d, availability, state, troubles))];
        lines.Sort();
        int abnormal = lines.Count(l => l.Abnormal);
        ImmutableArray<string> about =
        [
            $"{site.Name} ({site.Id}), {Words.Time(now, site.TimeZone)} ({site.TimeZone.Id})",
            abnormal == 0 ? "Nothing is abnormal." : $"{abnormal} abnormal, listed first.",
            .. site.Devices.GroupBy(d => d.Kind, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Key}: {g.Count(d => availability(d.Address) == "online")} of {g.Count()} online"),
        ];
        var report = new Report($"Health of {site.Name}", about, [new("Condition", 34), new("Name", 34), new("Address", 34), new("Kind", 24), new("Details", 40)], Rows(lines));
        return (report, abnormal);
    }

    private static IEnumerable<Line> Lines(Device device, Func<ResourceAddress, string?> availability, Func<ResourceAddress, byte[]?> state, ILookup<ResourceAddress, string> troubles)
    {
        string? shown = availability(device.Address);
        JsonElement? own = Parse(state(device.Address));
        List<string> conditions = HealthConditions.Of(own);
        if (shown == "offline" && !conditions.Contains("offline")) conditions.Insert(0, "offline");
        Add(troubles[device.Address], conditions);
        yield return new Line(conditions, shown is null ? "not known" : "OK", device.Name, device.Address, device.Kind, HealthConditions.Details(own));

        // What an offline device last said of its parts says nothing of now.
        if (shown == "offline") yield break;
        foreach (Resource resource in device.Resources)
        {
            JsonElement? part = Parse(state(resource.Address));
            conditions = HealthConditions.Of(part);
            Add(troubles[resource.Address], conditions);
            string details = HealthConditions.Details(part);
            if (conditions.Count > 0 || details.Length > 0) yield return new Line(conditions, "OK", resource.Name.Length > 0 ? $"{device.Name}, {resource.Name}" : device.Name, resource.Address, resource.Kind, details);
        }
    }

    private static void Add(IEnumerable<string> troubles, List<string> conditions) => conditions.AddRange(troubles.Distinct().Where(t => !conditions.Contains(t, StringComparer.OrdinalIgnoreCase)).ToArray());

    private static JsonElement? Parse(byte[]? json)
    {
        if (json is null) return null;
        using JsonDocument document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private static async IAsyncEnumerable<ReportCell[]> Rows(List<Line> lines)
    {
        await Task.CompletedTask;
        foreach (Line line in lines)
        {
            yield return [ReportCell.Of(line.Abnormal ? string.Join(", ", line.Conditions) : line.Otherwise), ReportCell.Of(line.Name), ReportCell.Of(line.Address.Value), ReportCell.Of(line.Kind), ReportCell.Of(line.Details)];
        }
    }

    private sealed record Line(List<string> Conditions, string Otherwise, string Name, ResourceAddress Address, string Kind, string Details) : IComparable<Line>
    {
        public bool Abnormal => Conditions.Count > 0;

        /// <summary>Abnormal first, offline before the rest, then by kind and address.</summary>
        public int CompareTo(Line? other)
        {
            if (other is null) return -1;
            int order = Rank.CompareTo(other.Rank);
            if (order == 0) order = string.CompareOrdinal(Kind, other.Kind);
            return order != 0 ? order : string.CompareOrdinal(Address.Value, other.Address.Value);
        }

        private int Rank => !Abnormal ? (Otherwise == "OK" ? 3 : 2) : Conditions.Contains("offline") ? 0 : 1;
    }
}
