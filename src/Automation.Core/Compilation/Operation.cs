using Automation.Core.Model;

namespace Automation.Core.Compilation;

internal enum OperationKind : byte
{
    Action,
    Delay,
    Wait,

    /// <summary>Jumps to <see cref="Operation.Target"/> when the condition does not hold.</summary>
    Unless,
    Jump,

    /// <summary>Sets the counter <see cref="Operation.Count"/> to zero.</summary>
    RepeatBegin,

    /// <summary>Counts up; jumps back to <see cref="Operation.Target"/> until <see cref="Operation.Ticks"/> rounds are done.</summary>
    RepeatEnd,
    Stop,
    Publish,
    Notify,
    Raise,
    SetRule,
    SetState,
    Script,
}

/// <summary>A step in flat form: the steps of a rule are one stretch of an array, nesting is jumps.</summary>
internal struct Operation
{
    public OperationKind Kind;

    /// <summary>Action: the triggering resource comes first. Wait: go on at the timeout. SetRule: on.</summary>
    public bool Flag;
    public ushort Count;
    public int Target;

    /// <summary>Action: how long it is worth doing. Delay, Wait: how long. RepeatEnd: how often.</summary>
    public long Ticks;

    /// <summary>Action, exception, rule or script.</summary>
    public string Text;

    /// <summary>Action, SetState: the only target, or the first.</summary>
    public ResourceAddress On;

    /// <summary>Action: parameters. SetState: properties.</summary>
    public DataObject Data;

    /// <summary>Action: further targets (<c>ResourceAddress[]</c>). Wait, Unless: an <see cref="Expression"/>. Publish: a <see cref="PublishTemplate"/>. Notify, Raise: the step.</summary>
    public object? More;

    public readonly bool IsSameStep(in Operation other) =>
        Kind == other.Kind && Flag == other.Flag && Count == other.Count && Target == other.Target && Ticks == other.Ticks && On == other.On
        && string.Equals(Text, other.Text, StringComparison.Ordinal) && Equals(Data, other.Data)
        && (Equals(More, other.More) || (More is ResourceAddress[] mine && other.More is ResourceAddress[] theirs && mine.AsSpan().SequenceEqual(theirs)));

    /// <summary>Equal for equal steps.</summary>
    public readonly int GetStepHash() => HashCode.Combine(Kind, Target, Ticks, On, Text?.Length);
}
