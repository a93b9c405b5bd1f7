using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Automation.Simulator.Control;
using Automation.Simulator.Devices;
using Automation.Simulator.Devices.Panel;
using Automation.Simulator.Documents;
using Automation.Simulator.Faults;
using Automation.Simulator.Gateway;
using Automation.Simulator.Http;
using Automation.Simulator.Outdoor;
using Automation.Simulator.Security;
using Automation.Simulator.Stories;
using Microsoft.Extensions.Logging;

namespace Automation.Simulator;

/// <summary>Devices that are not there, each on its own loopback port, and the control API over them. Disposing stops everything.</summary>
public sealed partial class SimulatorHost : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<string, DeviceModel> _models = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Uri> _devices = new(StringComparer.Ordinal);
    private readonly Dictionary<string, X509Certificate2> _certificates = new(StringComparer.Ordinal);
    private LoopbackServer? _server;
    private ControlApi? _control;
    private Task _story = Task.CompletedTask;
    private bool _disposed;

    private SimulatorHost()
    {
    }

    /// <summary>Base address of the control API.</summary>
    public Uri ControlUrl { get; private set; } = new("http://127.0.0.1/");

    /// <summary>Base address of each device by its id, without <c>/ISAPI</c>.</summary>
    public IReadOnlyDictionary<string, Uri> Devices => _devices;

    /// <summary>Starts every device and the control API; when this returns they all answer.</summary>
    /// <param name="random">Nonces and stories come from it; the same seed tells the same stories.</param>
    /// <exception cref="SimulatorException">A port is taken, a password is missing, or a recording cannot be read.</exception>
    public static async Task<SimulatorHost> StartAsync(SimulatorFile file, SimulatorOptions options, TimeProvider time, Random random, ILoggerFactory loggers, CancellationToken ct)
    {
        var host = new SimulatorHost();
        try
        {
            await host.StartAllAsync(file, options, time, random, loggers, ct).ConfigureAwait(false);
            return host;
        }
        catch
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _story.ConfigureAwait(false);
        if (_control is not null) await _control.DisposeAsync().ConfigureAwait(false);
        foreach (DeviceModel model in _models.Values) await model.DisposeAsync().ConfigureAwait(false);
        if (_server is not null) await _server.DisposeAsync().ConfigureAwait(false);
        foreach (X509Certificate2 certificate in _certificates.Values) certificate.Dispose();
        _stopping.Dispose();
    }

    private async Task StartAllAsync(SimulatorFile file, SimulatorOptions options, TimeProvider time, Random random, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        if (options.StoryEvery < TimeSpan.FromSeconds(1)) throw new SimulatorException("StoryEvery must be at least one second.");
        ILogger logger = loggers.CreateLogger("Automation.Simulator");
        var faults = new FaultSet();
        var requests = new RequestLog(time);
        var listeners = new List<Listener>(file.Devices.Length + 1);
        foreach (SimulatedDevice device in file.Devices)
        {
            RecordedDocuments? recorded = device.Documents is null ? null : RecordingReader.Read(device, options.BaseFolder);
            DeviceModel model = Create(device, new(time, faults, recorded, logger));
            _models.Add(device.Id, model);
            var gate = new Doorkeeper(device, Password(device, options), time, new Random(random.Next()));
            var endpoint = new DeviceEndpoint(model, gate, requests, faults, time, logger, _stopping.Token);
            X509Certificate2? certificate = device.Tls ? TlsConnection.SelfSigned(device.Id, time) : null;
            if (certificate is not null) _certificates.Add(device.Id, certificate);
            listeners.Add(new($"Device {device.Id}", device.Port, endpoint.HandleAsync, certificate));
        }

        foreach (GatewayModel gateway in _models.Values.OfType<GatewayModel>())
        {
            foreach (DeviceModel behind in file.Devices.Where(d => gateway.Device.IsBehind(d)).Select(d => _models[d.Id])) gateway.Add(behind);
        }

        ControlApi control = _control = new(_models, _devices, _certificates, requests, faults, time, logger);
        listeners.Add(new("Control API", options.ControlPort, control.HandleAsync));
        _server = await LoopbackServer.StartAsync(listeners, time, loggers, cancellationToken).ConfigureAwait(false);
        for (int i = 0; i < file.Devices.Length; i++)
        {
            SimulatedDevice device = file.Devices[i];
            _models[device.Id].Listens(_server.Ports[i]);
            _devices.Add(device.Id, new($"{(device.Tls ? "https" : "http")}://127.0.0.1:{_server.Ports[i].ToString(CultureInfo.InvariantCulture)}"));
            LogListens(logger, device.Id, _devices[device.Id]);
        }

        ControlUrl = new($"http://127.0.0.1:{_server.Ports[^1].ToString(CultureInfo.InvariantCulture)}");
        LogControl(logger, ControlUrl);
        if (options.PlayStory) _story = new Story(_models, options.StoryEvery, time, new Random(random.Next()), logger).PlayAsync(_stopping.Token);
    }

    private static DeviceModel Create(SimulatedDevice device, DeviceContext context) => device.Kind switch
    {
        SimulatedKind.Panel => new PanelModel(device, context),
        SimulatedKind.Recorder => new RecorderModel(device, context),
        SimulatedKind.Camera => new PlainCameraModel(device, context),
        SimulatedKind.Gateway => new GatewayModel(device, context),
        SimulatedKind.DoorStation or SimulatedKind.Doorbell => new StationModel(device, context),
        SimulatedKind.FaceTerminal => new FaceTerminalModel(device, context),
        SimulatedKind.Screening => new ScreeningModel(device, context),
        SimulatedKind.Switch => new SwitchModel(device, context),
        SimulatedKind.Radar => new RadarModel(device, context),
        SimulatedKind.Speaker => new SpeakerModel(device, context),
        SimulatedKind.TrailCamera or SimulatedKind.Scope or SimulatedKind.PhoneThermal => new OutdoorModel(device, context),
        SimulatedKind.Access => new AccessModel(device, context),
        SimulatedKind.Thermal => new ThermalModel(device, context),
        SimulatedKind.Counting => new CountingModel(device, context),
        _ => throw new SimulatorException($"Device {device.Id}: kind {device.Kind} is not known to the simulator."),
    };

    private static string Password(SimulatedDevice device, SimulatorOptions options) =>
        options.Password ?? (Environment.GetEnvironmentVariable(device.PasswordEnv) is { Length: > 0 } password
            ? password
            : throw new SimulatorException($"Device {device.Id}: the environment variable {device.PasswordEnv} is not set; set it to the password the device should have."));

    [LoggerMessage(Level = LogLevel.Debug, Message = "Simulated device {Device} listens on {Url}")]
    private static partial void LogListens(ILogger logger, string device, Uri url);

    [LoggerMessage(Level = LogLevel.Information, Message = "Simulator control API on {Url}")]
    private static partial void LogControl(ILogger logger, Uri url);
}
