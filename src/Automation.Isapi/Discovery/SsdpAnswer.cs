using System.Globalization;
using System.Net;
using System.Text;

namespace Automation.Isapi.Discovery;

/// <summary>One answer to an SSDP question: HTTP's form of headers over UDP (UPnP Device Architecture 1.1 §1.3.3).</summary>
/// <param name="Location">Where the device's description is; always on the machine that answered.</param>
internal sealed record SsdpAnswer(Uri Location, string Server, string Unique)
{
    private const int MaxHeader = 512;

    /// <param name="wait">Seconds over which devices spread their answers (MX), 1 to 5.</param>
    public static byte[] Question(IPEndPoint target, int wait) => Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"M-SEARCH * HTTP/1.1\r\nHOST: {target}\r\nMAN: \"ssdp:discover\"\r\nMX: {Math.Clamp(wait, 1, 5)}\r\nST: upnp:rootdevice\r\n\r\n"));

    /// <summary>Null for anything but a good answer.</summary>
    /// <param name="from">Who sent it: an answer that points to somebody else is not followed.</param>
    public static SsdpAnswer? Read(ReadOnlySpan<byte> datagram, IPAddress from)
    {
        string text = Encoding.Latin1.GetString(datagram);
        string[] lines = text.Split('\n');
        if (!lines[0].StartsWith("HTTP/1.", StringComparison.Ordinal) || !lines[0].Contains(" 200", StringComparison.Ordinal)) return null;
        string location = "", server = "", unique = "";
        foreach (string line in lines.Skip(1).Take(64))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0) continue;
            string value = line[(colon + 1)..].Trim();
            if (value.Length > MaxHeader) continue;
            switch (line[..colon].Trim().ToUpperInvariant())
            {
                case "LOCATION":
                    location = value;
                    break;
                case "SERVER":
                    server = value;
                    break;
                case "USN":
                    unique = value;
                    break;
            }
        }

        if (!Uri.TryCreate(location, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https") || uri.UserInfo.Length > 0) return null;
        return IPAddress.TryParse(uri.Host, out IPAddress? host) && host.Equals(from) ? new SsdpAnswer(uri, server, unique) : null;
    }
}
