using System.CommandLine;

namespace Automation.Host.Cli;

/// <summary><c>validate</c>: every finding of every file at once.</summary>
internal static class ValidateVerb
{
    public static Command Create(TextWriter output) =>
        CheckCommand.Create("validate", "Checks rules against their site. Exit code 0: nothing found, 1: findings, 2: usage.", output, static (_, _, _) => 0);
}
