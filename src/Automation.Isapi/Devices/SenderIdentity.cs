using System.Net;
using Automation.Core.Model;

namespace Automation.Isapi.Devices;

/// <summary>By what a device is recognised when it pushes: what the site file says of it, and what it said of itself when it was greeted. Any thread.</summary>
internal sealed class SenderIdentity(Device device)
{
    private volatile string? _mac = device.Mac is null ? null : Plain(device.Mac);
    private volatile string? _serial = device.Serial;

    /// <summary>Null where the site file names no address of the device's own, or one that is a name.</summary>
    private readonly IPAddress? _address = device.Connection is { IsThroughGateway: false } connection && IPAddress.TryParse(connection.Url.Host.Trim('[', ']'), out IPAddress? address) ? address : null;

    /// <summary>What the site file says stands; the device's own words fill the gaps.</summary>
    public void Learn(DataObject identity)
    {
        if (device.Mac is null && Plain(identity["mac"].Text) is { Length: 12 } mac) _mac = mac;
        if (device.Serial is null && identity["serialNumber"].Text is { Length: > 0 } serial) _serial = serial;
    }

    public bool HasMac(string mac) => _mac is { } own && own == Plain(mac);

    public bool HasAddress(IPAddress address) => _address is not null && _address.Equals(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    /// <summary>Devices put model and date before their serial number in one place and leave them out in another: the end of one is the other.</summary>
    public bool HasSerial(string serial) =>
        _serial is { Length: >= MinSerial } own && serial.Length >= MinSerial && (own.EndsWith(serial, StringComparison.OrdinalIgnoreCase) || serial.EndsWith(own, StringComparison.OrdinalIgnoreCase));

    /// <summary>Nine characters are what vendors print on the label.</summary>
    private const int MinSerial = 6;

    private static string Plain(string mac) => string.Concat(mac.Where(char.IsAsciiHexDigit)).ToLowerInvariant();
}
