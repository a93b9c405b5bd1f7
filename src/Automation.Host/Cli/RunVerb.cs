using System.CommandLine;
using System.Net;
using System.Security.Cryptography;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Composition;
using Automation.Host.Configuration;
using Automation.Mqtt.Broker;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Cli;

/// <summary><c>run</c>: the plugin itself.</summary>
internal static class RunVerb
{
    public static Command Create(TextWriter output, TimeProvider time)
    {
        var config = new Option<FileInfo?>("--config") { Description = "The configuration file." };
        var demo = new Option<bool>("--demo") { Description = "A site of simulated devices with its own rules, an embedded broker and a data folder that is thrown away. No set-up." };
        var data = new Option<string?>("--data") { Description = "Folder for the databases. Default: what the configuration says, or 'data'; with --demo a temporary one." };
        var mqttPort = new Option<int?>("--mqtt-port") { Description = "Port of the embedded broker on loopback, 0 for any free one. Default 1883." };
        var httpPort = new Option<int?>("--http-port") { Description = "Port of the health page on loopback, 0 for any free one. Default 8080." };
        var control = new Option<int?>("--control-port") { Description = "With --demo: port of the simulator's control API on loopback. Default: any free one." };
        foreach (Option<int?> port in new[] { mqttPort, httpPort, control }) port.Validators.Add(Ports.Check);
        var command = new Command("run", "Runs the plugin.") { config, demo, data, mqttPort, httpPort, control };
        command.Validators.Add(result =>
        {
            if (result.GetResult(config) is null && result.GetResult(demo) is null) result.AddError("run needs --config FILE or --demo.");
            else if (result.GetResult(config) is not null && result.GetResult(demo) is not null) result.AddError("--config and --demo exclude each other.");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var overrides = new RunOverrides(parsed.GetValue(data), parsed.GetValue(mqttPort), parsed.GetValue(httpPort));
            return parsed.GetValue(demo)
                ? await DemoAsync(overrides, parsed.GetValue(control) ?? 0, output, time, cancellationToken)
                : await ConfiguredAsync(parsed.GetValue(config)!, overrides, output, time, cancellationToken);
        });
        return command;
    }

    private static async Task<int> ConfiguredAsync(FileInfo file, RunOverrides overrides, TextWriter output, TimeProvider time, CancellationToken cancellationToken)
    {
        HostConfiguration configuration = ConfigurationReader.Read(file.FullName);
        using ILoggerFactory loggers = Logging.Create(configuration.LogLevel, time);
        await HostAsync(configuration.ToSettings(overrides, Environment.GetEnvironmentVariable), [], output, time, loggers, cancellationToken);
        return 0;
    }

    private static async Task<int> DemoAsync(RunOverrides overrides, int controlPort, TextWriter output, TimeProvider time, CancellationToken cancellationToken)
    {
        using ILoggerFactory loggers = Logging.Create(LogLevel.Information, time);
        await using DemoSetup demo = await DemoSetup.StartAsync(overrides.DataFolder, controlPort, time, loggers, cancellationToken);
        var settings = new HostSettings
        {
            DataFolder = demo.DataFolder,
            Sites = [new SiteSource(demo.Site, [demo.RulesFolder])],
            Templates = ShippedTemplates.Library,
            Broker = new EmbeddedBroker
            {
                Options = new MqttBrokerOptions { Listeners = [new MqttListener { Address = new IPEndPoint(IPAddress.Loopback, overrides.MqttPort ?? 1883) }] },
                Authenticator = MqttAuthenticator.AllowAll,
                Authorizer = MqttAuthorizer.AllowAll,
            },
            HttpPort = overrides.HttpPort ?? 8080,
        };
        await HostAsync(settings, [$"Simulated devices: six, steered on {demo.ControlUrl}"], output, time, loggers, cancellationToken);
        return 0;
    }

    private static async Task HostAsync(HostSettings settings, IReadOnlyList<string> lines, TextWriter output, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        await using AutomationHost host = await AutomationHost.StartAsync(settings, time, new Random(RandomNumberGenerator.GetInt32(int.MaxValue)), loggers, cancellationToken);
        await output.WriteLineAsync($"Automation {AutomationHost.Version}");
        foreach (SiteRuntime site in host.Sites)
        {
            await output.WriteLineAsync($"Site {site.Site.Id} ({site.Site.Name}): {site.Site.Devices.Length} devices, {site.Rules.Definitions.Length} rules");
        }

        foreach (string line in lines) await output.WriteLineAsync(line);
        if (host.BrokerEndpoint is { } broker) await output.WriteLineAsync($"MQTT on {broker}; see it all: mosquitto_sub -p {broker.Port} -v -t '{settings.BaseTopic}/#'");
        if (host.PushUrl is { } push) await output.WriteLineAsync($"Devices push to {push}");
        if (host.HealthUrl is { } health) await output.WriteLineAsync($"Health page on {health}");
        await output.WriteLineAsync("Running; Ctrl-C stops.");
        await output.FlushAsync(cancellationToken);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (cancellationToken.Register(stopped.SetResult)) await stopped.Task;
        await host.StopAsync();
        await output.WriteLineAsync("Stopped; nothing is under way.");
    }
}

/// <summary>What the command line says over the configuration; null: as configured.</summary>
internal sealed record RunOverrides(string? DataFolder, int? MqttPort, int? HttpPort);
