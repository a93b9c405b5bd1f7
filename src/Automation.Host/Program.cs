namespace Automation.Host;

internal static class Program
{
    private static Task<int> Main(string[] args) => Cli.CommandLine.RunAsync(args, Console.Out, Console.Error, TimeProvider.System);
}
