using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Automation.Mqtt.Broker;
using Automation.Mqtt.Sessions;
using Microsoft.Extensions.Logging;

namespace Automation.Benchmarks.Mqtt;

/// <summary>The embedded broker alone, open to everybody on loopback: what the public suites and the load generator are pointed at.</summary>
internal static class BrokerCommand
{
    /// <summary>What the suites expect a broker to announce: some compare CONNACK byte for byte with Mosquitto's defaults, and Paho's
    /// wants one filter that nobody may subscribe to.</summary>
    private static readonly MqttBrokerLimits MosquittoLimits = new()
    {
        ReceiveMaximum = 20, TopicAliases = 10, PacketBytes = 268_435_455, KeepAlive = TimeSpan.FromSeconds(60),
    };

    /// <summary><c>broker --port N [--ws-port N] [--suites] [--verbose]</c>; ends on SIGTERM or Ctrl+C.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        int port = 1883;
        int webSocketPort = -1;
        LogLevel level = LogLevel.Warning;
        var limits = new MqttBrokerLimits();
        IMqttAuthorizer authorizer = MqttAuthorizer.AllowAll;
        for (int i = 0; i < args.Length; i++)
        {
            if (args[i] == "--verbose") level = LogLevel.Debug;
            else if (args[i] == "--suites")
            {
                limits = MosquittoLimits;
                authorizer = new MqttAccessRules(
                [
                    new MqttAccessRule { Allow = false, Access = MqttAccess.Subscribe, Filter = "test/nosubscribe" },
                    new MqttAccessRule { Filter = "#" },
                    new MqttAccessRule { Filter = "$SYS/#" },
                ]);
            }
            else if (args[i] == "--port" && ++i < args.Length) port = int.Parse(args[i], CultureInfo.InvariantCulture);
            else if (args[i] == "--ws-port" && ++i < args.Length) webSocketPort = int.Parse(args[i], CultureInfo.InvariantCulture);
            else return Usage();
        }

        using ILoggerFactory loggers = LoggerFactory.Create(b => b.AddSimpleConsole().SetMinimumLevel(level));
        MqttListener[] listeners = [new() { Address = new IPEndPoint(IPAddress.Loopback, port) }];
        if (webSocketPort >= 0) listeners = [.. listeners, new() { Address = new IPEndPoint(IPAddress.Loopback, webSocketPort), Transport = MqttTransport.WebSocket }];
        var options = new MqttBrokerOptions { Listeners = [.. listeners], Limits = limits };
        await using var broker = new MqttBroker(
            options, MqttPersistence.None, MqttAuthenticator.AllowAll, authorizer, TimeProvider.System, new Random(1), loggers);
        await broker.StartAsync(CancellationToken.None);
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => { context.Cancel = true; stop.TrySetResult(); });
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => { context.Cancel = true; stop.TrySetResult(); });
        await stop.Task;
        await broker.StopAsync(CancellationToken.None);
        return 0;
    }

    private static int Usage()
    {
        Console.Error.WriteLine("usage: broker [--port N] [--ws-port N] [--suites] [--verbose]");
        return 2;
    }
}
