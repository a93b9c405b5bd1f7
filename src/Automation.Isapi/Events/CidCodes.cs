using System.Collections.Frozen;
using Automation.Core.Model;
using Automation.Isapi.Documents;

namespace Automation.Isapi.Events;

/// <param name="Type">One of <see cref="EventTypes"/>.</param>
/// <param name="Name">The code's own name, as a person reads it.</param>
internal sealed record CidCode(string Code, string Type, EventState State, string Name)
{
    /// <summary>The code speaks of a peripheral, so the number beside it is not a zone's.</summary>
    public bool IsPeripheral { get; } = PeripheralWords.Any(w => Name.Contains(w, StringComparison.OrdinalIgnoreCase));

    private static string[] PeripheralWords => ["siren", "repeater", "keypad", "keyfob", "expander", "printer", "tag reader", "kbus"];
}

/// <summary>The panel's event codes (EVT-5): the last three digits name the event, the first says begin (1) or restore (3); 002 App. D.</summary>
internal static class CidCodes
{
    public static FrozenDictionary<string, CidCode> All { get; } = EmbeddedTable.Rows("cid-codes.csv", 3)
        .Select(r => new CidCode(r[0], r[1], StateOf(r[0], r[1]), r[2]))
        .ToFrozenDictionary(c => c.Code, StringComparer.Ordinal);

    public static FrozenDictionary<string, CidCode>.AlternateLookup<ReadOnlySpan<char>> BySpan { get; } = All.GetAlternateLookup<ReadOnlySpan<char>>();

    private static EventState StateOf(string code, string type)
    {
        if (!EventTypes.All.TryGetValue(type, out EventTypeInfo? info)) throw new InvalidOperationException($"Code {code} names the event {type}, which is none.");
        if (!info.Lasts) return EventState.Instant;
        return code[0] == '3' ? EventState.Inactive : EventState.Active;
    }
}
