using System.Text.Json.Nodes;

namespace Automation.Simulator.Stories;

/// <summary>The scenes a site can play with the devices it has; names and numbers come from the seed.</summary>
internal sealed class SceneBook
{
    private static readonly string[] People = ["Ada", "Grace", "Edsger", "Barbara", "Alan", "Margaret"];

    private readonly Random _random;
    private readonly SimulatedDevice? _panel;
    private readonly SimulatedDevice? _recorder;
    private readonly string? _gate;
    private readonly string? _thermal;
    private readonly string[] _counters;
    private int _inside;

    public SceneBook(IReadOnlyCollection<SimulatedDevice> devices, Random random)
    {
        _random = random;
        _panel = devices.FirstOrDefault(d => d.Kind == SimulatedKind.Panel && d.Zones > 0);
        _recorder = devices.FirstOrDefault(d => d.Kind == SimulatedKind.Recorder);
        _gate = devices.FirstOrDefault(d => d.Kind == SimulatedKind.Access)?.Id;
        _thermal = devices.FirstOrDefault(d => d.Kind == SimulatedKind.Thermal)?.Id;
        _counters = [.. devices.Where(d => d.Kind == SimulatedKind.Counting).Select(d => d.Id)];
        var scenes = new List<Func<Scene>>();
        if (_panel is not null) scenes.Add(Intruder);
        if (_gate is not null) scenes.Add(Visitor);
        if (_counters.Length > 0) scenes.Add(Customers);
        if (_thermal is not null) scenes.Add(HotTransformer);
        if (_gate is not null) scenes.Add(WrongCard);
        if (_recorder is not null) scenes.Add(Delivery);
        if (_panel is not null) scenes.Add(PowerCut);
        if (scenes.Count == 0 && devices.Count > 0) scenes.Add(() => new("quiet", []));
        Scenes = scenes;
    }

    /// <summary>The break-in first: it is what a newcomer waits for.</summary>
    public IReadOnlyList<Func<Scene>> Scenes { get; }

    /// <summary>Somebody comes in after hours: the area is armed, a detector opens, a camera sees a person.</summary>
    private Scene Intruder()
    {
        int zone = Enumerable.Range(0, _panel!.Zones).Where(z => TypeOf(z) == "Instant").LastOrDefault(z => z <= 3, _panel.Zones - 1);
        int area = _panel.ZoneAreas.IsEmpty ? 1 : _panel.ZoneAreas[zone];
        int camera = Camera();
        return new SceneWriter("intruder")
            .After(0, _panel.Id, "arm", ("area", area), ("mode", "away"))
            .After(_panel.ExitDelaySeconds + 1, _panel.Id, "zoneAlarm", ("zone", zone), ("seconds", 4))
            .After(1, _recorder?.Id, "motionDetection", ("channel", camera), ("seconds", 4))
            .After(1, _recorder?.Id, "intrusion", ("channel", camera), ("seconds", 3), ("target", "human"))
            .After(6, _panel.Id, "disarm", ("area", area))
            .Done();
    }

    private Scene Visitor()
    {
        string who = People[_random.Next(People.Length)];
        _inside++;
        return new SceneWriter("visitor")
            .After(0, _gate, "accessGranted", ("name", who), ("employee", (100 + Array.IndexOf(People, who)).ToString(System.Globalization.CultureInfo.InvariantCulture)))
            .After(1, _gate, "doorOpened")
            .After(1, _counters.FirstOrDefault(), "peopleCounting", ("enter", 1))
            .After(2, _gate, "doorClosed")
            .Done();
    }

    private Scene Customers()
    {
        int come = _random.Next(1, 5), go = Math.Min(_inside + come, _random.Next(0, 4));
        _inside += come - go;
        string first = _counters[0], last = _counters[^1];
        var scene = new SceneWriter("customers");
        for (int i = 0; i < come; i++) scene.After(i == 0 ? 0 : 1 + _random.Next(2), first, "peopleCounting", ("enter", 1));
        for (int i = 0; i < go; i++) scene.After(1, last, "peopleCounting", (first == last ? "exit" : "enter", 1));
        return scene.Done();
    }

    /// <summary>Warms up past 80 °C, stays there long enough for a ten-second dwell, cools down.</summary>
    private Scene HotTransformer()
    {
        double peak = Math.Round(86 + (_random.NextDouble() * 4), 1);
        var scene = new SceneWriter("hot transformer");
        foreach ((double after, double celsius) in new[] { (0, 61.5), (1.5, 72.0), (1.5, 81.5), (3, peak - 2), (3, peak), (3, peak - 1.5), (2.5, 82.5), (1, 73.5), (1, 58.0) })
            scene.After(after, _thermal, "temperature", ("celsius", Math.Round(celsius, 1)));
        return scene.Done();
    }

    private Scene WrongCard() => new SceneWriter("wrong card")
        .After(0, _gate, "accessDenied")
        .After(2, _gate, "accessDenied")
        .After(2, _recorder?.Id, "motionDetection", ("channel", Camera()), ("seconds", 3))
        .Done();

    private Scene Delivery()
    {
        var scene = new SceneWriter("delivery").After(0, _recorder!.Id, "lineCrossing", ("channel", Camera()), ("seconds", 3), ("target", "vehicle"));
        if (_recorder.AlarmInputs > 0) scene.After(2, _recorder.Id, "alarmInput", ("input", 1 + _random.Next(_recorder.AlarmInputs)), ("seconds", 4));
        return scene.After(1, _gate, "exitButton").Done();
    }

    private Scene PowerCut() => new SceneWriter("power cut")
        .After(0, _panel!.Id, "acLoss", ("seconds", 8))
        .After(3, _recorder?.Id, "videoTampering", ("channel", Camera()), ("seconds", 3))
        .Done();

    private int Camera() => 1 + _random.Next(Math.Max(1, Math.Min(_recorder?.Channels ?? 1, 3)));

    private string TypeOf(int zone) => _panel!.ZoneTypes.IsEmpty ? "Instant" : _panel.ZoneTypes[zone];
}
