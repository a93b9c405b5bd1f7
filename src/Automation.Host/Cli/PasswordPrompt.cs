using System.Text;
using Automation.Core.Model;
using Automation.Host.Composition;

namespace Automation.Host.Cli;

/// <summary>Where a verb gets a device's password from: the option, the environment, or a person who types it unseen.</summary>
internal static class PasswordPrompt
{
    private const string Variable = "AUTOMATION_PASSWORD";

    /// <summary>Devices take far less.</summary>
    private const int MaxLength = 256;

    /// <exception cref="StartRefusedException">There is nobody to ask.</exception>
    public static Secret Read(string? option, Uri url, TextWriter error)
    {
        if (!string.IsNullOrEmpty(option)) return new Secret(option);
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } set) return new Secret(set);
        string? typed = Console.IsInputRedirected ? Console.In.ReadLine() : Type(url, error);
        return typed is { Length: > 0 } ? new Secret(typed) : throw new StartRefusedException($"the password is missing: put it into {Variable}, or give --password");
    }

    private static string Type(Uri url, TextWriter error)
    {
        error.Write($"Password for {url.Authority}: ");
        error.Flush();
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is var key && key.Key != ConsoleKey.Enter)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                if (typed.Length > 0) typed.Length--;
            }
            else if (!char.IsControl(key.KeyChar) && typed.Length < MaxLength)
            {
                typed.Append(key.KeyChar);
            }
        }

        error.WriteLine();
        return typed.ToString();
    }
}
