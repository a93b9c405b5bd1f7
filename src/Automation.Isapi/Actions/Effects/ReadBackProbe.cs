using Automation.Core.Model;
using Automation.Isapi.Documents;
using Automation.Isapi.Http;

namespace Automation.Isapi.Actions.Effects;

/// <summary>An effect that shows in a document of the device, read again.</summary>
/// <param name="path">Where the document is.</param>
/// <param name="checks">What is compared: its name for people, what it is to be, and how it is read.</param>
internal sealed class ReadBackProbe(ActionCall call, string path, params (string Name, string Expected, Func<DeviceElement, string?> Read)[] checks) : IEffectProbe
{
    private Sight _sight = new(SightKind.Unclear);

    public ReadBackProbe(ActionCall call, string path, Setting[] settings)
        : this(call, path, [.. settings.Select(s => (s.Path[^1], s.Value, (Func<DeviceElement, string?>)(d => TextAt(d, s.Path))))])
    {
    }

    public ReadBackProbe(ActionCall call, string path, string name, string expected, Func<DeviceElement, string?> read)
        : this(call, path, (name, expected, read))
    {
    }

    public Action? Pushed { get; set; }

    public Sight this[int target] => _sight;

    public async Task LookAsync(CancellationToken cancellationToken)
    {
        DeviceAnswer answer = await call.Calls.GetAsync(path, cancellationToken).ConfigureAwait(false);
        _sight = answer is { IsSuccess: true, Document: { } document } ? Compare(document) : new Sight(SightKind.Unclear);
    }

    private Sight Compare(DeviceElement document)
    {
        foreach ((string name, string expected, Func<DeviceElement, string?> read) in checks)
        {
            if (read(document) is not { } text) return new Sight(SightKind.Unclear);
            if (!IsSame(text, expected)) return new Sight(SightKind.NotYet, $"{name} is {(text.Length == 0 ? "empty" : text.Length <= 200 ? text : text[..200])}");
        }

        return new Sight(SightKind.Seen);
    }

    private static bool IsSame(string text, string expected) =>
        string.Equals(text, expected, StringComparison.OrdinalIgnoreCase) || (expected is "true" or "false" && text == (expected == "true" ? "1" : "0"));

    private static string? TextAt(DeviceElement document, string[] path)
    {
        DeviceElement? at = document;
        foreach (string name in path) at = at?.Child(name);
        return at?.Text.Trim();
    }

    public Task<string?> ExplainAsync(int target, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    public void Dispose()
    {
        // Nothing is held.
    }
}
