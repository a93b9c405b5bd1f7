using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Automation.Simulator.Alerts;
using Automation.Simulator.Control;
using Automation.Simulator.Documents;
using Automation.Simulator.Faults;
using Automation.Simulator.Http;
using Automation.Simulator.Load;
using Automation.Simulator.Push;
using Microsoft.Extensions.Logging;

namespace Automation.Simulator.Devices;

/// <summary>What every kind of device has: identity, documents, alerts, orders and state. Its lock is <see cref="DeviceClock.Gate"/>.</summary>
internal abstract class DeviceModel : IAsyncDisposable
{
    /// <summary>Alerts remembered for a client that comes back; the oldest go first.</summary>
    private const int PastCapacity = 64;

    private readonly RecordedDocuments? _recorded;
    private readonly FaultSet _faults;
    private readonly Queue<Alert> _past = new();
    private readonly HttpHosts _hosts;
    private readonly PushSender _push;

    protected DeviceModel(SimulatedDevice device, DeviceContext context, string boundary)
    {
        Device = device;
        Documents.Recorded = _recorded = context.Recorded;
        _faults = context.Faults;
        Clock = new(device, context.Time, context.Faults, context.Logger);
        uint id = device.Id.Aggregate(17u, (hash, c) => unchecked((hash * 31) + c));
        Serial = string.Create(CultureInfo.InvariantCulture, $"SIM{id:D10}");
        string mac = string.Create(CultureInfo.InvariantCulture, $"02:00:5e:{(id >> 16) & 0xFF:x2}:{(id >> 8) & 0xFF:x2}:{id & 0xFF:x2}");
        Teller = new(mac, Serial, Namespace) { DynamicChannels = DynamicChannels };
        Alerts = new(device, boundary, _ => Heartbeat(), context.Faults, context.Time) { Past = Past };
        Lasting = new(Clock);
        _push = new(device.Id, device.PushForm ?? DefaultPushForm, Teller, PushResult, context.Logger);
        _hosts = new(HostSlots, Namespace, context.Recorded?.Take("Event/notification/httpHosts"), Routes, _push.ReachesAsync);
        Routes.Get("Event/notification/alertStream", (_, _) => Reply.Endless(Alerts));
        Routes.Get("System/deviceInfo", (r, _) => Reply.Xml(DeviceInfo()));
        Routes.Get("System/time", (r, _) => Reply.Xml($"<Time version=\"2.0\" xmlns=\"{Namespace}\">\n<timeMode>manual</timeMode>\n<localTime>{Clock.NowText}</localTime>\n<timeZone>CST{TimeZoneText()}</timeZone>\n</Time>\n"));
        Routes.Put("System/time", (r, _) => Xml.TryRead(r.Body) is null ? Reply.BadXml(r) : Reply.Ok(r));
        Routes.Get("System/status", (r, _) => Reply.Xml($"<DeviceStatus version=\"2.0\" xmlns=\"{Namespace}\">\n<currentDeviceTime>{Clock.NowText}</currentDeviceTime>\n<deviceUpTime>86400</deviceUpTime>\n</DeviceStatus>\n"));
        Routes.Get("Security/userCheck", (r, _) => Reply.Xml($"<userCheck version=\"2.0\" xmlns=\"{Namespace}\">\n<statusValue>200</statusValue>\n<statusString>OK</statusString>\n<isActivated>true</isActivated>\n</userCheck>\n"));
        Routes.Put("System/reboot", Reboot);
    }

    public SimulatedDevice Device { get; }

    public AlertHub Alerts { get; }

    /// <summary>Event names <c>POST /events</c> takes for this device.</summary>
    public abstract IReadOnlyList<string> EventNames { get; }

    protected DeviceClock Clock { get; }

    protected LastingAlerts Lasting { get; }

    protected RouteTable Routes { get; } = new();

    protected DocumentStore Documents { get; } = new();

    protected string Serial { get; }

    /// <summary>Told of every alert; receivers this device stands behind listen here. Called under the device's lock.</summary>
    public event Action<DeviceModel, Alert>? Told;

    protected Teller Teller { get; }

    /// <summary>Why the last alert stayed untold.</summary>
    protected string? NotTold { get; set; }

    /// <summary>Alerts name channels <c>dynChannelID</c>.</summary>
    protected virtual bool DynamicChannels => false;

    /// <summary>Whether the stream and the push are JSON.</summary>
    protected virtual bool SpeaksJson => false;

    /// <summary>Listening hosts the device can push to (isapi.md 1.6 quirk 13).</summary>
    protected virtual int HostSlots => 3;

    protected virtual string DefaultPushForm => "bare";

    /// <summary>XML namespace of the device's documents; real devices differ (isapi.md 1.6 quirk 1).</summary>
    protected virtual string Namespace => Xml.Ver20;

    protected abstract string Model { get; }

    protected abstract string DeviceType { get; }

    /// <summary>The port that was had in the end; it stands in every alert.</summary>
    public void Listens(int port) => Teller.Port = port;

    /// <summary>Streams that are open now.</summary>
    public virtual int StreamCount => Alerts.StreamCount;

    public virtual void CloseStreams() => Alerts.CloseAll();

    public string DeviceSerial => Model + Serial;

    public string ModelName => Model;

    public string Name => Device.Name;

    /// <summary>Whether this path is served as it stands, without the prefix of all others.</summary>
    public virtual bool IsOutside(string path) => false;

    public virtual Reply Answer(DeviceRequest request)
    {
        lock (Clock.Gate)
        {
            return _recorded?.Answer(request) ?? Routes.Answer(request) ?? Documents.Answer(request) ?? Reply.NotSupported(request);
        }
    }

    /// <summary>Alerts that are sent in turn under load; null: this kind of device cannot be loaded.</summary>
    public LoadTemplate[]? LoadTemplates()
    {
        lock (Clock.Gate) return LoadAlerts() is { } alerts ? [.. alerts.Select(a => LoadTemplate.Of(a, Part))] : null;
    }

    protected virtual IEnumerable<Alert>? LoadAlerts() => null;

    /// <summary>Makes the device emit.</summary>
    /// <returns>Null; or why the device, as it is set, does not tell of it: <c>disabled</c>, <c>noCenter</c>, <c>schedule</c>, <c>disturbed</c>.</returns>
    /// <exception cref="OrderException">The order cannot be followed.</exception>
    public string? Emit(Order order)
    {
        lock (Clock.Gate)
        {
            NotTold = null;
            string name = order.Text("event");
            if (name == "raw")
            {
                string body = order.Text("body"), type = order.Text("contentType", "application/xml");
                order.Done();
                Alerts.Publish(new(type, Encoding.UTF8.GetBytes(body)));
                return null;
            }

            if (!EventNames.Contains(name)) throw new OrderException($"Device {Device.Id} has no event \"{name}\"; it has: {string.Join(", ", EventNames)}, raw.");
            Emit(name, order);
            return NotTold;
        }
    }

    public JsonObject State()
    {
        lock (Clock.Gate) return ReadState();
    }

    /// <exception cref="OrderException">The state cannot be taken.</exception>
    public void SetState(JsonObject state)
    {
        lock (Clock.Gate) WriteState(state);
    }

    public virtual async ValueTask DisposeAsync()
    {
        Clock.Dispose();
        await _push.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Tells an alert on every way out. Call under the device's lock.</summary>
    protected void Tell(Alert alert)
    {
        alert = alert with { At = Clock.NowText };
        if (_faults.Take(Device.Id, FaultKind.LateEvents) is { } late) Clock.After(TimeSpan.FromSeconds(late.Seconds), () => TellNow(alert));
        else TellNow(alert);
    }

    /// <summary>What happened before, as it is sent to a stream that was opened again.</summary>
    private List<AlertPart> Past()
    {
        lock (Clock.Gate) return [.. _past.Select(a => Part(a with { Again = true }))];
    }

    private void TellNow(Alert alert)
    {
        _past.Enqueue(alert with { Picture = null });
        if (_past.Count > PastCapacity) _past.Dequeue();
        Once(alert);
        if (_faults.Take(Device.Id, FaultKind.DuplicateEvents) is not null) Once(alert);
    }

    private void Once(Alert alert)
    {
        Alerts.Publish(Part(alert));
        if (alert.Picture is { } picture) Alerts.Publish(new("image/pjpeg", picture));
        foreach (PushTarget target in _hosts.Targets) _push.Send(target, alert);
        Told?.Invoke(this, alert);
    }

    private void PushResult(int slot, bool broken)
    {
        lock (Clock.Gate) _hosts.Broken(slot, broken);
    }

    protected AlertPart Part(Alert alert) => SpeaksJson || alert.JsonOnly ? new(AlertPart.JsonType, AlertText.Json(alert, Teller)) : new(AlertPart.XmlType, AlertText.Xml(alert, Teller));

    protected abstract void Emit(string name, Order order);

    protected abstract JsonObject ReadState();

    protected abstract void WriteState(JsonObject state);

    /// <summary>isapi.md 1.6 quirk 3: the heartbeat is a video loss that is not there.</summary>
    private AlertPart Heartbeat() => Part(new("videoloss", false, 0, "videoloss alarm") { At = Clock.NowText });

    /// <summary>Begins, ends or does both after a while, as the order's <c>state</c> and <c>seconds</c> say; reads them and closes the order.</summary>
    protected void EmitLasting(string key, Order order, Action<int, bool> send)
    {
        string state = order.OneOf("state", "pulse", "active", "inactive", "pulse");
        double seconds = order.Number("seconds", state == "pulse" ? 3 : 0, 0, 3600);
        order.Done();
        if (state == "inactive") Lasting.End(key, send);
        else Lasting.Begin(key, send, seconds > 0 ? TimeSpan.FromSeconds(seconds) : null);
    }

    protected static Order OrderOf(params (string Key, JsonNode? Value)[] properties)
    {
        var json = new JsonObject();
        foreach ((string key, JsonNode? value) in properties) json[key] = value;
        return new(json);
    }

    private Reply Reboot(DeviceRequest request, string[] arguments)
    {
        // 003 §8.1.7: the answer goes out before the device goes down.
        Clock.After(TimeSpan.FromSeconds(1), CloseStreams);
        return Reply.Ok(request);
    }

    private string DeviceInfo() =>
        $"<DeviceInfo version=\"2.0\" xmlns=\"{Namespace}\">\n<deviceName>{Xml.Escape(Device.Name)}</deviceName>\n<deviceID>{Serial}</deviceID>\n<model>{Model}</model>\n<serialNumber>{Model}{Serial}</serialNumber>\n" +
        $"<macAddress>{Teller.Mac}</macAddress>\n<firmwareVersion>V1.0.0</firmwareVersion>\n<firmwareReleasedDate>build 260101</firmwareReleasedDate>\n<deviceType>{DeviceType}</deviceType>\n</DeviceInfo>\n";

    // POSIX time zones count westwards: UTC+1 is CST-1:00:00.
    private string TimeZoneText() => (Device.UtcOffset <= TimeSpan.Zero ? "+" : "-") + Device.UtcOffset.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture);
}

/// <summary>What a device is given from outside.</summary>
internal sealed record DeviceContext(TimeProvider Time, FaultSet Faults, RecordedDocuments? Recorded, ILogger Logger);
