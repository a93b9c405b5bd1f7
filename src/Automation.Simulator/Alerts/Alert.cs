using System.Text.Json.Nodes;

namespace Automation.Simulator.Alerts;

/// <summary>Something a device has to tell; each way out (stream, push, receiver) puts it into its own words.</summary>
internal sealed record Alert(string Type, bool Active, int Count, string Description)
{
    /// <summary>Null for an alert of the whole device.</summary>
    public int? Channel { get; init; }

    public string? ChannelName { get; init; }

    /// <summary>What this type has beside the common fields, in their order. A list of wrapped entries, <c>[{"Entry":{}}]</c>, becomes child elements in XML.</summary>
    public JsonObject Details { get; init; } = [];

    /// <summary>Sent as JSON by a device that otherwise speaks XML (004 §8).</summary>
    public bool JsonOnly { get; init; }

    public byte[]? Picture { get; init; }

    /// <summary>The same in the words of 002 Appendix A, where they differ from the device's own.</summary>
    public ReceiverWords? Receiver { get; init; }

    /// <summary>The device's own time, as text; set when the device tells it, so that a late one is old.</summary>
    public string At { get; init; } = "";

    /// <summary>Told again after a reconnect.</summary>
    public bool Again { get; init; }

    internal sealed record ReceiverWords(string Type, string Description, JsonObject Details);
}
