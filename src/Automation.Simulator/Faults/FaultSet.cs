using System.Text.Json.Nodes;
using Automation.Simulator.Http;

namespace Automation.Simulator.Faults;

/// <summary>The faults in force; the control API replaces them all at once. Thread-safe.</summary>
internal sealed class FaultSet
{
    private readonly Lock _gate = new();
    private Active[] _active = [];

    /// <summary>Whether there is any fault at all: asked for every part and request, so it takes no lock.</summary>
    public bool Any => Volatile.Read(ref _active).Length > 0;

    public void Replace(IEnumerable<Fault> faults)
    {
        lock (_gate) _active = [.. faults.Select(f => new Active(f))];
    }

    /// <summary>Uses up one occasion of a fault.</summary>
    public Fault? Take(string device, FaultKind kind, string? path = null)
    {
        if (!Any) return null;
        lock (_gate)
        {
            foreach (Active active in _active)
            {
                if (active.Fault.Kind == kind && active.Fits(device, path) && active.Use()) return active.Fault;
            }

            return null;
        }
    }

    /// <summary>Looks without using up; for faults that hold rather than happen.</summary>
    public Fault? Peek(string device, FaultKind kind)
    {
        if (!Any) return null;
        lock (_gate) return _active.FirstOrDefault(a => a.Fault.Kind == kind && a.Fits(device, null) && a.Left != 0)?.Fault;
    }

    /// <summary>What a request that was let in is refused with instead of being done; null: nothing.</summary>
    public Reply? Refusal(string device, DeviceRequest request)
    {
        if (!Any) return null;
        if (Take(device, FaultKind.Busy, request.Path) is not null) return Reply.Of(request, 403, 2, "deviceBusy", 0x20000002);
        if (Take(device, FaultKind.NoPermission, request.Path) is not null) return Reply.Of(request, 403, 4, "lowPrivilege", 0x40000002);
        if (Take(device, FaultKind.ErrorBody, request.Path) is not null) return Reply.Of(request, 200, 3, "deviceError", 0x30000001);
        if (Take(device, FaultKind.ServerError, request.Path) is not null) return new(500, "text/html", "<html><body>Internal Server Error</body></html>"u8.ToArray());
        return null;
    }

    public JsonArray ToJson()
    {
        lock (_gate)
        {
            return new([.. _active.Select(a => (JsonNode)new JsonObject
            {
                ["device"] = a.Fault.Device,
                ["fault"] = Name(a.Fault.Kind),
                ["path"] = a.Fault.Path,
                ["after"] = a.After,
                ["left"] = a.Left,
                ["happened"] = a.Happened,
            })]);
        }
    }

    public static string Name(FaultKind kind) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(kind.ToString());

    private sealed class Active(Fault fault)
    {
        public Fault Fault => fault;

        public int? Left { get; private set; } = fault.Times;

        public int After { get; private set; } = fault.After;

        public int Happened { get; private set; }

        public bool Fits(string device, string? path) =>
            fault.Device == device && (fault.Path is null || path is null || path.StartsWith(fault.Path, StringComparison.OrdinalIgnoreCase));

        public bool Use()
        {
            if (Left == 0) return false;
            if (After > 0)
            {
                After--;
                return false;
            }

            if (Left is not null) Left--;
            Happened++;
            return true;
        }
    }
}
