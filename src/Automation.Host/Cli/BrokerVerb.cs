using System.CommandLine;
using System.Net;
using System.Security.Cryptography;
using Automation.Host.Composition;
using Automation.Host.Configuration;
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
        var config = new Option<FileInfo?>("--config") { Description = "Listeners, users, access rules and limits; schemas/broker.schema.json." };
        var port = new Option<int?>("--port") { Description = "Port, 0 for any free one. Default 1883." };
        var webSocketPort = new Option<int?>("--ws-port") { Description = "Port for MQTT over WebSocket, 0 for any free one. Default: none." };
        var tlsPort = new Option<int?>("--tls-port") { Description = "Port for MQTT over TLS, 0 for any free one; needs --tls-certificate. Default: none." };
        var certificate = new Option<FileInfo?>("--tls-certificate") { Description = "PEM or PKCS#12 file of the certificate." };
        var key = new Option<FileInfo?>("--tls-key") { Description = "PEM file of its private key." };
        var data = new Option<string?>("--data") { Description = "Folder in which sessions and retained messages are kept. Default: memory only." };
        foreach (Option<int?> number in new[] { port, webSocketPort, tlsPort }) number.Validators.Add(Ports.Check);
        var command = new Command("broker", "Runs the embedded MQTT broker alone. Without a configuration: for clients of this machine.") { config, port, webSocketPort, tlsPort, certificate, key, data, CreateHash(output) };
        command.Validators.Add(result =>
        {
            if ((result.GetResult(tlsPort) is null) != (result.GetResult(certificate) is null)) result.AddError("--tls-port and --tls-certificate go together.");
        });
        command.SetAction((parsed, cancellationToken) =>
        {
            string said = parsed.GetValue(config)?.FullName ?? "the command line";
            BrokerConfiguration configuration = parsed.GetValue(config) is { } file ? BrokerConfigurationReader.Read(file.FullName) : new BrokerConfiguration();
            if (parsed.GetValue(port) is { } tcp) configuration = configuration with { Listeners = [configuration.Listeners[0] with { Port = tcp }, .. configuration.Listeners.Skip(1)] };
            if (parsed.GetValue(webSocketPort) is { } ws) configuration = configuration with { Listeners = configuration.Listeners.Add(new ListenerConfiguration { Port = ws, WebSocket = true }) };
            if (parsed.GetValue(tlsPort) is { } tls)
            {
                configuration = configuration with
                {
                    Listeners = configuration.Listeners.Add(new ListenerConfiguration { Port = tls, CertificateFile = parsed.GetValue(certificate)!.FullName, CertificateKeyFile = parsed.GetValue(key)?.FullName }),
                };
            }

            return RunAsync(configuration.ToBroker(said, "automation", Environment.GetEnvironmentVariable), parsed.GetValue(data), output, time, cancellationToken);
        });
        return command;
    }

    /// <summary><c>broker hash</c>: what a configuration holds instead of a password.</summary>
    private static Command CreateHash(TextWriter output)
    {
        var hash = new Command("hash", "Prints the salted hash of a password, for a user's passwordHash. The password comes from AUTOMATION_PASSWORD, or as one line on standard input.");
        hash.SetAction(_ =>
        {
            string? password = Environment.GetEnvironmentVariable("AUTOMATION_PASSWORD") ?? Console.In.ReadLine();
            if (string.IsNullOrEmpty(password)) throw new StartRefusedException("no password: set AUTOMATION_PASSWORD, or write one line to standard input");
            output.WriteLine(PasswordHash.Create(System.Text.Encoding.UTF8.GetBytes(password)));
        });
        return hash;
    }

    private static async Task<int> RunAsync(EmbeddedBroker embedded, string? data, TextWriter output, TimeProvider time, CancellationToken cancellationToken)
    {
        using ILoggerFactory loggers = Logging.Create(LogLevel.Information, time);
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
                embedded.Options, store ?? MqttPersistence.None, embedded.Authenticator, embedded.Authorizer, time, random, loggers);
            await broker.StartAsync(cancellationToken);
            foreach ((MqttListener listener, IPEndPoint endpoint) in embedded.Options.Listeners.Zip(broker.Endpoints))
            {
                await output.WriteLineAsync($"MQTT{(listener.Certificate is null ? "" : " over TLS")}{(listener.Transport == MqttTransport.WebSocket ? " over WebSocket" : "")} on {endpoint}");
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
