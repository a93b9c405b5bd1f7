using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Automation.Host.Validation;

/// <summary>A pattern of a schema: an ECMA-262 regular expression in Unicode mode, unanchored.</summary>
/// <remarks>
/// Runs in time linear in the text (<see cref="RegexOptions.NonBacktracking"/>) unless it uses look-around or back-references;
/// those stop after <see cref="SchemaLimits.PatternTime"/>.
/// </remarks>
internal sealed class SchemaPattern
{
    private readonly Regex _regex;

    private SchemaPattern(string source, Regex regex)
    {
        Source = source;
        _regex = regex;
    }

    public string Source { get; }

    /// <summary>Whether the text holds a match; null when it could not be said within the time.</summary>
    public bool? IsMatch(string text)
    {
        try
        {
            return _regex.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }

    /// <summary>Null when it is no such expression.</summary>
    public static SchemaPattern? TryCreate(string source, TimeSpan time, out string problem)
    {
        if (EcmaPattern.Translate(source, out problem) is not { } translated) return null;
        if (Build(translated, RegexOptions.NonBacktracking, Regex.InfiniteMatchTimeout, ref problem) is { } linear) return new SchemaPattern(source, linear);
        return Build(translated, RegexOptions.None, time, ref problem) is { } bounded ? new SchemaPattern(source, bounded) : null;
    }

    [SuppressMessage("Performance", "SYSLIB1045", Justification = "The pattern comes from a schema at run time.")]
    private static Regex? Build(string pattern, RegexOptions options, TimeSpan time, ref string problem)
    {
        try
        {
            return new Regex(pattern, options | RegexOptions.CultureInvariant, time);
        }
        catch (NotSupportedException e)
        {
            // Look-around and back-references: the caller tries again with a bounded time.
            problem = e.Message;
            return null;
        }
        catch (ArgumentException e)
        {
            problem = e.Message;
            return null;
        }
    }
}
