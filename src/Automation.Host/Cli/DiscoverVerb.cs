using System.Collections.Immutable;
using System.CommandLine;
using System.Security.Cryptography;
using Automation.Core.Model;
using Automation.Core.Rules;
using Automation.Host.Composition;
using Automation.Host.Configuration;
using Automation.Isapi;

namespace Automation.Host.Cli;

/// <summary><c>discover</c>: what a device has, as a site file lists it (DEV-4).</summary>
internal static class DiscoverVerb
{
    public static Command Create(TextWriter output, TextWriter error, TimeProvider time)
    {
        var url = new Argument<string?>("URL") { Description = "Address of the device: http://192.168.1.64, or a host name alone.", Arity = ArgumentArity.ZeroOrOne };
        var user = new Option<string>("--user") { Description = "User on the device." };
        var password = new Option<string?>("--password") { Description = "Its password. Default: AUTOMATION_PASSWORD, or a prompt; other users of this machine can see what stands here." };
        var json = new Option<bool>("--json") { Description = "One JSON object a device, each on one line." };
        var site = new Option<FileInfo?>("--site") { Description = "A site file: what it lists keeps its ids, names and tags, and what is new or gone is told." };
        var result = new Option<FileInfo?>("--out") { Description = "Write a site file: the one of --site with what was found worked in, or a new one." };
        var id = new Option<string?>("--id") { Description = "The id of the device in the site. Default: made of model and hardware address." };
        var check = new Option<bool>("--check") { Description = "Look whether the device's events can reach us: detected, told of, armed, pushed to us." };
        var fix = new Option<bool>("--fix") { Description = "Set what is missing for that, and keep what it was before in an undo file." };
        var rules = new Option<string[]>("--rules") { Description = "With --check: only the events that these rules (of --site) wait for.", AllowMultipleArgumentsPerToken = true };
        var restore = new Option<FileInfo?>("--restore") { Description = "Put back what an earlier --fix changed, from its undo file." };
        var lan = new Option<bool>("--lan") { Description = "Search the local network for devices instead; no address and no login is needed." };
        var seconds = new Option<int>("--seconds") { Description = "With --lan: how long to listen, 1 to 30. Default 3.", DefaultValueFactory = _ => 3 };
        var command = new Command("discover", "Asks a device, or a receiver for the devices behind it, what it has, and prints it as a site file lists it.") { url, user, password, json, site, result, id, check, fix, rules, restore, lan, seconds };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(lan)) return await LanRun.RunAsync(parsed.GetValue(seconds), parsed.GetValue(site)?.FullName, parsed.GetValue(json), output, error, time, cancellationToken);
            var request = new DiscoverRequest
            {
                Url = UrlOf(parsed.GetValue(url)),
                Check = parsed.GetValue(check),
                Fix = parsed.GetValue(fix),
                Rules = parsed.GetValue(rules) ?? [],
                RestoreFile = parsed.GetValue(restore)?.FullName,
                User = parsed.GetValue(user) ?? "",
                SiteFile = parsed.GetValue(site)?.FullName,
                OutFile = parsed.GetValue(result)?.FullName,
                Id = IdOf(parsed.GetValue(id)),
                Json = parsed.GetValue(json),
            };
            request.Refuse();
            request = request with { Password = request.User.Length == 0 ? Secret.None : PasswordPrompt.Read(parsed.GetValue(password), request.Url, error) };
            return await new DiscoverRun(request, output, error, time, new Random(RandomNumberGenerator.GetInt32(int.MaxValue))).RunAsync(cancellationToken);
        });
        return command;
    }

    private static Uri UrlOf(string? text)
    {
        if (string.IsNullOrEmpty(text)) throw new StartRefusedException("discover needs the address of a device, such as http://192.168.1.64");
        string full = text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text;
        if (!Uri.TryCreate(full, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0) throw new StartRefusedException($"{text}: this is not the address of a device, such as http://192.168.1.64");
        if (url.UserInfo.Length > 0) throw new StartRefusedException("the address holds a user or password: write the user with --user, and the password into AUTOMATION_PASSWORD");
        return url;
    }

    private static string? IdOf(string? text) =>
        text is null || (ResourceAddress.IsSlug(text) && text != "groups" && text.Length <= 64) ? text : throw new StartRefusedException($"--id {text}: use lower-case letters, digits and dashes, such as front-door");
}

/// <summary>What <c>discover</c> was asked.</summary>
internal sealed record DiscoverRequest
{
    public required Uri Url { get; init; }

    public required string User { get; init; }

    public Secret Password { get; init; } = Secret.None;

    public string? SiteFile { get; init; }

    public string? OutFile { get; init; }

    public string? Id { get; init; }

    public bool Json { get; init; }

    /// <summary>Look whether the device's events can reach us.</summary>
    public bool Check { get; init; }

    /// <summary>Set what is missing; implies the check.</summary>
    public bool Fix { get; init; }

    /// <summary>Rule files and folders whose events are looked at; empty: all events of the device.</summary>
    public string[] Rules { get; init; } = [];

    public string? RestoreFile { get; init; }

    /// <exception cref="StartRefusedException">The options do not go together, or a file is missing or would be lost.</exception>
    public void Refuse()
    {
        if (OutFile is not null && File.Exists(OutFile) && SiteFile is null) throw new StartRefusedException($"{OutFile}: exists already; name it with --site too, and what it says is kept");
        if (SiteFile is not null && !File.Exists(SiteFile)) throw new StartRefusedException($"{SiteFile}: there is no such file");
        if (RestoreFile is not null && !File.Exists(RestoreFile)) throw new StartRefusedException($"{RestoreFile}: there is no such file");
        if (Rules.Length > 0 && SiteFile is null) throw new StartRefusedException("--rules needs the site the rules are for: name its file with --site");
    }
}
