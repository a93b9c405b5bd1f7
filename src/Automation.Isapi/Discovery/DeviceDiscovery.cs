using System.Collections.Immutable;
using Automation.Core.Model;
using Automation.Isapi.Devices;
using Automation.Isapi.Documents;
using Automation.Isapi.Http;

namespace Automation.Isapi;

/// <summary>What asking a device about itself brought (DEV-4).</summary>
/// <param name="Device">The device with its resources, as a site would list it; null when it could not be asked.</param>
/// <param name="Failure">Why not, in one sentence; null when it could.</param>
/// <param name="Identity">What it says of itself: <c>model</c>, <c>serialNumber</c>, <c>firmware</c>, <c>mac</c>, <c>deviceType</c>.</param>
/// <param name="Notes">What was left out and why, one sentence each.</param>
public sealed record DiscoveryResult(Device? Device, string? Failure, DataObject Identity, ImmutableArray<string> Notes);

/// <summary>Asks a device for its channels, ports, areas, zones, peripherals, doors and disks, so that nobody types what a device can tell.</summary>
/// <remarks>Only reads. What a device answers with 403, 404 or 500 it does not have; nothing of that breaks the rest. Numbers are the device's own and stay when names change.</remarks>
public static class DeviceDiscovery
{
    /// <param name="address">The address the device is to have in its site.</param>
    /// <param name="random">For the login.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing else is thrown.</exception>
    public static async Task<DiscoveryResult> DiscoverAsync(
        ResourceAddress address, DeviceConnectionInfo connection, DeviceConnectionLimits limits, TimeProvider time, Random random, CancellationToken cancellationToken)
    {
        using var endpoint = new DeviceEndpoint(connection, limits, time, random);
        using var calls = new DeviceCalls(endpoint);
        DeviceAnswer info = await Greeting.AskAsync(endpoint, calls, cancellationToken).ConfigureAwait(false);
        if (info.Failure is not CallFailure.None) return new DiscoveryResult(null, $"{connection.Url.Authority}: {info.Detail}", DataObject.Empty, []);
        var survey = new DeviceSurvey(address, calls, connection.Dialect);
        DeviceElement? identity = info.IsSuccess ? info.Document : null;
        if (identity is null) survey.Note("It does not say what it is (/System/deviceInfo); its kind is a guess.");
        await survey.RunAsync(identity, cancellationToken).ConfigureAwait(false);
        return new DiscoveryResult(
            new Device
            {
                Address = address,
                Name = identity?.Find("deviceName")?.Text.Trim() is { Length: > 0 } name ? name : address.Device,
                Kind = survey.Kind,
                Connection = connection with { Dialect = survey.Kind == "security-panel" ? "securityCp" : connection.Dialect },
                Resources = survey.Resources,
            },
            null,
            survey.Identity,
            survey.Notes);
    }
}
