using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Automation.Core.Model;
using Automation.Core.Rules;

namespace Automation.Host.Composition;

/// <summary>
/// Changes rule files for who may: a document is checked together with all others before anything is written, and a file is replaced whole or not at all.
/// Files stay their author's: only the document's own text changes.
/// </summary>
/// <param name="site">As it is now.</param>
/// <param name="reload">Looks at the files now instead of at the next time.</param>
internal sealed class RuleFolder(Func<Site> site, IReadOnlyList<string> paths, TemplateLibrary templates, Func<CancellationToken, Task<bool>> reload) : IDisposable
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One change at a time, so that each is checked against what the one before left.</summary>
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>The document of a rule as its author wrote it, and the file it stands in; null when there is none.</summary>
    public (string File, ReadOnlyMemory<byte> Text)? Find(string rule)
    {
        foreach (SourceFile file in RuleDirectory.ReadFiles(paths))
        {
            if (RuleFileEditor.Find(file, rule) is { } text) return (file.Path, text);
        }

        return null;
    }

    /// <summary>What is wrong with a document beside the rules there are; a rule of the same id counts as replaced.</summary>
    public ImmutableArray<Finding> Check(string rule, JsonElement document) => Check(With(rule, document));

    /// <summary>The rules as they would be with the document.</summary>
    public RuleSetReading Preview(string rule, JsonElement document) => RuleDirectory.Check(With(rule, document), site(), templates);

    /// <summary>Writes a rule: in the place of the one with its id, or into a file of its own. Nothing is written when there are errors.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public Task<ImmutableArray<Finding>> PutAsync(string rule, JsonElement document, CancellationToken cancellationToken) => PutAsync([(rule, document)], cancellationToken);

    /// <summary>Writes several rules, checked together: nothing is written when one of them has an error.</summary>
    /// <exception cref="IOException">A file cannot be written; those before it are.</exception>
    public async Task<ImmutableArray<Finding>> PutAsync(IReadOnlyList<(string Rule, JsonElement Document)> rules, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            List<SourceFile> files = [.. RuleDirectory.ReadFiles(paths)];
            HashSet<string> changed = [.. rules.Select(r => Apply(files, r.Rule, r.Document))];
            ImmutableArray<Finding> findings = Check(files);
            if (findings.Any(f => f.Severity == FindingSeverity.Error)) return findings;
            foreach (SourceFile file in files.Where(f => changed.Contains(f.Path))) await ReplaceAsync(file.Path, file.Utf8, cancellationToken);
            await reload(cancellationToken);
            return findings;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Changes a number of a rule in its file. Nothing is written when the rule would be wrong with it. Null: there is no such rule.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public async Task<ImmutableArray<Finding>?> SetAsync(string rule, RuleSetting setting, double value, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            List<SourceFile> files = [.. RuleDirectory.ReadFiles(paths)];
            int at = files.FindIndex(f => RuleFileEditor.Find(f, rule) is not null);
            if (at < 0) return null;
            files[at] = new SourceFile(files[at].Path, RuleFileEditor.Set(files[at], rule, setting, value));
            ImmutableArray<Finding> findings = Check(files);
            if (findings.Any(f => f.Severity == FindingSeverity.Error)) return findings;
            await ReplaceAsync(files[at].Path, files[at].Utf8, cancellationToken);
            await reload(cancellationToken);
            return findings;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Takes a rule out of its file, or the file away when it holds nothing else. Null: there is no such rule.</summary>
    /// <returns>What would be wrong without it, e.g. that another rule names it; then it stays.</returns>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public async Task<ImmutableArray<Finding>?> DeleteAsync(string rule, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            List<SourceFile> files = [.. RuleDirectory.ReadFiles(paths)];
            int at = files.FindIndex(f => RuleFileEditor.Find(f, rule) is not null);
            if (at < 0) return null;
            string path = files[at].Path;
            byte[]? rest = RuleFileEditor.Remove(files[at], rule);
            if (rest is null) files.RemoveAt(at);
            else files[at] = new SourceFile(path, rest);
            ImmutableArray<Finding> findings = Check(files);
            if (findings.Any(f => f.Severity == FindingSeverity.Error)) return findings;
            if (rest is null) File.Delete(path);
            else await ReplaceAsync(path, rest, cancellationToken);
            await reload(cancellationToken);
            return findings;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>What would be wrong with the rules if the site were another one.</summary>
    public ImmutableArray<Finding> Check(Site other) => RuleDirectory.Check(RuleDirectory.ReadFiles(paths), other, templates).Findings;

    public void Dispose() => _turn.Dispose();

    private ImmutableArray<Finding> Check(List<SourceFile> files) => RuleDirectory.Check(files, site(), templates).Findings;

    private List<SourceFile> With(string rule, JsonElement document)
    {
        List<SourceFile> files = [.. RuleDirectory.ReadFiles(paths)];
        Apply(files, rule, document);
        return files;
    }

    /// <summary>Puts the document among the files; returns the path of the file that changed.</summary>
    private string Apply(List<SourceFile> files, string rule, JsonElement document)
    {
        byte[] written = Write(document);
        int at = files.FindIndex(f => RuleFileEditor.Find(f, rule) is not null);
        if (at >= 0)
        {
            files[at] = new SourceFile(files[at].Path, RuleFileEditor.Replace(files[at], rule, written));
            return files[at].Path;
        }

        string path = NewPath(files, rule);
        files.Add(new SourceFile(path, (byte[])[.. written, (byte)'\n']));
        return path;
    }

    /// <summary>A file of the rule's name in the first rules folder; never over a file that is there.</summary>
    private string NewPath(List<SourceFile> files, string rule)
    {
        string folder = paths.FirstOrDefault(Directory.Exists) ?? throw new IOException("the site has no rules folder that a new rule could be written to: name one in the configuration (sites, rules)");
        string name = ResourceAddress.IsSlug(rule) ? rule : "rule";
        string path = Path.Combine(folder, name + ".json");
        for (int i = 2; File.Exists(path) || files.Any(f => f.Path == path); i++) path = Path.Combine(folder, FormattableString.Invariant($"{name}-{i}.json"));
        return path;
    }

    private static byte[] Write(JsonElement document)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Indented)) document.WriteTo(writer);
        return buffer.ToArray();
    }

    /// <summary>The new text stands beside the old one until it is on disk whole.</summary>
    private static async Task ReplaceAsync(string path, ReadOnlyMemory<byte> text, CancellationToken cancellationToken)
    {
        string beside = path + ".new";
        await using (var stream = new FileStream(beside, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            await stream.WriteAsync(text, cancellationToken);
            stream.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
    }
}
