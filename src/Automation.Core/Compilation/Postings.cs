using Automation.Core.Compilation.Form;
using Automation.Core.Model;

namespace Automation.Core.Compilation;

internal enum PostingKind : byte
{
    /// <summary>The rule looks at its conditions.</summary>
    Fire,
    SequenceStep,
    Count,

    /// <summary>Before <see cref="AbsenceAfter"/>: an event that is both answers first and then starts the time.</summary>
    AbsenceExpected,
    AbsenceAfter,
}

/// <summary>One rule's interest in one event type of one resource. A resource's postings stand together, ordered by type, then rule.</summary>
internal struct Posting
{
    public int Rule;

    /// <summary>Number of the trigger in its rule; for temporal kinds the number of the <see cref="TemporalTrigger"/>.</summary>
    public int Trigger;

    /// <summary>Index of the tests on the event's data; 0: none.</summary>
    public int Where;
    public ushort Type;
    public ushort Step;
    public EventPhases Phases;
    public PostingKind Kind;
}

/// <summary>A condition on a state, as one bit of the truth vector.</summary>
internal readonly record struct StateBit(int Resource, CompiledTest Test, int Bit);

/// <summary>A trigger on a state of one resource.</summary>
/// <param name="Slot">Number of its hold.</param>
internal readonly record struct StateWatch(int Resource, int Rule, int Trigger, StateTrigger Form, int Slot);

/// <summary>A threshold on a number of one resource.</summary>
internal readonly record struct ThresholdWatch(int Resource, int Rule, int Trigger, ThresholdTrigger Form, int Slot);

/// <summary>A trigger that remembers events: sequence, count or absence.</summary>
/// <param name="Count">Sequence: steps. Count: how many.</param>
internal readonly record struct TemporalTrigger(int Rule, int Trigger, PostingKind Kind, int Count, long WithinTicks);

internal readonly record struct ScheduleWatch(int Rule, int Trigger, ScheduleTrigger Form);

/// <summary>Where the channel of a resource counts.</summary>
internal readonly record struct CountingWatch(int Resource, int Group, int Channel);
