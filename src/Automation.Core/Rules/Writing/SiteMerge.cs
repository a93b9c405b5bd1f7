using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Automation.Core.Model;

namespace Automation.Core.Rules;

/// <summary>A site file with what a discovery found worked in.</summary>
/// <param name="Text">The file's new text; comments, order, tags and names stand as they were.</param>
/// <param name="News">What is new, changed or gone, one sentence each; empty when the file says it all already.</param>
public sealed record MergedSite(string Text, ImmutableArray<string> News);

/// <summary>Works found devices into a site file: adds what is new, refreshes what the device alone knows, takes nothing away.</summary>
/// <remarks>
/// The device alone knows its model, serial, address, events, streams, presets, patrols and patterns: those follow it. Ids, names, tags, areas and further
/// capabilities are the user's and stay. What the device has no more is told and left in the file, because rules may name it.
/// </remarks>
public static class SiteMerge
{
    /// <param name="file">A site file without errors (see <see cref="SiteReader"/>).</param>
    /// <param name="site">The same file as it was read.</param>
    /// <param name="found">Devices with addresses of the site; one whose id the site has is that device.</param>
    /// <exception cref="ArgumentException">The file is not a site file.</exception>
    public static MergedSite Merge(SourceFile file, Site site, IReadOnlyList<Device> found)
    {
        var source = new SourceText(file);
        var findings = new FindingSink(ReadingLimits.Default);
        if (JsonTreeReader.Read(source, ReadingLimits.Default, findings) is not { Kind: JsonKind.Object } root) throw new ArgumentException("The file is not a site file.", nameof(file));
        var edit = new TextEdit(source);
        var news = ImmutableArray.CreateBuilder<string>();
        var added = new List<string>();
        JsonNode? devices = root.Find("devices");
        int indent = edit.IndentOf(devices is { Children.Count: > 0 } ? devices.Children[0] : null) ?? 4;
        foreach (Device device in found)
        {
            Device? known = site.Devices.FirstOrDefault(d => d.Address == device.Address);
            JsonNode? node = devices?.Children.FirstOrDefault(d => d.Find("id")?.Text == device.Address.Device);
            if (known is null || node is null)
            {
                added.Add(DeviceWriter.Write(device, indent)[indent..]);
                news.Add($"new: {device.Address} ({device.Kind}), {device.Resources.Length} resource(s)");
            }
            else
            {
                new DeviceMerge(edit, news, known, device).Apply(node);
            }
        }

        if (added.Count > 0 && devices is null) edit.AddMember(root, "devices", $"[\n    {string.Join(",\n    ", added)}\n  ]");
        else if (added.Count > 0) edit.AddItems(devices!, added, indent);
        return new MergedSite(edit.ToString(), news.ToImmutable());
    }

    /// <summary>One device that the file has already.</summary>
    private sealed class DeviceMerge(TextEdit edit, ImmutableArray<string>.Builder news, Device known, Device found)
    {
        public void Apply(JsonNode node)
        {
            Fact(node, "model", known.Model, found.Model);
            Fact(node, "serial", known.Serial, found.Serial);
            Fact(node, "mac", known.Mac, found.Mac);
            Url(node);
            List(node, known.Address, "events", known.Events, found.Events, DeviceWriter.Words);
            JsonNode? list = node.Find("resources");
            var added = new List<string>();
            foreach (Resource resource in found.Resources)
            {
                Resource? old = known.Resources.FirstOrDefault(r => r.Address == resource.Address);
                JsonNode? at = list?.Children.FirstOrDefault(r => r.Find("kind")?.Text == resource.Kind && r.Find("number")?.Number == resource.Address.Number);
                if (old is null || at is null)
                {
                    added.Add(DeviceWriter.Resource(resource));
                    news.Add($"new: {resource.Address}{(resource.Name.Length > 0 ? $" '{resource.Name}'" : "")}");
                }
                else
                {
                    Refresh(at, old, resource);
                }
            }

            foreach (Resource gone in known.Resources.Where(r => found.Resources.All(f => f.Address != r.Address)))
            {
                news.Add($"gone: {gone.Address}{(gone.Name.Length > 0 ? $" '{gone.Name}'" : "")} is not on the device any more; it stays in the file until you take it out");
            }

            if (added.Count > 0 && list is null) edit.AddMember(node, "resources", $"[{string.Join(", ", added)}]");
            else if (added.Count > 0) edit.AddItems(list!, added, (edit.IndentOf(list!.Children.Count > 0 ? list.Children[0] : null) ?? 8));
        }

        private void Refresh(JsonNode node, Resource old, Resource now)
        {
            if (now.Name.Length > 0 && old.Name != now.Name) news.Add($"kept: {old.Address} is '{old.Name}' here and '{now.Name}' on the device");
            string[] missing = [.. now.Capabilities.Except(old.Capabilities, StringComparer.Ordinal)];
            List(node, old.Address, "capabilities", old.Capabilities, missing.Length == 0 ? old.Capabilities : [.. old.Capabilities, .. missing], DeviceWriter.Words);
            List(node, old.Address, "events", old.Events, now.Events, DeviceWriter.Words);
            List(node, old.Address, "streams", old.Streams, now.Streams, DeviceWriter.Streams);
            List(node, old.Address, "presets", old.Presets, Named(old.Presets, now.Presets), DeviceWriter.Numbers);
            List(node, old.Address, "patrols", old.Patrols, Named(old.Patrols, now.Patrols), DeviceWriter.Numbers);
            List(node, old.Address, "patterns", old.Patterns, Named(old.Patterns, now.Patterns), DeviceWriter.Numbers);
        }

        /// <summary>What the device has, with the file's name where the device has none.</summary>
        private static ImmutableArray<NamedNumber> Named(ImmutableArray<NamedNumber> old, ImmutableArray<NamedNumber> now) =>
            [.. now.Select(n => n.Name.Length > 0 ? n : n with { Name = old.FirstOrDefault(o => o.Number == n.Number).Name ?? "" })];

        private void List<T>(JsonNode node, ResourceAddress address, string name, ImmutableArray<T> old, ImmutableArray<T> now, Func<ImmutableArray<T>, string> write)
        {
            // A device that says nothing of it, a firmware that lost the list for instance, takes nothing away.
            if (now.IsEmpty || old.SequenceEqual(now)) return;
            edit.SetMember(node, name, write(now));
            string[] more = [.. now.Except(old).Select(v => v!.ToString()!)];
            string[] less = [.. old.Except(now).Select(v => v!.ToString()!)];
            if (more.Length > 0) news.Add($"{name} of {address}: now also {string.Join(", ", more)}");
            if (less.Length > 0) news.Add($"{name} of {address}: no more {string.Join(", ", less)}");
        }

        private void Fact(JsonNode node, string name, string? old, string? now)
        {
            if (now is null || old == now) return;
            edit.SetMember(node, name, JsonText.Quote(now));
            if (old is not null) news.Add(string.Create(CultureInfo.InvariantCulture, $"{name} of {known.Address}: was {old}, is {now}"));
        }

        private void Url(JsonNode node)
        {
            if (known.Connection is not { DevIndex: null } old || found.Connection is not { DevIndex: null } now || node.Find("connection") is not { } connection) return;
            if (DeviceWriter.Url(old.Url) == DeviceWriter.Url(now.Url)) return;
            edit.SetMember(connection, "url", JsonText.Quote(DeviceWriter.Url(now.Url)));
            news.Add($"address of {known.Address}: was {DeviceWriter.Url(old.Url)}, is {DeviceWriter.Url(now.Url)}");
        }
    }
}
