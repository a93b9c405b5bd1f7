using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Automation.Benchmarks.Mqtt.Load;

/// <summary>A broker in a process of its own on a free loopback port: ours, or Mosquitto. Disposing ends it.</summary>
internal sealed class BrokerProcess : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly string? _folder;

    private BrokerProcess(ProcessStartInfo start, int port, string? folder)
    {
        Port = port;
        _folder = folder;
        _process = Process.Start(start) ?? throw new InvalidOperationException("The broker did not start: " + start.FileName);
        if (start.RedirectStandardOutput) _process.BeginOutputReadLine();
    }

    public int Port { get; }

    public int ProcessId => _process.Id;

    /// <summary>The embedded broker as it is shipped: <c>automation broker</c>, which is built beside this program.</summary>
    public static async Task<BrokerProcess> StartOursAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        int port = FreePort();
        string program = Path.Combine(AppContext.BaseDirectory, "automation.dll");
        var start = new ProcessStartInfo("dotnet") { ArgumentList = { program, "broker", "--port", port.ToString(CultureInfo.InvariantCulture) }, RedirectStandardOutput = true };
        return await ListeningAsync(new BrokerProcess(start, port, null), time, cancellationToken);
    }

    /// <summary>Mosquitto as Debian packs it, its limits as it ships them save that QoS 1 and 2 may queue like ours.</summary>
    public static async Task<BrokerProcess> StartMosquittoAsync(string program, bool noDelay, TimeProvider time, CancellationToken cancellationToken)
    {
        int port = FreePort();
        string folder = Directory.CreateTempSubdirectory("mqtt-load-").FullName;
        string config = Path.Combine(folder, "mosquitto.conf");
        string text = string.Create(CultureInfo.InvariantCulture, $"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 10000\nlog_type none\nset_tcp_nodelay {(noDelay ? "true" : "false")}\n");
        await File.WriteAllTextAsync(config, text, cancellationToken);
        return await ListeningAsync(new BrokerProcess(new ProcessStartInfo(program) { ArgumentList = { "-c", config } }, port, folder), time, cancellationToken);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        if (_folder is not null) Directory.Delete(_folder, recursive: true);
    }

    private static async Task<BrokerProcess> ListeningAsync(BrokerProcess broker, TimeProvider time, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(StartLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            while (!await ListensAsync(broker.Port, either.Token))
            {
                if (broker._process.HasExited) throw new InvalidOperationException("The broker ended before it listened.");
                await Task.Delay(TimeSpan.FromMilliseconds(50), time, either.Token);
            }

            return broker;
        }
        catch
        {
            broker.Dispose();
            throw;
        }
    }

    private static async Task<bool> ListensAsync(int port, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
