using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Automation.Isapi.Discovery;

namespace Automation.Isapi;

/// <summary>A device that answered on the network.</summary>
/// <param name="Url">Where it is asked further: scheme, host and port.</param>
/// <param name="SpeaksIsapi">Whether it answered to <c>/ISAPI/System/deviceInfo</c> as such a device does; asked without a login.</param>
public sealed record LanDevice(Uri Url, string Name, string Manufacturer, string Model, string Serial, string Unique, bool SpeaksIsapi);

/// <summary>The bounds of a search on the network.</summary>
public sealed record LanSearchLimits
{
    /// <summary>Where the question goes: SSDP's group (003 §4.7; UPnP Device Architecture 1.1 §1.3.2). A test, or a network without multicast, names one address.</summary>
    public IPEndPoint Target { get; init; } = new(IPAddress.Parse("239.255.255.250"), 1900);

    /// <summary>How long answers are waited for: 1 to 30 s. Default 3 s: devices answer within the 2 s that the question allows (MX).</summary>
    public TimeSpan Listen { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Answers that are taken in all; a device answers a few times. Default 1 024.</summary>
    public int MaxAnswers { get; init; } = 1024;

    /// <summary>Devices that are asked for their description. Default 256: a class C network.</summary>
    public int MaxDevices { get; init; } = 256;

    /// <summary>Largest description. Default 64 KiB: the largest seen has 4.</summary>
    public int MaxDescriptionBytes { get; init; } = 64 * 1024;

    /// <summary>How long one device may take for its description.</summary>
    public TimeSpan DescriptionTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Devices that are asked at once.</summary>
    public int Parallel { get; init; } = 8;
}

/// <summary>Finds devices on the local network by SSDP (DEV-4). Asks the group, listens for a bounded time, reads each device's description; no login is sent.</summary>
public static class LanSearch
{
    /// <summary>The devices in the order of their addresses; those that speak ISAPI first.</summary>
    /// <exception cref="IOException">No network interface could be asked.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<ImmutableArray<LanDevice>> SearchAsync(LanSearchLimits limits, TimeProvider time, CancellationToken cancellationToken)
    {
        IReadOnlyCollection<SsdpAnswer> answers = await AskAsync(limits, time, cancellationToken).ConfigureAwait(false);
        using var reader = new LanDescriptions(limits, time);
        var found = new LanDevice?[answers.Count];
        await Parallel.ForEachAsync(answers.Select((a, i) => (Answer: a, Index: i)), new ParallelOptions { MaxDegreeOfParallelism = limits.Parallel, CancellationToken = cancellationToken }, async (one, token) =>
            found[one.Index] = await reader.ReadAsync(one.Answer, token).ConfigureAwait(false)).ConfigureAwait(false);
        return [.. found.OfType<LanDevice>().DistinctBy(d => d.Url.Authority).OrderByDescending(d => d.SpeaksIsapi).ThenBy(d => d.Url.Host, StringComparer.Ordinal).ThenBy(d => d.Url.Port)];
    }

    /// <summary>Asks on every interface and collects answers, one a device.</summary>
    private static async Task<IReadOnlyCollection<SsdpAnswer>> AskAsync(LanSearchLimits limits, TimeProvider time, CancellationToken cancellationToken)
    {
        List<Socket> sockets = Open(limits.Target);
        try
        {
            using var over = new CancellationTokenSource(limits.Listen, time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
            var answers = new Dictionary<string, SsdpAnswer>(StringComparer.OrdinalIgnoreCase);
            int taken = 0;
            byte[] question = SsdpAnswer.Question(limits.Target, (int)Math.Max(1, limits.Listen.TotalSeconds - 1));
            await Task.WhenAll(sockets.Select(ListenAsync)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            return [.. answers.Values];

            async Task ListenAsync(Socket socket)
            {
                byte[] buffer = new byte[2048];
                try
                {
                    await socket.SendToAsync(question, SocketFlags.None, limits.Target, both.Token).ConfigureAwait(false);
                    while (Interlocked.Increment(ref taken) <= limits.MaxAnswers)
                    {
                        SocketReceiveFromResult from = await socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), both.Token).ConfigureAwait(false);
                        if (SsdpAnswer.Read(buffer.AsSpan(0, from.ReceivedBytes), ((IPEndPoint)from.RemoteEndPoint).Address) is not { } answer) continue;
                        lock (answers)
                        {
                            if (answers.Count < limits.MaxDevices) answers.TryAdd(answer.Location.Authority, answer);
                        }
                    }
                }
                catch (OperationCanceledException) when (both.IsCancellationRequested)
                {
                    // Time is up.
                }
                catch (SocketException)
                {
                    // This interface has no way there; others may.
                }
            }
        }
        finally
        {
            foreach (Socket socket in sockets) socket.Dispose();
        }
    }

    /// <summary>A socket an interface: the system would choose one of them for the group.</summary>
    private static List<Socket> Open(IPEndPoint target)
    {
        bool group = target.Address.GetAddressBytes() is [>= 224 and <= 239, ..];
        var sockets = new List<Socket>();
        foreach (IPAddress local in group ? Interfaces() : [IPAddress.Any])
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            try
            {
                socket.Bind(new IPEndPoint(local, 0));
                if (group) socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, local.GetAddressBytes());
                if (group) socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastTimeToLive, 2);
                sockets.Add(socket);
            }
            catch (SocketException)
            {
                socket.Dispose();
            }
        }

        return sockets.Count > 0 ? sockets : throw new IOException("no network interface can be asked for devices");
    }

    private static IEnumerable<IPAddress> Interfaces() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(i => i.OperationalStatus == OperationalStatus.Up && i.SupportsMulticast)
        .SelectMany(i => i.GetIPProperties().UnicastAddresses)
        .Select(a => a.Address).Where(a => a.AddressFamily == AddressFamily.InterNetwork).Take(16);
}
