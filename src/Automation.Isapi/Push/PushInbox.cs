using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Automation.Core.Model;
using Automation.Isapi.Documents;
using Automation.Isapi.Events;

namespace Automation.Isapi.Push;

/// <summary>What came of a push.</summary>
public enum PushResult
{
    /// <summary>Its alerts reached the device that sent them.</summary>
    Taken,

    /// <summary>Nothing in it is an alert: a test, a picture alone.</summary>
    Empty,

    /// <summary>No device of a site is the sender.</summary>
    UnknownSender,

    /// <summary>It is neither XML nor JSON.</summary>
    Unreadable,
}

/// <param name="Detail">Who the sender says it is, or what is wrong, as a person reads it; null when it was taken.</param>
public readonly record struct PushOutcome(PushResult Result, string? Detail);

/// <summary>Takes what devices push (EVT-3): bare XML or JSON, or multipart with pictures, and gives it to the device that sent it. Any thread.</summary>
/// <remarks>
/// The sender is found by the MAC address in the alert, then by the address it comes from, then by its serial number (isapi.md, quirk 11); never
/// by being the only device. A device that also has an event stream is not told twice.
/// </remarks>
public sealed class PushInbox(DeviceConnectionLimits limits)
{
    private readonly ConcurrentDictionary<ResourceAddress, DeviceConnection> _devices = new();

    /// <summary>From now on the device may push.</summary>
    public void Add(ResourceAddress device, DeviceConnection connection) => _devices[device] = connection;

    /// <summary>Whether a device of a site has this address of its own.</summary>
    public bool Knows(IPAddress address) => _devices.Values.Any(d => d.Identity.HasAddress(address));

    /// <summary>Takes the body of one push. Never throws for what is in it.</summary>
    /// <param name="contentType">As the request says; null when it does not.</param>
    public async ValueTask<PushOutcome> TakeAsync(ReadOnlyMemory<byte> body, string? contentType, IPAddress sender, CancellationToken cancellationToken)
    {
        // A picture alone has no alert that says whose it is.
        if (contentType?.StartsWith("image/", StringComparison.OrdinalIgnoreCase) == true) return new PushOutcome(PushResult.Empty, null);
        var sink = new Sink(this, sender);
        var parts = new AlertParts(sink);
        int at = 0;
        var reader = new MultipartReader(
            (buffer, _) =>
            {
                int count = Math.Min(buffer.Length, body.Length - at);
                body.Slice(at, count).CopyTo(buffer);
                at += count;
                return ValueTask.FromResult(count);
            },
            BoundaryOf(contentType), limits.MaxTextPartBytes, limits.MaxPicturePartBytes);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false) is { } part) parts.Take(part);
        return sink.Outcome;
    }

    private static string? BoundaryOf(string? contentType) =>
        System.Net.Http.Headers.MediaTypeHeaderValue.TryParse(contentType, out System.Net.Http.Headers.MediaTypeHeaderValue? type)
            ? type.Parameters.FirstOrDefault(p => p.Name.Equals("boundary", StringComparison.OrdinalIgnoreCase))?.Value?.Trim('"')
            : null;

    private DeviceConnection? SenderOf(in Alert alert, IPAddress sender)
    {
        if (TextOf(alert, "macAddress"u8) is { } mac && Find(d => d.Identity.HasMac(mac)) is { } byMac) return byMac;
        if (Find(d => d.Identity.HasAddress(sender)) is { } byAddress) return byAddress;
        foreach (byte[] name in SerialNames)
        {
            if (TextOf(alert, name) is { } serial && Find(d => d.Identity.HasSerial(serial)) is { } bySerial) return bySerial;
        }

        return null;
    }

    private static readonly byte[][] SerialNames = ["serialNumber"u8.ToArray(), "deviceSerial"u8.ToArray(), "deviceID"u8.ToArray()];

    /// <summary>The only device that fits; two that do are as good as none.</summary>
    private DeviceConnection? Find(Func<DeviceConnection, bool> fits)
    {
        DeviceConnection? found = null;
        foreach (DeviceConnection device in _devices.Values)
        {
            if (!fits(device)) continue;
            if (found is not null) return null;
            found = device;
        }

        return found;
    }

    private static string? TextOf(in Alert alert, ReadOnlySpan<byte> name) =>
        alert.Body.TryFind(name, out TapeNode found) && found.Text.Length is > 0 and <= 64 ? Encoding.UTF8.GetString(found.Text) : null;

    private sealed class Sink(PushInbox inbox, IPAddress sender) : IAlertStreamSink
    {
        private DeviceConnection? _speaker;
        private ResourceAddress _resource;
        private bool _taken;
        private string? _stranger;
        private string? _problem;

        public PushOutcome Outcome => _taken ? new(PushResult.Taken, null)
            : _stranger is not null ? new(PushResult.UnknownSender, _stranger)
            : _problem is not null ? new(PushResult.Unreadable, _problem)
            : new(PushResult.Empty, null);

        public void Opened()
        {
        }

        public void Received(in Alert alert)
        {
            _speaker = inbox.SenderOf(alert, sender);
            if (_speaker is null)
            {
                string mac = TextOf(alert, "macAddress"u8) is { } said ? $", MAC {said}" : "";
                string serial = TextOf(alert, "serialNumber"u8) is { } number ? $", serial number {number}" : "";
                _stranger ??= $"{sender}{mac}{serial}";
                return;
            }

            _taken = true;
            _resource = _speaker.TakePushed(alert);
        }

        public void Other(TapeNode document)
        {
        }

        public void Picture(string contentType, ReadOnlyMemory<byte> bytes) => _speaker?.TakePushedPicture(_resource, contentType, bytes);

        public void Problem(DeviceProblemKind kind, string detail)
        {
            _problem ??= detail;
            _speaker?.TellPushProblem(kind, detail);
        }
    }
}
