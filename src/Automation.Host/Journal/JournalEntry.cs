using Automation.Core.Engine;
using Automation.Core.Model;

namespace Automation.Host.Journal;

/// <summary>Stored as a number: values are never renumbered. Those below 16 are inputs of the engine (<see cref="EngineInputKind"/>).</summary>
internal enum JournalEntryKind : byte
{
    Time = 0,
    Event = 1,
    State = 2,
    RuleToggle = 3,
    CountCorrection = 4,
    Outcome = 5,

    /// <summary>The process started: time was lost, see <see cref="SiteEngine.Start"/>.</summary>
    Start = 16,

    /// <summary>Another rule set is in force from here on.</summary>
    Load = 17,

    /// <summary>Somebody asked for an action; no input of the engine, but it has its number.</summary>
    Command = 18,
}

/// <summary>One entry of a site's journal: everything the site's engine ever learns, in order.</summary>
/// <param name="Input">
/// What the engine takes. Its instant is the one the engine took it at, never earlier than the entry before it. Command: <c>Name</c> is the action, <c>Resource</c> its target, <c>Data</c> its parameters.
/// </param>
/// <param name="Text">Load: the fingerprint of the rule set. Command: by whom.</param>
internal readonly record struct JournalEntry(JournalEntryKind Kind, EngineInput Input, string? Text = null)
{
    /// <summary>Command: after how long it is not worth doing any more.</summary>
    public TimeSpan Worth { get; init; }

    /// <summary>Command: <see cref="ActionRequest.Transaction"/>.</summary>
    public string? Transaction { get; init; }

    public long Sequence => Input.Sequence;

    public DateTimeOffset At => Input.At;

    public static JournalEntry Of(in EngineInput input) => new((JournalEntryKind)input.Kind, input);

    public static JournalEntry Start(long sequence, DateTimeOffset at) => new(JournalEntryKind.Start, EngineInput.Time(sequence, at));

    public static JournalEntry Load(long sequence, DateTimeOffset at, string fingerprint) => new(JournalEntryKind.Load, EngineInput.Time(sequence, at), fingerprint);

    public static JournalEntry Command(long sequence, DateTimeOffset at, string action, ResourceAddress on, DataObject parameters, string by, TimeSpan worth, string? transaction) =>
        new(JournalEntryKind.Command, new EngineInput { Sequence = sequence, Kind = EngineInputKind.Time, At = at, Resource = on, Name = action, Data = parameters }, by)
        {
            Worth = worth,
            Transaction = transaction,
        };

    /// <summary>The request that a command stands for.</summary>
    public ActionRequest ToRequest(string site) => new()
    {
        Cause = new CauseId(site, Sequence), Rule = Text!, Index = 0, Action = Input.Name!, On = Input.Resource, Parameters = Input.Data ?? DataObject.Empty, At = At, ExpiresAt = At + Worth,
        Transaction = Transaction,
    };
}
