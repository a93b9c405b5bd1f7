using System.Text.Json.Nodes;
using Automation.Simulator.Faults;

namespace Automation.Simulator.Control;

/// <summary>Reads the body of <c>PUT /faults</c>.</summary>
internal static class FaultOrders
{
    public const int MaxFaults = 100;

    /// <exception cref="OrderException">Something in it is wrong.</exception>
    public static List<Fault> Read(JsonNode? body, IReadOnlyCollection<string> devices)
    {
        JsonArray? list = body as JsonArray ?? (body as JsonObject)?["faults"] as JsonArray;
        if (list is null || list.Count > MaxFaults) throw new OrderException($"Give an array of at most {MaxFaults} faults, or an object with \"faults\".");
        return [.. list.Select(node => node is JsonObject json ? Read(new Order(json), devices) : throw new OrderException("Each fault must be an object with \"device\" and \"fault\"."))];
    }

    private static Fault Read(Order order, IReadOnlyCollection<string> devices)
    {
        string[] kinds = [.. Enum.GetValues<FaultKind>().Select(FaultSet.Name)];
        string device = order.OneOf("device", null, [.. devices]);
        FaultKind kind = Enum.Parse<FaultKind>(order.OneOf("fault", null, kinds), ignoreCase: true);
        string? path = order.Has("path") ? order.Text("path").TrimStart('/') : null;
        if (path?.StartsWith("ISAPI/", StringComparison.OrdinalIgnoreCase) == true) path = path["ISAPI/".Length..];
        int? times = order.Has("times") ? order.Int("times", null, 1, 1_000_000) : null;
        var fault = new Fault(
            device,
            kind,
            path,
            times,
            order.Int("after", 0, 0, 1_000_000),
            order.Number("seconds", kind == FaultKind.WrongClock ? 3600 : 5, -1e10, 1e10),
            order.Int("milliseconds", 200, 1, 60_000),
            order.Int("bytes", 2 << 20, 1, 64 << 20));
        if (kind == FaultKind.LateEvents && fault.Seconds is < 0 or > 86_400) throw new OrderException("\"seconds\" of lateEvents must be from 0 to 86400.");
        order.Done();
        return fault;
    }
}
