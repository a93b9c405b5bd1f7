using System.CommandLine;
using Automation.Core.Model;
using Automation.Host.Composition;
using Automation.Host.Configuration;
using Automation.Host.Secrets;

namespace Automation.Host.Cli;

/// <summary><c>secret</c>: passwords kept encrypted in the data folder, for site files to name. A value is never an argument and never printed.</summary>
internal static class SecretVerb
{
    public static Command Create(TextWriter output, TextWriter error)
    {
        var data = new Option<string?>("--data") { Description = "The data folder. Default: what --config says, or 'data'." };
        var config = new Option<FileInfo?>("--config") { Description = "The configuration file, for its data folder." };
        var command = new Command("secret", "Passwords of devices, kept encrypted in the data folder; a site file names one with \"password\": { \"secret\": \"NAME\" }.");
        var name = new Argument<string>("NAME") { Description = "Letters, digits, dots, dashes and underscores." };
        name.Validators.Add(result =>
        {
            // What was typed is not repeated: it may be the password.
            if (!SecretNames.IsName(result.GetValue(name) ?? "")) result.AddError("NAME has 1 to 64 letters, digits, dots, dashes and underscores, beginning with a letter or digit.");
        });
        string folderOf(ParseResult parsed) => parsed.GetValue(data) ?? (parsed.GetValue(config) is { } file ? ConfigurationReader.Read(file.FullName).DataFolder : Path.GetFullPath("data"));

        var set = new Command("set", "Keeps a secret, in place of the one of that name. The value is asked for, or read as one line from standard input.") { name, data, config };
        set.SetAction(parsed => Try(() =>
        {
            string secret = parsed.GetValue(name)!;
            SecretStore.Set(folderOf(parsed), secret, PasswordPrompt.ReadNew($"Value of {secret}: ", error), Environment.GetEnvironmentVariable);
            output.WriteLine($"Kept '{secret}'. A running program reads it at its next start.");
        }));
        var list = new Command("list", "Names the secrets that are kept.") { data, config };
        list.SetAction(parsed => Try(() =>
        {
            foreach (string kept in SecretStore.Open(folderOf(parsed), Environment.GetEnvironmentVariable).Names) output.WriteLine(kept);
        }));
        var remove = new Command("remove", "Forgets a secret.") { name, data, config };
        remove.SetAction(parsed => Try(() =>
        {
            string secret = parsed.GetValue(name)!;
            if (!SecretStore.Remove(folderOf(parsed), secret, Environment.GetEnvironmentVariable)) throw new StartRefusedException($"no secret '{secret}' is kept: 'automation secret list' names those that are");
            output.WriteLine($"Removed '{secret}'.");
        }));
        command.Add(set);
        command.Add(list);
        command.Add(remove);
        return command;
    }

    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (SecretStoreException e)
        {
            throw new StartRefusedException(e.Message, e);
        }
    }
}
