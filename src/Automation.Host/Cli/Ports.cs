using System.CommandLine.Parsing;

namespace Automation.Host.Cli;

internal static class Ports
{
    /// <summary>A port is 0 (any free one) to 65535.</summary>
    public static void Check(OptionResult result)
    {
        if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int port) && port is < 0 or > 65535) result.AddError($"{port} is not a port: 0 to 65535.");
    }
}
