using System.Net;
using System.Net.Sockets;

namespace Automation.TestKit;

/// <summary>Loopback ports for programs that must be told one. Code of our own listens on port 0 instead.</summary>
public static class FreePort
{
    public static int Next()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
