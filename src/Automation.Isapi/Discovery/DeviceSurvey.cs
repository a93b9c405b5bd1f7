using System.Collections.Immutable;
using Automation.Core.Model;
using Automation.Isapi.Devices;
using Automation.Isapi.Documents;
using Automation.Isapi.Http;

namespace Automation.Isapi;

/// <summary>The walk through a device's documents that a discovery is.</summary>
internal sealed class DeviceSurvey(ResourceAddress address, DeviceCalls calls, string dialect)
{
    /// <summary>More of a kind than the largest device has is a broken document.</summary>
    private const int MaxOfKind = 1024;

    private readonly SortedDictionary<(string Kind, int Number), Resource> _resources = [];
    private readonly List<string> _notes = [];

    /// <summary>One of <see cref="DeviceKinds"/>.</summary>
    public string Kind { get; private set; } = "camera";

    public DataObject Identity { get; private set; } = DataObject.Empty;

    public ImmutableArray<Resource> Resources => [.. _resources.Values];

    public ImmutableArray<string> Notes => [.. _notes];

    public void Note(string text) => _notes.Add(text);

    public async Task RunAsync(DeviceElement? info, CancellationToken cancellationToken)
    {
        Identity = DeviceIdentity.Of(info);
        DeviceElement? capabilities = await AskAsync("/System/capabilities", cancellationToken).ConfigureAwait(false);
        bool panel = dialect.Equals("securityCp", StringComparison.OrdinalIgnoreCase) || capabilities?.Find("isSupportSecurityCP")?.Text.Trim() == "true" || DeviceIdentity.IsPanel(Identity["deviceType"].Text);
        if (panel) await PanelAsync(cancellationToken).ConfigureAwait(false);
        int analog = await ChannelsAsync(cancellationToken).ConfigureAwait(false);
        await PortsAsync(capabilities, cancellationToken).ConfigureAwait(false);
        await DisksAsync(cancellationToken).ConfigureAwait(false);
        await DoorsAsync(capabilities, cancellationToken).ConfigureAwait(false);
        await PtzAsync(cancellationToken).ConfigureAwait(false);
        bool thermal = await ThermalAsync(capabilities, cancellationToken).ConfigureAwait(false);
        bool counting = await CountingAsync(cancellationToken).ConfigureAwait(false);
        Kind = DeviceIdentity.KindOf(Identity["deviceType"].Text, panel, thermal, counting, analog > 0 && Count("channel") > 1, Count("door") > 0);
    }

    private async Task PanelAsync(CancellationToken cancellationToken)
    {
        foreach (DeviceElement area in All(await AskAsync("/SecurityCP/status/subSystems?format=json", cancellationToken).ConfigureAwait(false), "SubSys"))
        {
            // Unused places come along, disabled.
            if (area.BoolOf("enabled") != false) Add("area", area.IntOf("id"), area.TextOf("name"));
        }

        Dictionary<int, string> zoneNames = [];
        foreach (DeviceElement zone in All(await AskAsync("/SecurityCP/Configuration/zones?format=json", cancellationToken).ConfigureAwait(false), "Zone"))
        {
            if (zone.IntOf("id") is { } id && zone.TextOf("zoneName") is { } name) zoneNames[id] = name;
        }

        foreach (DeviceElement zone in await ZonesAsync(cancellationToken).ConfigureAwait(false))
        {
            if (zone.IntOf("id") is not { } id || zone.TextOf("status") == "notRelated") continue;
            int? area = zone.IntOf("subSystemNo") ?? zone.IntOf("linkageSubSystem");
            Add("zone", id, zone.TextOf("name") ?? zoneNames.GetValueOrDefault(id), r => r with { Area = area });
        }

        DeviceElement? peripherals = await AskAsync("/SecurityCP/status/exDevStatus?format=json", cancellationToken).ConfigureAwait(false);
        foreach ((string wire, string kind) in Status.PanelStatus.PeripheralWords)
        {
            foreach (DeviceElement peripheral in All(peripherals, wire))
            {
                if (peripheral.TextOf("status") != "notRelated") Add(kind, peripheral.IntOf("id"), peripheral.TextOf("name"));
            }
        }
    }

    /// <summary>Zones at once, or page by page where the panel wants that (002 A.45).</summary>
    private async Task<IReadOnlyList<DeviceElement>> ZonesAsync(CancellationToken cancellationToken)
    {
        const string Path = "/SecurityCP/status/zones?format=json";
        List<DeviceElement> zones = [.. All(await AskAsync(Path, cancellationToken).ConfigureAwait(false), "Zone")];
        if (zones.Count > 0) return zones;
        for (int page = 0; page < 32; page++)
        {
            var condition = DeviceContent.Json($$$$"""{"ZoneCond":{"searchID":"automation","searchResultPosition":{{{{zones.Count}}}},"maxResults":50}}""");
            DeviceAnswer answer = await calls.CallAsync(HttpMethod.Post, Path, condition, cancellationToken).ConfigureAwait(false);
            DeviceElement[] found = answer.IsSuccess ? [.. All(answer.Document, "Zone")] : [];
            zones.AddRange(found);
            if (found.Length == 0 || answer.Document?.Find("responseStatusStrg")?.Text != "MORE") break;
        }

        return zones;
    }

    /// <summary>Channels, direct and behind a recorder; answers how many are analog.</summary>
    private async Task<int> ChannelsAsync(CancellationToken cancellationToken)
    {
        int direct = 0;
        foreach (DeviceElement channel in All(await AskAsync("/System/Video/inputs/channels", cancellationToken).ConfigureAwait(false), "VideoInputChannel"))
        {
            if (string.Equals(channel.TextOf("resDesc"), "NO VIDEO", StringComparison.OrdinalIgnoreCase))
            {
                Note($"Channel {channel.TextOf("id")} has no picture and is left out.");
                continue;
            }

            if (Add("channel", channel.IntOf("id"), channel.TextOf("name"))) direct++;
        }

        foreach (DeviceElement channel in All(await AskAsync("/ContentMgmt/InputProxy/channels", cancellationToken).ConfigureAwait(false), "InputProxyChannel"))
        {
            Add("channel", channel.IntOf("id"), channel.TextOf("name"));
        }

        if (Count("channel") > 0) return direct;
        foreach (DeviceElement stream in All(await AskAsync("/Streaming/channels", cancellationToken).ConfigureAwait(false), "StreamingChannel"))
        {
            // 101 is the first stream of channel 1; 2014 devices count 1, 2, … instead.
            if (stream.IntOf("id") is { } id) Add("channel", id > 100 ? id / 100 : id, stream.TextOf("channelName"));
        }

        return direct;
    }

    private async Task PortsAsync(DeviceElement? capabilities, CancellationToken cancellationToken)
    {
        await PortsOfAsync("inputs", "IOInputPort", "alarm-input", "IOInputPortNums", capabilities, cancellationToken).ConfigureAwait(false);
        await PortsOfAsync("outputs", "IOOutputPort", "alarm-output", "IOOutputPortNums", capabilities, cancellationToken).ConfigureAwait(false);
    }

    private async Task PortsOfAsync(string folder, string element, string kind, string countName, DeviceElement? capabilities, CancellationToken cancellationToken)
    {
        DeviceElement? list = await AskAsync("/System/IO/" + folder, cancellationToken).ConfigureAwait(false);
        foreach (DeviceElement port in All(list, element)) Add(kind, port.IntOf("id"), port.TextOf("name"));
        if (list is null)
        {
            // Without the list the capabilities tell how many there are, from 1.
            double count = DeviceElement.ToNumber(capabilities?.Find(countName)?.Text.Trim()) ?? 0;
            for (int number = 1; number <= Math.Min(count, 64); number++) Add(kind, number, null);
        }

        // Behind a recorder they are numbered channel × 100 + port.
        string proxied = element.Replace("IO", "IOProxy", StringComparison.Ordinal);
        foreach (DeviceElement port in All(await AskAsync("/ContentMgmt/IOProxy/" + folder, cancellationToken).ConfigureAwait(false), proxied)) Add(kind, port.IntOf("id"), port.TextOf("name"));
    }

    private async Task DisksAsync(CancellationToken cancellationToken)
    {
        foreach (DeviceElement disk in All(await AskAsync("/ContentMgmt/Storage", cancellationToken).ConfigureAwait(false), "hdd")) Add("hdd", disk.IntOf("id"), disk.TextOf("hddName"));
    }

    private async Task DoorsAsync(DeviceElement? capabilities, CancellationToken cancellationToken)
    {
        bool access = DeviceIdentity.HasDoors(Identity["deviceType"].Text) || capabilities?.Find("isSupportRemoteControlDoor")?.Text.Trim() == "true" || capabilities?.Find("isSupportAcsUpdate") is not null;
        if (!access) return;
        DeviceElement? work = await AskAsync("/AccessControl/AcsWorkStatus?format=json", cancellationToken).ConfigureAwait(false);
        int count = (work?.Child("AcsWorkStatus") ?? work)?.Children.Count(c => c.Is("doorLockStatus")) ?? 0;
        if (count == 0 && await AskAsync("/AccessControl/RemoteControl/door/capabilities", cancellationToken).ConfigureAwait(false) is not null) count = 1;
        for (int number = 1; number <= Math.Min(count, 256); number++) Add("door", number, null);
    }

    private async Task PtzAsync(CancellationToken cancellationToken)
    {
        foreach (DeviceElement unit in All(await AskAsync("/PTZCtrl/channels", cancellationToken).ConfigureAwait(false), "PTZChannel"))
        {
            if ((unit.IntOf("id") ?? unit.IntOf("videoInputID")) is not { } number || unit.BoolOf("enabled") == false || !_resources.ContainsKey(("channel", number))) continue;
            DeviceElement? list = await AskAsync($"/PTZCtrl/channels/{number}/presets", cancellationToken).ConfigureAwait(false);
            // A list holds every place for a preset; those in use are enabled.
            NamedNumber[] presets = [.. All(list, "PTZPreset").Where(p => p.BoolOf("enabled") != false && p.IntOf("id") > 0).Select(p => new NamedNumber(p.IntOf("id")!.Value, p.TextOf("presetName") ?? "")).DistinctBy(p => p.Number).Take(300)];
            Change("channel", number, r => r with { Capabilities = r.Capabilities.Add(Capabilities.Ptz), Presets = [.. presets] });
        }
    }

    private async Task<bool> ThermalAsync(DeviceElement? capabilities, CancellationToken cancellationToken)
    {
        if (capabilities?.Find("isSupportThermal")?.Text.Trim() != "true" && capabilities?.Find("ThermalCap") is null) return false;
        bool any = false;
        foreach (int number in Numbers("channel"))
        {
            if (await AskAsync($"/Thermal/channels/{number}/thermometry/1/rulesTemperatureInfo?format=json", cancellationToken).ConfigureAwait(false) is null) continue;
            Change("channel", number, r => r with { Capabilities = r.Capabilities.Add("thermal") });
            any = true;
        }

        // Recorders have the word for the cameras behind them; it says nothing of the recorder's channels.
        if (!any && DeviceIdentity.IsRecorder(Identity["deviceType"].Text)) return false;
        // Where the polled form is missing, live values come on channel 2 (isapi.md 1.3).
        if (!any) Change("channel", Numbers("channel").Contains(2) ? 2 : 1, r => r with { Capabilities = r.Capabilities.Add("thermal") });
        return true;
    }

    private async Task<bool> CountingAsync(CancellationToken cancellationToken)
    {
        bool any = false;
        // A camera counts on its own lenses; a recorder's channels are asked through the camera itself.
        foreach (int number in Numbers("channel").Take(4))
        {
            if (await AskAsync($"/System/Video/inputs/channels/{number}/counting/capabilities", cancellationToken).ConfigureAwait(false) is null) continue;
            Change("channel", number, r => r with { Capabilities = r.Capabilities.Add("peopleCounting") });
            any = true;
        }

        return any;
    }

    /// <summary>The document, or null when the device has none there.</summary>
    private async Task<DeviceElement?> AskAsync(string path, CancellationToken cancellationToken)
    {
        DeviceAnswer answer = await calls.GetAsync(path, cancellationToken).ConfigureAwait(false);
        if (answer.IsSuccess) return answer.Document;
        if (answer.Failure != CallFailure.None) Note($"{path} was not answered: {answer.Detail}.");
        return null;
    }

    private static IEnumerable<DeviceElement> All(DeviceElement? document, string name) => document is null ? [] : document.Is(name) ? [document] : document.All(name);

    private bool Add(string kind, int? number, string? name, Func<Resource, Resource>? with = null)
    {
        if (number is not (>= 0 and <= ushort.MaxValue and var valid) || Count(kind) >= MaxOfKind) return false;
        var resource = new Resource { Address = address.Resource(kind, valid), Name = name is { Length: > 128 } ? name[..128] : name ?? "" };
        return _resources.TryAdd((kind, valid), with is null ? resource : with(resource));
    }

    private void Change(string kind, int number, Func<Resource, Resource> change)
    {
        if (_resources.TryGetValue((kind, number), out Resource? resource)) _resources[(kind, number)] = change(resource);
    }

    private int Count(string kind) => _resources.Keys.Count(k => k.Kind == kind);

    private int[] Numbers(string kind) => [.. _resources.Keys.Where(k => k.Kind == kind).Select(k => k.Number)];
}
