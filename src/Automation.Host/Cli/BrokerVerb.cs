using System.CommandLine;
using System.Net;
using System.Security.Cryptography;
using Automation.Host.Composition;
using Automation.Host.Storage.Sqlite;
using Automation.Mqtt.Broker;
using Automation.Mqtt.Sessions;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Cli;

/// <summary><c>broker</c>: the embedded MQTT broker alone.</summary>
internal static class BrokerVerb
{
    public static Command Create(TextWriter output, TimeProvider time)
    {
        var port = new Option<int>("--port") { Description = "Port on loopback, 0 for any free one. Default 1883.", DefaultValueFactory = static _ => 1883 };
        var webSocketPort = new Option<int?>("--ws-port") { Description = "Port for MQTT over WebSocket on loopback, 0 for any free one. Default: none." };
        var data = new Option<string?>("--data") { Description = "Folder in which sessions and retained messages are kept. Default: memory only." };
        port.Validators.Add(Ports.Check);
        webSocketPort.Validators.Add(Ports.Check);
        var command = new Command("broker", "Runs the embedded MQTT broker alone, for clients of this machine.") { port, webSocketPort, data };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(port), parsed.GetValue(webSocketPort), parsed.GetValue(data), output, time, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(int port, int? webSocketPort, string? data, TextWriter output, TimeProvider time, CancellationToken cancellationToken)
    {
        using ILoggerFactory loggers = Logging.Create(LogLevel.Information, time);
        var listeners = new List<MqttListener> { new() { Address = new IPEndPoint(IPAddress.Loopback, port) } };
        if (webSocketPort is { } ws) listeners.Add(new MqttListener { Address = new IPEndPoint(IPAddress.Loopback, ws), Transport = MqttTransport.WebSocket });
        SqliteMqttStore? store = null;
        try
        {
            if (data is not null)
            {
                Directory.CreateDirectory(data);
                store = SqliteMqttStore.Open(Path.Combine(data, "mqtt.db"), time, loggers.CreateLogger("Automation.Storage"));
            }

            var random = new Random(RandomNumberGenerator.GetInt32(int.MaxValue));
            await using var broker = new MqttBroker(
                new MqttBrokerOptions { Listeners = [.. listeners] }, store ?? MqttPersistence.None, MqttAuthenticator.AllowAll, MqttAuthorizer.AllowAll, time, random, loggers);
            await broker.StartAsync(cancellationToken);
            foreach ((MqttListener listener, IPEndPoint endpoint) in listeners.Zip(broker.Endpoints))
            {
                await output.WriteLineAsync($"MQTT{(listener.Transport == MqttTransport.WebSocket ? " over WebSocket" : "")} on {endpoint}");
            }

            await output.WriteLineAsync("Running; Ctrl-C stops.");
            await output.FlushAsync(cancellationToken);
            var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using (cancellationToken.Register(stopped.SetResult)) await stopped.Task;
            await broker.StopAsync(CancellationToken.None);
            return 0;
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new StartRefusedException(e.Message, e);
        }
        finally
        {
            if (store is not null) await store.DisposeAsync();
        }
    }
}
