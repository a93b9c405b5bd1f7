using Automation.Core.Model;
using Automation.Isapi.Documents;
using Automation.Isapi.Http;
using Automation.Isapi.Status;

namespace Automation.Isapi.Discovery;

/// <summary>Areas, zones and peripherals of a panel, in its JSON dialect (002 A.2, A.44, A.46).</summary>
internal static class PanelSurvey
{
    private const int Page = 50;
    private const int MaxPages = 32;

    public static async Task RunAsync(Survey survey, CancellationToken cancellationToken)
    {
        await AreasAsync(survey, cancellationToken).ConfigureAwait(false);
        await ZonesAsync(survey, cancellationToken).ConfigureAwait(false);
        await PeripheralsAsync(survey, cancellationToken).ConfigureAwait(false);
    }

    private static async Task AreasAsync(Survey survey, CancellationToken cancellationToken)
    {
        Dictionary<int, string> names = [];
        foreach (DeviceElement area in Survey.All(await survey.AskAsync("/SecurityCP/Configuration/subSys?format=json", cancellationToken).ConfigureAwait(false), "SubSys"))
        {
            if (area.IntOf("id") is { } id && area.TextOf("name") is { } name) names[id] = name;
        }

        foreach (DeviceElement area in Survey.All(await survey.AskAsync("/SecurityCP/status/subSystems?format=json", cancellationToken).ConfigureAwait(false), "SubSys"))
        {
            // Unused places come along, disabled.
            if (area.BoolOf("enabled") == false || area.IntOf("id") is not { } id) continue;
            survey.Add("area", id, area.TextOf("name") ?? names.GetValueOrDefault(id));
        }
    }

    private static async Task ZonesAsync(Survey survey, CancellationToken cancellationToken)
    {
        Dictionary<int, DeviceElement> configured = [];
        foreach (DeviceElement zone in Survey.All(await survey.AskAsync("/SecurityCP/Configuration/zones?format=json", cancellationToken).ConfigureAwait(false), "Zone"))
        {
            if (zone.IntOf("id") is { } id) configured.TryAdd(id, zone);
        }

        foreach (DeviceElement zone in await ZoneStatesAsync(survey, cancellationToken).ConfigureAwait(false))
        {
            if (zone.IntOf("id") is not { } id || zone.TextOf("status") == "notRelated") continue;
            DeviceElement? settings = configured.GetValueOrDefault(id);
            int? area = AreaOf(zone) ?? (settings is null ? null : AreaOf(settings));
            if (area is { } known && !survey.Has("area", known)) area = null;
            survey.Add("zone", id, zone.TextOf("name") ?? settings?.TextOf("zoneName") ?? settings?.TextOf("name"), r => r with { Area = area });
        }
    }

    /// <summary>A zone of several areas is listed with the first.</summary>
    private static int? AreaOf(DeviceElement zone) => zone.IntOf("subSystemNo") ?? zone.IntOf("linkageSubSystem");

    /// <summary>Zones at once, or page by page where the panel wants that (002 A.45).</summary>
    private static async Task<IReadOnlyList<DeviceElement>> ZoneStatesAsync(Survey survey, CancellationToken cancellationToken)
    {
        const string Path = "/SecurityCP/status/zones?format=json";
        List<DeviceElement> zones = [.. Survey.All(await survey.AskAsync(Path, cancellationToken).ConfigureAwait(false), "Zone")];
        if (zones.Count > 0) return zones;
        for (int page = 0; page < MaxPages; page++)
        {
            var condition = DeviceContent.Json($$$"""{"ZoneCond":{"searchID":"automation","searchResultPosition":{{{zones.Count}}},"maxResults":{{{Page}}}}}""");
            DeviceElement? answer = await survey.AskAsync(Path, cancellationToken, HttpMethod.Post, condition).ConfigureAwait(false);
            DeviceElement[] found = [.. Survey.All(answer, "Zone")];
            zones.AddRange(found);
            if (found.Length == 0 || answer?.Find("responseStatusStrg")?.Text != "MORE") break;
        }

        return zones;
    }

    private static async Task PeripheralsAsync(Survey survey, CancellationToken cancellationToken)
    {
        DeviceElement? peripherals = await survey.AskAsync("/SecurityCP/status/exDevStatus?format=json", cancellationToken).ConfigureAwait(false);
        foreach ((string wire, string kind) in PanelStatus.PeripheralWords)
        {
            foreach (DeviceElement peripheral in Survey.All(peripherals, wire))
            {
                if (peripheral.TextOf("status") == "notRelated" || peripheral.IntOf("id") is not { } id) continue;
                survey.Add(kind, id, peripheral.TextOf("name"));
            }
        }

        await RelaysAsync(survey, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Relays of panels that do not list them among the peripherals (isapi.md 1.2).</summary>
    private static async Task RelaysAsync(Survey survey, CancellationToken cancellationToken)
    {
        if (survey.Count("relay") > 0) return;
        var condition = DeviceContent.Json("""{"OutputCond":{"searchID":"automation","searchResultPosition":0,"maxResults":64}}""");
        DeviceElement? answer = await survey.AskAsync("/SecurityCP/status/outputStatus?format=json", cancellationToken, HttpMethod.Post, condition).ConfigureAwait(false);
        foreach (DeviceElement relay in Survey.All(answer, "Output"))
        {
            if (relay.TextOf("status") == "notRelated" || relay.IntOf("id") is not { } id) continue;
            survey.Add("relay", id, relay.TextOf("name"));
        }
    }
}
