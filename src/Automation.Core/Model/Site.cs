using System.Collections.Immutable;
using Automation.Core.Compilation.Form;

namespace Automation.Core.Model;

/// <summary>One place: its time zone, calendars, devices and their resources (DEV-1). What a site file says.</summary>
public sealed record Site
{
    /// <summary>The slug that starts every address of the site.</summary>
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>Every schedule of the site is evaluated here; fixed after creation. IANA name.</summary>
    public required TimeZoneInfo TimeZone { get; init; }

    /// <summary>Where the sun rises and sets, in degrees; null when the site gives no position.</summary>
    public GeoPosition? Position { get; init; }

    public string? Address { get; init; }

    public ImmutableArray<HolidayCalendar> Holidays { get; init; } = [];

    public ImmutableArray<Device> Devices { get; init; } = [];

    /// <summary>Every address of the site: devices and resources.</summary>
    public IEnumerable<ResourceAddress> Addresses => Devices.SelectMany(d => d.Resources.Select(r => r.Address).Prepend(d.Address));
}

/// <summary>Degrees: latitude -90 to 90, north positive; longitude -180 to 180, east positive.</summary>
public readonly record struct GeoPosition(double Latitude, double Longitude);

/// <summary>Named days off; <paramref name="Days"/> are dates in the site's time zone.</summary>
public sealed record HolidayCalendar(string Id, string Name, ImmutableSortedSet<DateOnly> Days);

/// <summary>A device of a site, with what a discovery of it would find.</summary>
public sealed record Device
{
    public required ResourceAddress Address { get; init; }

    public required string Name { get; init; }

    /// <summary>One of <see cref="DeviceKinds"/> (DEV-2).</summary>
    public required string Kind { get; init; }

    /// <summary>How the device was added: <c>ip-domain</c>, <c>p2p</c> or <c>proxied</c> (DEV-3, LNK-9).</summary>
    public string AddedBy { get; init; } = "ip-domain";

    /// <summary>The device's model, as it says itself; null when it is not known.</summary>
    public string? Model { get; init; }

    /// <summary>The serial number: what a device is known again by when its address or name has changed. Null when it is not known, or another device of the site says the same one.</summary>
    public string? Serial { get; init; }

    /// <summary>The hardware address, lower case with colons; null when it is not known.</summary>
    public string? Mac { get; init; }

    /// <summary>Where the device is spoken to; null for a device that only other MQTT clients feed.</summary>
    public DeviceConnectionInfo? Connection { get; init; }

    /// <summary>An MQTT-only device of a profile: below this topic its bridge feeds it and takes its commands (DEV-8); null for others.</summary>
    public string? Topic { get; init; }

    /// <summary>An MQTT-only device: how it is known whether it is there.</summary>
    public ForeignAvailability ForeignAvailability { get; init; } = new();

    /// <summary>An MQTT-only device: what other bridges publish of it and of what it has.</summary>
    public ImmutableArray<ForeignFeed> Feeds { get; init; } = [];

    /// <summary>False: the device's events fire nothing (LNK-13, EVT-7).</summary>
    public bool Notification { get; init; } = true;

    /// <summary>When the notification is on, in the site's time zone; null: whenever <see cref="Notification"/> is (EVT-7).</summary>
    public WeeklyWindows? NotificationSchedule { get; init; }

    /// <summary>A panel in EN50131 compliant mode must be authenticated before it is a source or a target (LNK-10).</summary>
    public bool En50131Compliant { get; init; }

    /// <summary>Whether the authentication that <see cref="En50131Compliant"/> asks for was done.</summary>
    public bool Authenticated { get; init; }

    /// <summary>The event types the device says it can raise on itself, not on one of its resources; empty when it does not say.</summary>
    public ImmutableArray<string> Events { get; init; } = [];

    public ImmutableArray<Resource> Resources { get; init; } = [];
}

/// <summary>Something a device has: a channel, an area, a zone, a relay.</summary>
public sealed record Resource
{
    public required ResourceAddress Address { get; init; }

    /// <summary>The kind level of the address: <c>channel</c>, <c>area</c>, <c>zone</c>, …</summary>
    public string Kind => Address.Kind;

    public string Name { get; init; } = "";

    /// <summary>Words rules select by with <c>@tag</c>; slugs.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>What the resource can do beyond its kind: words of <see cref="Model.Capabilities"/>, or of the user's own.</summary>
    public ImmutableArray<string> Capabilities { get; init; } = [];

    /// <summary>The event types (<see cref="EventTypes"/>) the device says it can raise on it; empty when it does not say. What follows from the kind alone, a zone's alarm, is not listed.</summary>
    public ImmutableArray<string> Events { get; init; } = [];

    /// <summary>The numbers of a channel's streams: channel × 100 + stream, e.g. 101 and 102; empty when unknown.</summary>
    public ImmutableArray<int> Streams { get; init; } = [];

    /// <summary>The presets a PTZ channel has; empty when unknown.</summary>
    public ImmutableArray<NamedNumber> Presets { get; init; } = [];

    /// <summary>The patrols a PTZ channel has; empty when unknown.</summary>
    public ImmutableArray<NamedNumber> Patrols { get; init; } = [];

    /// <summary>The patterns a PTZ channel has; empty when unknown.</summary>
    public ImmutableArray<NamedNumber> Patterns { get; init; } = [];

    /// <summary>The serial number of a relay that is controlled by it instead of by its number (002 A.38); null: by its number.</summary>
    public string? Serial { get; init; }

    /// <summary>The area a zone belongs to, by number; null when it is not said.</summary>
    public int? Area { get; init; }
}

/// <summary>A preset, patrol or pattern: its number in the device and the name people gave it; the name is empty when there is none.</summary>
public readonly record struct NamedNumber(int Number, string Name)
{
    public override string ToString() => Name.Length == 0 ? Number.ToString(System.Globalization.CultureInfo.InvariantCulture) : $"{Number} {Name}";
}

/// <summary>How a device is reached over HTTP.</summary>
public sealed record DeviceConnectionInfo
{
    /// <summary>Scheme, host and port, e.g. <c>http://127.0.0.1:8101</c>; of the gateway, for a device that is spoken to through one.</summary>
    public required Uri Url { get; init; }

    public string User { get; init; } = "";

    public Secret Password { get; init; } = Secret.None;

    /// <summary>Which dialect leads: <c>isapi</c> (XML), <c>securityCp</c> (panels, JSON).</summary>
    public string Dialect { get; init; } = "isapi";

    /// <summary>Behind a receiver gateway: the receiver's index of the device, a uuid (002 §3.2); null when it is behind none.</summary>
    public string? DevIndex { get; init; }

    /// <summary>The gateway, a device of the site, that brings the device's events (DEV-3); empty: none.</summary>
    public ResourceAddress Gateway { get; init; }

    /// <summary>The gateway brings events only: requests go to <see cref="Url"/>, which is the device's own address.</summary>
    public bool HasOwnAddress { get; init; }

    /// <summary>Requests go through the gateway at <see cref="Url"/> and name the device by its index.</summary>
    public bool IsThroughGateway => DevIndex is not null && !HasOwnAddress;

    /// <summary>The password is sent only where it cannot be read: Basic is not answered. For a device that nobody has configured yet.</summary>
    public bool NeverReadable { get; init; }

    /// <summary>How to log in: null for whatever the device offers (Digest, Basic), <c>session</c> for a panel's session (isapi.md 1.5).</summary>
    public string? Login { get; init; }

    /// <summary>Where its events come from: <c>stream</c>, or <c>push</c> where the device sends them to us and no stream is opened.</summary>
    public string Events { get; init; } = "stream";

    /// <summary>Whose certificate is taken; null: one that the machine trusts.</summary>
    public TlsTrust? Tls { get; init; }
}

/// <summary>A device's certificate that no authority has signed.</summary>
/// <param name="Pins">SHA-256 of the certificate's public key (SubjectPublicKeyInfo), base64; any of them is taken, nothing else is. Empty: see the other.</param>
/// <param name="AcceptSelfSigned">Any self-signed certificate is taken: encrypted, but anybody in between could be the device.</param>
public sealed record TlsTrust(ImmutableArray<string> Pins, bool AcceptSelfSigned);
