using System.Collections.Immutable;

namespace Automation.Core.Compilation;

/// <summary>A condition that is no plain conjunction of bits: evaluated when asked for.</summary>
internal abstract record Expression;

/// <summary>One bit of the truth vector.</summary>
internal sealed record BitExpression(int Bit) : Expression;

/// <summary>Data of the triggering event.</summary>
internal sealed record DataExpression(CompiledTest Test, string Text) : Expression;

internal sealed record ScriptExpression(string Source) : Expression;

internal sealed record AllExpression(ImmutableArray<Expression> Parts) : Expression;

internal sealed record AnyExpression(ImmutableArray<Expression> Parts) : Expression;

internal sealed record NotExpression(Expression Inner) : Expression;
