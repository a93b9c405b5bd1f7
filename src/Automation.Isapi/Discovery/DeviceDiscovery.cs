using System.Collections.Immutable;
using Automation.Core.Model;
using Automation.Isapi.Devices;
using Automation.Isapi.Discovery;
using Automation.Isapi.Documents;
using Automation.Isapi.Http;

namespace Automation.Isapi;

/// <summary>What asking a device about itself brought (DEV-4).</summary>
/// <param name="Device">The device with its resources, as a site would list it; null when it could not be asked.</param>
/// <param name="Failure">Why not, in one sentence; null when it could.</param>
/// <param name="Identity">What it says of itself: <c>model</c>, <c>serialNumber</c>, <c>firmware</c>, <c>mac</c>, <c>deviceType</c>.</param>
/// <param name="Notes">What was left out and why, one sentence each.</param>
public sealed record DiscoveryResult(Device? Device, string? Failure, DataObject Identity, ImmutableArray<string> Notes)
{
    /// <summary>For a receiver gateway: the devices behind it, each with its own result.</summary>
    public ImmutableArray<DiscoveryResult> Behind { get; init; } = [];

    internal static DiscoveryResult Failed(string failure) => new(null, failure, DataObject.Empty, []);
}

/// <summary>Asks a device for its channels, ports, areas, zones, peripherals, doors and disks, so that nobody types what a device can tell.</summary>
/// <remarks>
/// Only reads; the one POST asks for a list. What a device answers with 403, 404 or 500 it does not have; nothing of that breaks the rest. Numbers are the device's own
/// and ids come from model and hardware address, so both stay when names change. A wrong password costs one rejected login (ACT-9).
/// </remarks>
public static class DeviceDiscovery
{
    /// <param name="ids">Gives each device its id, the one it had before where it is known.</param>
    /// <param name="random">For the login.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing else is thrown.</exception>
    public static async Task<DiscoveryResult> DiscoverAsync(
        DeviceIds ids, DeviceConnectionInfo connection, DiscoveryLimits limits, DeviceConnectionLimits callLimits, TimeProvider time, Random random, CancellationToken cancellationToken)
    {
        using var endpoint = new DeviceEndpoint(connection, callLimits, time, random);
        using var calls = new DeviceCalls(endpoint);
        DeviceAnswer info = await Greeting.AskAsync(endpoint, calls, cancellationToken).ConfigureAwait(false);
        if (info.Failure is not CallFailure.None) return DiscoveryResult.Failed($"{connection.Url.Authority}: {info.Detail}");
        // Receivers speak JSON alone.
        if (!info.IsSuccess) info = await Greeting.AskAsync(endpoint, calls, cancellationToken, gateway: true).ConfigureAwait(false);
        DeviceElement? identity = info.IsSuccess ? info.Document : null;
        ResourceAddress address = ids.AddressOf(DeviceIdentity.Of(identity), connection);
        var survey = new Survey(address, calls, limits);
        if (identity is null) survey.Note("It does not say what it is (/System/deviceInfo); its kind is a guess.");
        string kind = await DeviceSurvey.RunAsync(survey, identity, connection.Dialect, cancellationToken).ConfigureAwait(false);
        Device device = Build(survey, address, kind, connection);
        var result = new DiscoveryResult(device, null, survey.Identity, survey.Notes);
        if (connection.DevIndex is not null || (kind != "gateway" && !device.Resources.IsEmpty)) return result;

        // What has nothing of its own may manage others (002 §7.2).
        (IReadOnlyList<ReceiverList.Entry> Entries, bool Whole)? list = await ReceiverList.ReadAsync(
            condition => survey.AskAsync(ReceiverList.Path, cancellationToken, HttpMethod.Post, condition), limits.MaxBehindReceiver).ConfigureAwait(false);
        if (list is not { } managed) return result with { Notes = survey.Notes };
        if (!managed.Whole) survey.Note($"Only the first {managed.Entries.Count} devices of the receiver were taken.");
        var behind = ImmutableArray.CreateBuilder<DiscoveryResult>();
        foreach (ReceiverList.Entry entry in managed.Entries) behind.Add(await BehindAsync(entry).ConfigureAwait(false));
        return result with { Device = device with { Kind = "gateway" }, Notes = survey.Notes, Behind = behind.ToImmutable() };

        // One device of the list, asked through the receiver.
        async Task<DiscoveryResult> BehindAsync(ReceiverList.Entry entry)
        {
            DeviceConnectionInfo way = connection with { DevIndex = entry.DevIndex, Gateway = address, Dialect = entry.Kind == "security-panel" ? "securityCp" : "isapi" };
            using DeviceEndpoint through = endpoint.Through(entry.DevIndex);
            using var questions = new DeviceCalls(through);
            return await EntryAsync(ids, entry, way, through, questions, limits, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<DiscoveryResult> EntryAsync(DeviceIds ids, ReceiverList.Entry entry, DeviceConnectionInfo connection, DeviceEndpoint endpoint, DeviceCalls calls, DiscoveryLimits limits, CancellationToken cancellationToken)
    {
        // One that is away is listed with what the receiver knows of it.
        DeviceAnswer? info = entry.Online ? await Greeting.AskAsync(endpoint, calls, cancellationToken).ConfigureAwait(false) : null;
        DeviceElement? document = info is { IsSuccess: true } ? info.Document : null;
        DataObject identity = entry.Complete(DeviceIdentity.Of(document));
        ResourceAddress address = ids.AddressOf(identity, connection);
        var survey = new Survey(address, calls, limits);
        string kind = entry.Kind;
        if (entry.Online)
        {
            string found = await DeviceSurvey.RunAsync(survey, document, connection.Dialect, cancellationToken).ConfigureAwait(false);
            // The receiver knows what sort of device it manages; the device knows which of that sort.
            if (survey.Resources.Length > 0 && found != "camera") kind = found;
        }
        else
        {
            survey.Note("It is offline; its resources are found when it is back.");
        }

        survey.Identity = identity;
        return new DiscoveryResult(Build(survey, address, kind, connection), null, identity, survey.Notes);
    }

    private static Device Build(Survey survey, ResourceAddress address, string kind, DeviceConnectionInfo connection) => new()
    {
        Address = address,
        Name = Survey.Clean(survey.Identity["deviceName"].Text) is { Length: > 0 } name ? name : address.Device,
        Kind = kind,
        Model = OrNull(survey.Identity["model"].Text),
        Serial = OrNull(survey.Identity["serialNumber"].Text),
        Mac = DeviceIds.Mac(survey.Identity["mac"].Text),
        Connection = connection with { Dialect = kind == "security-panel" ? "securityCp" : connection.Dialect },
        Events = survey.DeviceEvents,
        Resources = survey.Resources,
    };

    private static string? OrNull(string text) => Survey.Clean(text) is { Length: > 0 } clean ? clean : null;
}
