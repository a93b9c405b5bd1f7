using System.CommandLine;
using System.CommandLine.Parsing;
using Automation.Host.Composition;

namespace Automation.Host.Cli;

/// <summary>The verbs of design section 7. Exit codes: 0 done, 1 there are findings, 2 wrong usage or a world that does not allow it.</summary>
internal static class CommandLine
{
    public const int Usage = 2;

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, TimeProvider time)
    {
        var root = new RootCommand("Rules and automation for security devices: an alarm comes in, linked devices act, every MQTT client sees it.")
        {
            RunVerb.Create(output, time),
            BrokerVerb.Create(output, time),
            ValidateVerb.Create(output),
            LintVerb.Create(output),
            ReplayVerb.Create(output, error, time),
            ExplainVerb.Create(output),
            TemplateVerb.Create(output),
            ExportVerb.Create(output, time),
            SimulateVerb.Create(output, time),
            DiscoverVerb.Create(output, error, time),
            SecretVerb.Create(output, error),
            PackagingVerb.Create(output),
        };
        ParseResult parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (ParseError finding in parsed.Errors) await error.WriteLineAsync("automation: " + finding.Message);
            await error.WriteLineAsync("automation: see 'automation --help'");
            return Usage;
        }

        try
        {
            // Ctrl-C and SIGTERM cancel; the host itself stops in less than this.
            return await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(10) });
        }
        catch (StartRefusedException e)
        {
            await error.WriteLineAsync("automation: " + e.Message);
            return Usage;
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
    }
}
