using System.Text.Json.Nodes;
using Automation.Simulator.Alerts;
using Automation.Simulator.Control;
using Automation.Simulator.Devices;
using Automation.Simulator.Documents;
using Automation.Simulator.Faults;
using Automation.Simulator.Http;

namespace Automation.Simulator.Gateway;

/// <summary>
/// A receiver gateway (002): other devices stand behind it and are called by <c>devIndex</c>; one subscription carries the events of them all, and a heartbeat every
/// 10 s. Its lock is never held while a device behind it is called, because that device's events come in under the device's own.
/// </summary>
internal sealed class GatewayModel : DeviceModel
{
    private const string PicturePrefix = "/picture/";
    private const int MaxPictures = 64;

    private static readonly string[] Names = ["deviceOnline", "deviceOffline", "deviceDeleted", "deviceKeyStateChanged", "deviceHPPNetworkChanged", "hppConnectionStatusChanged"];

    private readonly FaultSet _faults;
    private readonly AlertHub _subscriptions;
    private readonly List<Member> _members = [];
    private readonly Queue<(string Name, byte[] Picture)> _pictures = new();
    private int _subscription = 5938;
    private int _picture;

    public GatewayModel(SimulatedDevice device, DeviceContext context)
        : base(device, context, "boundary")
    {
        _faults = context.Faults;
        _subscriptions = new(device, "boundary", Beat, context.Faults, context.Time) { BeatsAlways = true };
        Routes.Map("POST", "ContentMgmt/DeviceMgmt/deviceList", (r, _) => DeviceList.Answer(r, _members));
        Routes.Map("POST", "Event/notification/subscribeDeviceMgmt", Subscribe);
        Routes.Map("DELETE", "Event/notification/unSubscribeDeviceMgmt/*", Unsubscribe);
        Routes.Get("System/deviceInfo", (_, _) => Reply.Json(new JsonObject
        {
            ["DeviceInfo"] = new JsonObject { ["deviceName"] = device.Name, ["model"] = Model, ["serialNumber"] = DeviceSerial, ["firmwareVersion"] = "V2.3.0", ["deviceType"] = DeviceType },
        }));
    }

    public override IReadOnlyList<string> EventNames => Names;

    public override int StreamCount => _subscriptions.StreamCount;

    public override void CloseStreams() => _subscriptions.CloseAll();

    protected override string Model => "SIM-RECEIVER";

    protected override string DeviceType => "IPReceiverPro";

    protected override bool SpeaksJson => true;

    /// <summary>Puts a device behind this receiver.</summary>
    public void Add(DeviceModel model)
    {
        var member = new Member(model);
        _members.Add(member);
        model.Told += (_, alert) => Forward(member, alert);
    }

    public override bool IsOutside(string path) => path.StartsWith(PicturePrefix, StringComparison.Ordinal);

    public override Reply Answer(DeviceRequest request)
    {
        string? devIndex = request.Query["devIndex"];
        if (!string.IsNullOrEmpty(devIndex)) return Pass(request, devIndex);
        lock (Clock.Gate)
        {
            if (request.Path.StartsWith(PicturePrefix[1..], StringComparison.Ordinal)) return Picture(request);

            // 002 3.3: messages of a receiver are JSON, and the query says so.
            if (!request.IsJson) return Reply.Of(request, 400, 5, "badURLFormat", 0x50000003);
            return Routes.Answer(request) ?? Reply.NotSupported(request);
        }
    }

    protected override void Emit(string name, Order order)
    {
        if (name == "hppConnectionStatusChanged")
        {
            string state = order.OneOf("status", "abnormal", "normal", "abnormal");
            order.Done();
            Announce(null, name, "IP Receiver Pro and Hik-Partner Pro connection state changed", state);
            return;
        }

        Member member = _members.Count == 0
            ? throw new OrderException($"No device stands behind {Device.Id}.")
            : _members.First(m => m.Account == order.OneOf("behind", _members[0].Account, [.. _members.Select(x => x.Account)]));
        string status = name is "deviceKeyStateChanged" or "deviceHPPNetworkChanged" ? order.OneOf("status", "abnormal", "normal", "abnormal") : "";
        order.Done();
        switch (name)
        {
            case "deviceOnline" or "deviceOffline":
                SetOnline(member, name == "deviceOnline");
                break;
            case "deviceDeleted":
                _members.Remove(member);
                Announce(member, "devicedeleted", "device deleted", null);
                break;
            case "deviceKeyStateChanged":
                Announce(member, name, "Device key status changed", status);
                break;
            default:
                Announce(member, name, "Device Network changed on Hik-Partner Pro", status);
                break;
        }
    }

    protected override JsonObject ReadState() => new()
    {
        ["subscriptions"] = _subscriptions.StreamCount,
        ["devices"] = new JsonArray([.. _members.Select(m => (JsonNode)new JsonObject { ["id"] = m.Account, ["devIndex"] = m.DevIndex, ["status"] = m.Status })]),
    };

    protected override void WriteState(JsonObject state)
    {
        foreach (JsonNode item in JsonBody.Items(state["devices"]))
        {
            Member? member = _members.FirstOrDefault(m => m.Account == JsonBody.Text(JsonBody.Member(item, "id")));
            if (member is null || JsonBody.Text(JsonBody.Member(item, "status")) is not ("online" or "offline"))
                throw new OrderException($"Of {Device.Id} can be set: \"devices\":[{{\"id\":\"…\",\"status\":\"online|offline\"}}].");
            SetOnline(member, JsonBody.Text(JsonBody.Member(item, "status")) == "online");
        }
    }

    private Reply Pass(DeviceRequest request, string devIndex)
    {
        Member? member;
        lock (Clock.Gate) member = _members.FirstOrDefault(m => string.Equals(m.DevIndex, devIndex, StringComparison.OrdinalIgnoreCase));
        if (member is null) return Reply.Of(request, 400, 4, "theDeviceIdDoesNotExist", 0x4000113B);
        request.Log?.For(member.Account);

        // A device that is not there answers nothing; the receiver says so in its place.
        if (!member.Online || _faults.Take(member.Account, FaultKind.Unplugged, request.Path) is not null) return Reply.Of(request, 403, 2, "networkError", 0x20000009);
        if (_faults.Refusal(member.Account, request) is { } refusal) return refusal;
        Reply reply = member.Model.Answer(request);

        // Streams of a single device are not passed on: 002 7.3, only all devices together can be subscribed.
        return reply.Stream is null ? reply : Reply.NotSupported(request);
    }

    private Reply Subscribe(DeviceRequest request, string[] arguments)
    {
        JsonNode? asked = JsonBody.Member(JsonBody.TryRead(request.Body), "SubscribeDeviceMgmt");
        if (asked is not JsonObject) return Reply.BadJson(request);

        // 002 A.42: "all" and "all" is the only thing that can be asked for.
        if (JsonBody.Text(JsonBody.Member(asked, "eventMode")) != "all" || JsonBody.Text(JsonBody.Member(asked, "defenceMode")) != "all") return Reply.BadParameters(request);
        int id = ++_subscription;
        return Reply.Endless(_subscriptions) with { Greeting = (id, AlertPart.Json(new JsonObject { ["SubscribeDeviceMgmtRsp"] = new JsonObject { ["id"] = id } })) };
    }

    private Reply Unsubscribe(DeviceRequest request, string[] arguments) =>
        int.TryParse(arguments[0], out int id) && _subscriptions.Close(id) ? Reply.Ok(request) : Reply.Of(request, 400, 4, "theSessionIdDoesNotExist", 0x40001135);

    private Reply Picture(DeviceRequest request)
    {
        string name = request.Path[(PicturePrefix.Length - 1)..];
        byte[]? found;
        lock (_pictures) found = _pictures.FirstOrDefault(p => p.Name == name).Picture;
        if (found is not null) return request.Method == "GET" ? Reply.Jpeg(found) : Reply.Of(request, 405, 4, "methodNotAllowed", 0x40000004);
        return Reply.Of(request, 404, 4, "openFileError", 0x40001014);
    }

    private void SetOnline(Member member, bool online)
    {
        if (member.Online == online) return;
        member.Online = online;
        Announce(member, "devStatusChanged", "device status about online or offline changed", member.Status);
    }

    /// <summary>Called under the lock of the device that tells.</summary>
    private void Forward(Member member, Alert alert)
    {
        if (!member.Online) return;
        string? url = null;
        if (alert.Picture is { } picture)
        {
            lock (_pictures)
            {
                string name = $"{++_picture}.jpg";
                _pictures.Enqueue((name, picture));
                if (_pictures.Count > MaxPictures) _pictures.Dequeue();
                url = PicturePrefix + name;
            }
        }

        _subscriptions.Publish(AlertPart.Json(AlertText.Receiver(alert, member.DevIndex, member.Model.Name, url)));
    }

    private void Announce(Member? member, string type, string description, string? status)
    {
        var json = new JsonObject
        {
            ["channelID"] = "0",
            ["dateTime"] = Clock.NowText,
            ["activePostCount"] = 1,
            ["eventType"] = type,
            ["eventState"] = "active",
            ["eventDescription"] = description,
        };
        if (member is not null)
        {
            json["devIndex"] = member.DevIndex;
            json["channelName"] = member.Model.Name;
        }

        if (status is not null) json["status"] = status;
        _subscriptions.Publish(AlertPart.Json(new JsonObject { ["EventNotificationAlert"] = json }));
    }

    /// <summary>002 A.12; the count tells how long the subscription has lasted.</summary>
    private AlertPart Beat(int number) => AlertPart.Json(new JsonObject
    {
        ["EventNotificationAlert"] = new JsonObject
        {
            ["dateTime"] = Clock.NowText, ["activePostCount"] = number, ["eventType"] = "heartBeat", ["eventState"] = "active", ["eventDescription"] = "Heartbeat",
        },
    });
}
