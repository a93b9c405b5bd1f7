using System.CommandLine;
using System.Text;
using Automation.Core.Rules;
using Automation.Host.Composition;

namespace Automation.Host.Cli;

/// <summary><c>template list / show / new</c>: what can be filled in, and an instance of it.</summary>
internal static class TemplateVerb
{
    public static Command Create(TextWriter output)
    {
        var folder = new Option<string[]>("--templates") { Description = "Folders and files with templates of your own, besides those that come with the program.", AllowMultipleArgumentsPerToken = true, Recursive = true };
        var list = new Command("list", "Every template: name, version, what it is for.");
        list.SetAction(parsed => List(Library(parsed.GetValue(folder)), output));
        var shown = new Argument<string>("NAME") { Description = "The template." };
        var show = new Command("show", "A template's inputs.") { shown };
        show.SetAction(parsed => Show(Find(Library(parsed.GetValue(folder)), parsed.GetValue(shown)!), output));
        var made = new Argument<string>("NAME") { Description = "The template." };
        var id = new Option<string?>("--id") { Description = "Id of the new rule. Default: the template's name." };
        var sets = new Option<string[]>("--set") { Description = "input=value; a value in JSON, or plain text. Several addresses: input=a,b." };
        var site = new Option<FileInfo?>("--site") { Description = "Checks the instance against this site." };
        var create = new Command("new", "Prints an instance of a template with its inputs filled in.") { made, id, sets, site };
        create.SetAction(parsed =>
        {
            TemplateLibrary library = Library(parsed.GetValue(folder));
            return New(library, Find(library, parsed.GetValue(made)!), parsed.GetValue(id), parsed.GetValue(sets) ?? [], parsed.GetValue(site)?.FullName, output);
        });
        return new Command("template", "Templates: list, show, new.") { folder, list, show, create };
    }

    /// <summary>The shipped templates, with those of the paths in place of or besides them.</summary>
    /// <exception cref="StartRefusedException">A path cannot be read, or a template is wrong.</exception>
    public static TemplateLibrary Library(string[]? paths)
    {
        if (paths is null || paths.Length == 0) return ShippedTemplates.Library;
        TemplateReading reading = TemplateLibrary.Read(RuleDirectory.ReadFiles(paths));
        if (reading.Findings.Any(f => f.Severity == FindingSeverity.Error)) throw new StartRefusedException(string.Join(Environment.NewLine, reading.Findings));

        // A template proves itself before anybody builds on it.
        Finding[] failures = [.. reading.Library.Templates.SelectMany(t => TemplateProof.Run(t, TimelineEngine.Run))];
        if (failures.Length > 0) throw new StartRefusedException(string.Join(Environment.NewLine, failures.Select(f => f.ToString())));
        return ShippedTemplates.Library.With(reading.Library);
    }

    private static Template Find(TemplateLibrary library, string name) =>
        library.Find(name) ?? throw new StartRefusedException($"there is no template '{name}': 'automation template list' shows them");

    private static int List(TemplateLibrary library, TextWriter output)
    {
        int width = library.Templates.Max(t => t.Id.Length);
        foreach (Template template in library.Templates) output.WriteLine($"{template.Id.PadRight(width)}  {template.Version}  {template.Description ?? template.Name}");
        return 0;
    }

    private static int Show(Template template, TextWriter output)
    {
        output.WriteLine($"{template.Id} {template.Version}: {template.Name} (makes a rule of kind {template.Kind}, proves itself with {template.Tests} timeline(s))");
        if (template.Description is not null) output.WriteLine(template.Description);
        foreach (TemplateInput input in template.Inputs)
        {
            output.WriteLine($"  {input.Name}: {Wanted(input)}{(input.HasDefault ? ", has a default" : input.Optional ? ", optional" : "")}{(input.Title is null ? "" : $". {input.Title}")}");
        }

        return 0;
    }

    private static string Wanted(TemplateInput input)
    {
        if (input.Type != InputType.Resource) return input.Words.IsEmpty ? Hub.Payloads.Camel(input.Type.ToString()) : string.Join(" | ", input.Words);
        string kinds = string.Join(" or ", input.Kinds);
        return (input.Many ? FormattableString.Invariant($"up to {input.Max} of kind ") : "a ") + kinds + (input.Capability is null ? "" : $" with {input.Capability}");
    }

    private static int New(TemplateLibrary library, Template template, string? id, string[] sets, string? siteFile, TextWriter output)
    {
        string document = TemplateInstance.Write(template, id ?? template.Id, template.Name, sets.Select(set => Input(template, set)));
        output.WriteLine(document);
        if (siteFile is null) return 0;
        SiteReading reading = SiteFiles.Read(siteFile);
        IEnumerable<Finding> findings = reading.Site is { } site ? RuleSetReader.Read([new SourceFile("instance", Encoding.UTF8.GetBytes(document))], site, library).Findings : reading.Findings;
        Finding[] all = [.. findings];
        FindingPrinter.Print(all, json: false, output);
        return all.Length == 0 ? 0 : 1;
    }

    private static KeyValuePair<string, string> Input(Template template, string set)
    {
        int equals = set.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1) throw new StartRefusedException($"--set {set}: write input=value");
        string name = set[..equals];
        return template.Inputs.Any(i => i.Name == name)
            ? KeyValuePair.Create(name, set[(equals + 1)..])
            : throw new StartRefusedException($"--set {set}: the template has no input '{name}'; its inputs are {string.Join(", ", template.Inputs.Select(i => i.Name))}");
    }
}
