using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Automation.Simulator.Alerts;
using Automation.Simulator.Control;
using Automation.Simulator.Documents;
using Automation.Simulator.Faults;
using Automation.Simulator.Http;
using Microsoft.Extensions.Logging;

namespace Automation.Simulator.Devices;

/// <summary>What every kind of device has: identity, documents, alerts, orders and state. Its lock is <see cref="DeviceClock.Gate"/>.</summary>
internal abstract class DeviceModel : IDisposable
{
    private readonly string _mac;
    private readonly RecordedDocuments? _recorded;
    private int _port;

    protected DeviceModel(SimulatedDevice device, DeviceContext context, string boundary)
    {
        Device = device;
        _recorded = context.Recorded;
        Clock = new(device, context.Time, context.Faults, context.Logger);
        Alerts = new(device.Id, boundary, device.ContentLength, Heartbeat, context.Faults, Clock);
        Lasting = new(Clock);
        uint id = device.Id.Aggregate(17u, (hash, c) => unchecked((hash * 31) + c));
        _mac = string.Create(CultureInfo.InvariantCulture, $"02:00:5e:{(id >> 16) & 0xFF:x2}:{(id >> 8) & 0xFF:x2}:{id & 0xFF:x2}");
        Serial = string.Create(CultureInfo.InvariantCulture, $"SIM{id:D10}");
        Routes.Get("Event/notification/alertStream", (_, _) => Reply.Endless(Alerts));
        Routes.Get("System/deviceInfo", (r, _) => Reply.Xml(DeviceInfo()));
        Routes.Get("System/time", (r, _) => Reply.Xml($"<Time version=\"2.0\" xmlns=\"{Namespace}\">\n<timeMode>manual</timeMode>\n<localTime>{Clock.NowText}</localTime>\n<timeZone>CST{TimeZoneText()}</timeZone>\n</Time>\n"));
        Routes.Put("System/time", (r, _) => Xml.TryRead(r.Body) is null ? Reply.BadXml(r) : Reply.Ok(r));
        Routes.Get("System/status", (r, _) => Reply.Xml($"<DeviceStatus version=\"2.0\" xmlns=\"{Namespace}\">\n<currentDeviceTime>{Clock.NowText}</currentDeviceTime>\n<deviceUpTime>86400</deviceUpTime>\n</DeviceStatus>\n"));
        Routes.Get("Security/userCheck", (r, _) => Reply.Xml($"<userCheck version=\"2.0\" xmlns=\"{Namespace}\">\n<statusValue>200</statusValue>\n<statusString>OK</statusString>\n<isActivated>true</isActivated>\n</userCheck>\n"));
        Routes.Put("System/reboot", Reboot);
        Documents.Add("Event/notification/httpHosts", $"<HttpHostNotificationList version=\"2.0\" xmlns=\"{Namespace}\">\n<HttpHostNotification>\n<id>1</id>\n<url></url>\n<protocolType>HTTP</protocolType>\n<parameterFormatType>XML</parameterFormatType>\n<addressingFormatType>ipaddress</addressingFormatType>\n<ipAddress>0.0.0.0</ipAddress>\n<portNo>80</portNo>\n<httpAuthenticationMethod>none</httpAuthenticationMethod>\n</HttpHostNotification>\n</HttpHostNotificationList>\n");
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

    /// <summary>XML namespace of the device's documents; real devices differ (isapi.md 1.6 quirk 1).</summary>
    protected virtual string Namespace => Xml.Ver20;

    protected abstract string Model { get; }

    protected abstract string DeviceType { get; }

    /// <summary>The port that was had in the end; it stands in every alert.</summary>
    public void Listens(int port) => _port = port;

    public Reply Answer(DeviceRequest request)
    {
        lock (Clock.Gate)
        {
            return _recorded?.Answer(request) ?? Routes.Answer(request) ?? Documents.Answer(request) ?? Reply.NotSupported(request);
        }
    }

    /// <summary>Makes the device emit.</summary>
    /// <exception cref="OrderException">The order cannot be followed.</exception>
    public void Emit(Order order)
    {
        lock (Clock.Gate)
        {
            string name = order.Text("event");
            if (name == "raw")
            {
                string body = order.Text("body"), type = order.Text("contentType", "application/xml");
                order.Done();
                Alerts.Publish(new(type, Encoding.UTF8.GetBytes(body)));
                return;
            }

            if (!EventNames.Contains(name)) throw new OrderException($"Device {Device.Id} has no event \"{name}\"; it has: {string.Join(", ", EventNames)}, raw.");
            Emit(name, order);
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

    public void Dispose() => Clock.Dispose();

    protected abstract void Emit(string name, Order order);

    protected abstract JsonObject ReadState();

    protected abstract void WriteState(JsonObject state);

    /// <summary>isapi.md 1.6 quirk 3: the heartbeat is a video loss that is not there.</summary>
    protected virtual AlertPart? Heartbeat() => AlertPart.Xml(AlertXml("videoloss", false, 0, "<channelID>0</channelID>\n", "videoloss alarm"));

    /// <param name="channel">The element that says where, with its line end.</param>
    /// <param name="more">Elements after the description.</param>
    protected string AlertXml(string type, bool active, int count, string channel, string description, string more = "") =>
        $"<EventNotificationAlert version=\"2.0\" xmlns=\"{Namespace}\">\n<ipAddress>127.0.0.1</ipAddress>\n<portNo>{_port}</portNo>\n<protocol>HTTP</protocol>\n<macAddress>{_mac}</macAddress>\n" +
        $"{channel}<dateTime>{Clock.NowText}</dateTime>\n<activePostCount>{count}</activePostCount>\n<eventType>{type}</eventType>\n<eventState>{(active ? "active" : "inactive")}</eventState>\n" +
        $"<eventDescription>{Xml.Escape(description)}</eventDescription>\n{more}</EventNotificationAlert>\n";

    protected JsonObject AlertJson(string type, bool active, int count, string description) => new()
    {
        ["ipAddress"] = "127.0.0.1",
        ["portNo"] = _port,
        ["protocol"] = "HTTP",
        ["macAddress"] = _mac,
        ["channelID"] = 1,
        ["dateTime"] = Clock.NowText,
        ["activePostCount"] = count,
        ["eventType"] = type,
        ["eventState"] = active ? "active" : "inactive",
        ["eventDescription"] = description,
    };

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
        Clock.After(TimeSpan.FromSeconds(1), Alerts.CloseAll);
        return Reply.Of(request, 200, 1, "ok", 1);
    }

    private string DeviceInfo() =>
        $"<DeviceInfo version=\"2.0\" xmlns=\"{Namespace}\">\n<deviceName>{Xml.Escape(Device.Name)}</deviceName>\n<deviceID>{Serial}</deviceID>\n<model>{Model}</model>\n<serialNumber>{Model}{Serial}</serialNumber>\n" +
        $"<macAddress>{_mac}</macAddress>\n<firmwareVersion>V1.0.0</firmwareVersion>\n<firmwareReleasedDate>build 260101</firmwareReleasedDate>\n<deviceType>{DeviceType}</deviceType>\n</DeviceInfo>\n";

    // POSIX time zones count westwards: UTC+1 is CST-1:00:00.
    private string TimeZoneText() => (Device.UtcOffset <= TimeSpan.Zero ? "+" : "-") + Device.UtcOffset.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture);
}

/// <summary>What a device is given from outside.</summary>
/// <param name="Random">Its own, seeded from the host's, so that devices do not disturb each other's chance.</param>
internal sealed record DeviceContext(TimeProvider Time, Random Random, FaultSet Faults, RecordedDocuments? Recorded, ILogger Logger);
