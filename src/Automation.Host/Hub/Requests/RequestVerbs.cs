using System.Collections.Frozen;

namespace Automation.Host.Hub.Requests;

/// <summary>Everything that can be asked of the plugin, by verb.</summary>
internal sealed class RequestVerbs(IEnumerable<RequestVerb> verbs)
{
    private readonly FrozenDictionary<string, RequestVerb> _verbs = verbs.ToFrozenDictionary(v => v.Name, StringComparer.Ordinal);

    public IEnumerable<string> Names => _verbs.Keys.Order(StringComparer.Ordinal);

    /// <summary>Whether it changes nothing; so does what is not known.</summary>
    public bool IsReadOnly(string verb) => !_verbs.TryGetValue(verb, out RequestVerb? found) || found.ReadOnly;

    public async ValueTask<Answer?> AnswerAsync(string verb, RequestArguments arguments, Func<Answer, Task> later, CancellationToken cancellationToken)
    {
        if (!_verbs.TryGetValue(verb, out RequestVerb? found)) return Answer.Wrong($"'{RequestArguments.Cut(verb)}' is not something to ask for: there are {string.Join(", ", Names)}");
        return await found.Answer(arguments, later, cancellationToken);
    }
}
