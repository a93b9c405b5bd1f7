using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Automation.TestKit;

/// <summary>A Mosquitto of the test's own, on a free loopback port, from a configuration of its own.</summary>
public sealed class Mosquitto : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _output = new();
    private readonly string _configuration;
    private readonly TempFolder _folder = new();
    private Process? _process;

    private Mosquitto(int port, Func<Mosquitto, string> configuration)
    {
        Port = port;
        _configuration = $"user {Environment.UserName}\npersistence_location {_folder.Path}/\nlog_type error\nlog_type warning\n{configuration(this)}\n";
    }

    public int Port { get; }

    public string Output => string.Join('\n', _output);

    public string Path(string file) => _folder.File(file);

    /// <summary>A plain listener that lets everybody in.</summary>
    public static Task<Mosquitto> StartAsync() => StartAsync(m => $"listener {m.Port} 127.0.0.1\nallow_anonymous true");

    public static async Task<Mosquitto> StartAsync(Func<Mosquitto, string> configuration)
    {
        // Another program may take the port between choosing and listening: then another port is chosen.
        for (int attempt = 0; ; attempt++)
        {
            var mosquitto = new Mosquitto(FreePort.Next(), configuration);
            try
            {
                await mosquitto.RunAsync();
                return mosquitto;
            }
            catch (InvalidOperationException) when (attempt < 3)
            {
                await mosquitto.DisposeAsync();
            }
            catch
            {
                await mosquitto.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Starts the process (again) and waits until it accepts.</summary>
    public async Task RunAsync()
    {
        File.WriteAllText(Path("mosquitto.conf"), _configuration);

        // An outgoing connection of the machine may hold the port for a moment.
        for (int attempt = 0; attempt < 5; attempt++)
        {
            Process process = Peer.Start(Peer.Find("mosquitto", "mosquitto"), ["-c", Path("mosquitto.conf")], (_, line) => _output.Enqueue(line.Data ?? ""));
            _process = process;
            bool accepted = false;
            await Until.True(() => process.HasExited || (accepted = Accepts(Port)), () => Output);
            if (accepted && !process.HasExited) return;
        }

        throw new InvalidOperationException("mosquitto ended: " + Output);
    }

    /// <summary>Ends it as an administrator would: it writes its database.</summary>
    public async Task StopAsync()
    {
        if (_process is not { } process) return;
        _process = null;
        if (!process.HasExited)
        {
            using Process kill = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            await kill.WaitForExitAsync();
        }

        await Until.Done(process.WaitForExitAsync());
        process.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    private static bool Accepts(int port)
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, port);

            // Where nobody listens, TCP may connect a socket to itself.
            return !Equals(client.Client.LocalEndPoint, client.Client.RemoteEndPoint);
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
