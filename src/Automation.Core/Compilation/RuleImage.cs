using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Compilation;

/// <summary>A site's program as the engine runs it. The tables are fixed; the rows of rules, resources and event types also hold the engine's own marks.</summary>
internal sealed class RuleImage
{
    public required SiteProgram Program { get; init; }

    public required NameTable<ResourceRow> Resources { get; init; }

    public required NameTable<EventTypeRow> Types { get; init; }

    /// <summary>By priority, highest first, then id: a rule's number is its place in the order of firing.</summary>
    public required AlignedRows<RuleRow> Rules { get; init; }

    /// <summary>By number; 0 needs nothing.</summary>
    public required NeedSet[] NeedSets { get; init; }

    public required RuleNames[] Names { get; init; }

    /// <summary>The kinds of document that the rules came from.</summary>
    public required string[] Kinds { get; init; }

    public required RuleInfo[] Infos { get; init; }

    public required Dictionary<string, int> RuleNumbers { get; init; }

    /// <summary>Rules with the same steps share a stretch.</summary>
    public required Operation[] Operations { get; init; }

    public required Posting[] Postings { get; init; }

    public required CompiledTest[][] Wheres { get; init; }

    public required WindowSet Windows { get; init; }

    /// <summary>Bits in use: windows (padded to whole words), then states, then toggles.</summary>
    public required BitInfo[] Bits { get; init; }

    /// <summary>The devices whose notification has a schedule.</summary>
    public required NotificationWindow[] Notifications { get; init; }

    public required Csr<StateBit> StateBits { get; init; }

    public required Csr<StateWatch> StateWatches { get; init; }

    public required Csr<ThresholdWatch> ThresholdWatches { get; init; }

    public required Csr<CountingWatch> CountingWatches { get; init; }

    public required TemporalTrigger[] Temporals { get; init; }

    public required ScheduleWatch[] Schedules { get; init; }

    public required int[] StartupRules { get; init; }

    /// <summary>Rules that fire when the rule with this number has.</summary>
    public required Dictionary<int, int[]> Followers { get; init; }

    /// <summary>Bits that stand for the toggle of the rule with this number.</summary>
    public required Dictionary<int, List<(int Bit, bool Enabled)>> ToggleBits { get; init; }

    public int TruthWords => (Bits.Length + 63) / 64;
}

/// <param name="Device">The number of the device's resource.</param>
/// <param name="Bit">The window's bit of the truth vector.</param>
internal readonly record struct NotificationWindow(int Device, int Bit);

internal struct EventTypeRow
{
    /// <summary>Silence that ends the event; 0: an instant, or unknown.</summary>
    public long AutoClearTicks;

    /// <summary>The model or a rule names it.</summary>
    public bool Known;
}

/// <summary>What a firing reads and writes of its rule beside its <see cref="RuleRow"/>: 32 bytes.</summary>
internal struct RuleNames
{
    public string Id;
    public long Firings;
    public long LastFiredTicks;
    public int FirstOperation;
    public ushort OperationCount;

    /// <summary>Index into <see cref="RuleImage.Kinds"/>.</summary>
    public ushort Kind;
}

/// <summary>What is rarely read of a rule.</summary>
internal sealed class RuleInfo
{
    public required EngineRule Form { get; init; }

    /// <summary>Trigger texts as a person reads them, by number of the trigger.</summary>
    public required string[] Labels { get; init; }

    /// <summary>Needed bits beyond the first two words.</summary>
    public required (int Word, ulong Mask)[] MoreNeeds { get; init; }

    public required Expression[] Residuals { get; init; }

    /// <summary>What the residuals were compiled from.</summary>
    public required Condition[] ResidualForms { get; init; }

    /// <summary>Depth of nested repeats.</summary>
    public required int Counters { get; init; }

    /// <summary>Steps take time, so that runs can overlap.</summary>
    public required bool Suspends { get; init; }

    public long CooldownTicks => Form.Cooldown.Ticks;
}

internal enum BitKind : byte
{
    Unused,
    Window,
    State,
    Toggle,
}

/// <summary>What a bit of the truth vector stands for.</summary>
internal readonly record struct BitInfo(BitKind Kind, int Window, StateCondition? State, RuleEnabledCondition? Toggle);

/// <summary>Items grouped by the number of their resource.</summary>
internal sealed class Csr<T>
{
    private readonly T[] _items;
    private readonly int[] _starts;

    public Csr(IEnumerable<T> items, Func<T, int> resourceOf, int resources)
    {
        // OrderBy is stable: within a resource the items keep the order of their rules.
        _items = [.. items.OrderBy(resourceOf)];
        _starts = new int[resources + 1];
        foreach (T item in _items) _starts[resourceOf(item) + 1]++;
        for (int i = 0; i < resources; i++) _starts[i + 1] += _starts[i];
    }

    public ReadOnlySpan<T> All => _items;

    /// <summary>Empty for resources that became known after the image was compiled.</summary>
    public ReadOnlySpan<T> Of(int resource) =>
        resource + 1 < _starts.Length ? _items.AsSpan(_starts[resource], _starts[resource + 1] - _starts[resource]) : [];
}
