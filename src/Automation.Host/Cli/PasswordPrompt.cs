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
        string? typed = Console.IsInputRedirected ? Console.In.ReadLine() : Type($"Password for {url.Authority}: ", error);
        return typed is { Length: > 0 } ? new Secret(typed) : throw new StartRefusedException($"the password is missing: put it into {Variable}, or give --password");
    }

    /// <summary>A new value to keep, typed unseen, or one line of standard input; never an argument, which other users of the machine could see.</summary>
    /// <exception cref="StartRefusedException">There is none, or it is too long.</exception>
    public static Secret ReadNew(string question, TextWriter error)
    {
        string? typed = Console.IsInputRedirected ? Console.In.ReadLine() : Type(question, error);
        if (typed is not { Length: > 0 }) throw new StartRefusedException("no value: type it, or write one line to standard input");
        return typed.Length <= MaxLength ? new Secret(typed) : throw new StartRefusedException($"the value has {typed.Length} characters: a secret has at most {MaxLength}");
    }

    private static string Type(string question, TextWriter error)
    {
        error.Write(question);
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
