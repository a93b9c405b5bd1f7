using System.Text.Json.Nodes;

namespace Automation.Simulator.Faults;

/// <summary>The faults in force; the control API replaces them all at once. Thread-safe.</summary>
internal sealed class FaultSet
{
    private readonly Lock _gate = new();
    private List<Active> _active = [];

    public void Replace(IEnumerable<Fault> faults)
    {
        lock (_gate) _active = [.. faults.Select(f => new Active(f))];
    }

    /// <summary>Uses up one occasion of a fault.</summary>
    public Fault? Take(string device, FaultKind kind, string? path = null)
    {
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
        lock (_gate) return _active.FirstOrDefault(a => a.Fault.Kind == kind && a.Fits(device, null) && a.Left != 0)?.Fault;
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
