namespace Automation.Host.Hub.Requests;

/// <summary>Answers one request: now, or null when <paramref name="later"/> is called with the answer.</summary>
/// <param name="arguments">What the request says; everything the verb takes must be read before <see cref="RequestArguments.Error"/> is looked at.</param>
/// <param name="later">At most once, on any thread.</param>
internal delegate ValueTask<Answer?> AnswerRequest(RequestArguments arguments, Func<Answer, Task> later, CancellationToken cancellationToken);

/// <summary>Something that can be asked for.</summary>
/// <param name="Name">The levels behind <c>request/</c>, e.g. <c>rules/list</c>.</param>
internal sealed record RequestVerb(string Name, AnswerRequest Answer)
{
    /// <summary>It changes nothing and is nobody's deed: the operation log leaves it out.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>A verb that answers at once.</summary>
    public static RequestVerb Now(string name, Func<RequestArguments, Answer> answer) => new(name, (arguments, _, _) => ValueTask.FromResult<Answer?>(answer(arguments)));

    /// <summary>A verb that has to ask somebody first.</summary>
    public static RequestVerb Asking(string name, Func<RequestArguments, CancellationToken, Task<Answer>> answer) => new(name, async (arguments, _, token) => await answer(arguments, token));
}
