using System.Collections.Immutable;
using System.Security.Cryptography;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Composition;
using Automation.Simulator;
using Microsoft.Extensions.Logging;

namespace Automation.Host.Cli;

/// <summary>The demo site <c>store</c>: simulated devices on free loopback ports, the rules of <c>rules/examples/demo</c>, a password made for this run.</summary>
internal sealed class DemoSetup : IAsyncDisposable
{
    private const string PasswordVariable = "AUTOMATION_DEMO_PASSWORD";

    private readonly SimulatorHost _simulator;
    private readonly bool _temporary;

    private DemoSetup(SimulatorHost simulator, SiteSource site, string dataFolder, bool temporary)
    {
        _simulator = simulator;
        _temporary = temporary;
        Site = site;
        DataFolder = dataFolder;
    }

    public SiteSource Site { get; }

    public string DataFolder { get; }

    public Uri ControlUrl => _simulator.ControlUrl;

    public static async Task<DemoSetup> StartAsync(string? dataFolder, int controlPort, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "demo");
        string password = RandomNumberGenerator.GetHexString(24, lowercase: true);
        SourceFile file = RuleDirectory.ReadFile(Path.Combine(folder, "site.json"));
        SiteReading reading = SiteReader.Read(file, name => name == PasswordVariable ? new Secret(password) : null);
        if (reading.Site is not { } site) throw new StartRefusedException(string.Join(Environment.NewLine, reading.Findings));
        SimulatorFile devices = SimulateVerb.ReadDevices(Path.Combine(folder, "devices.json"));

        // Any free ports: a newcomer's machine may have the file's ones in use.
        devices = devices with { Devices = [.. devices.Devices.Select(d => d with { Port = 0 })] };
        SimulatorHost simulator = await SimulateVerb.StartAsync(
            devices, new SimulatorOptions { ControlPort = controlPort, PlayStory = true, Password = password }, time, loggers, cancellationToken);

        ImmutableArray<Device> connected =
            [.. site.Devices.Select(d => d.Connection is { } connection && simulator.Devices.TryGetValue(d.Address.Device, out Uri? url) ? d with { Connection = connection with { Url = url } } : d)];
        bool temporary = dataFolder is null;
        string data = dataFolder ?? Path.Combine(Path.GetTempPath(), "automation-demo-" + RandomNumberGenerator.GetHexString(8, lowercase: true));
        return new DemoSetup(simulator, new SiteSource(site with { Devices = connected }, file, [Path.Combine(folder, "rules")]), data, temporary);
    }

    public async ValueTask DisposeAsync()
    {
        await _simulator.DisposeAsync();
        if (!_temporary || !Directory.Exists(DataFolder)) return;
        try
        {
            Directory.Delete(DataFolder, recursive: true);
        }
        catch (IOException)
        {
            // A folder in the system's temporary place is swept by the system.
        }
    }
}
