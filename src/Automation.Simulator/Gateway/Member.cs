using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Automation.Simulator.Devices;

namespace Automation.Simulator.Gateway;

/// <summary>A device as a receiver knows it. 002 A.41.</summary>
internal sealed class Member(DeviceModel model)
{
    public DeviceModel Model => model;

    /// <summary>A uuid that is the same at every start: clients keep it.</summary>
    public string DevIndex { get; } = Uuid(model.Device.Id);

    public string Account { get; } = model.Device.Id;

    public bool Online { get; set; } = true;

    /// <summary>0 panel, 1 video, 2 access control, 3 radar, 4 IP speaker, 100 other.</summary>
    public int DevType => model.Device.Kind switch
    {
        SimulatedKind.Panel => 0,
        SimulatedKind.Access or SimulatedKind.DoorStation or SimulatedKind.Doorbell or SimulatedKind.FaceTerminal => 2,
        SimulatedKind.Radar => 3,
        SimulatedKind.Speaker => 4,
        SimulatedKind.Switch or SimulatedKind.TrailCamera or SimulatedKind.Scope or SimulatedKind.PhoneThermal => 100,
        _ => 1,
    };

    /// <summary>0 panel, 1 video, 5 access control, 6 radar, 8 IP speaker.</summary>
    public int DevSource => DevType switch { 0 => 0, 1 => 1, 2 => 5, 3 => 6, 4 => 8, _ => 2 };

    public string Status => Online ? "online" : "offline";

    public bool Contains(string key) =>
        new[] { model.DeviceSerial, model.Name, Account }.Any(t => t.Contains(key, StringComparison.OrdinalIgnoreCase));

    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["devIndex"] = DevIndex,
            ["accountID"] = Account,
            ["devName"] = model.Name,
            ["devSerial"] = model.DeviceSerial,
            ["devMode"] = model.ModelName,
            ["devVersion"] = "V1.0.0",
        };
        if (Online) json["activeStatus"] = "active";
        json["devSource"] = DevSource;
        json["devType"] = DevType;
        json["connectionMode"] = 1;
        json["devStatus"] = Status;
        json["isNeedUpgrade"] = 0;
        json["remark"] = "";
        return json;
    }

    private static string Uuid(string id) => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes("receiver " + id)).AsSpan(0, 16)).ToString("D");
}
