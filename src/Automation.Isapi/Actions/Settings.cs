using Automation.Core.Model;
using Automation.Isapi.Actions.Effects;
using Automation.Isapi.Documents;
using Automation.Isapi.Http;

namespace Automation.Isapi.Actions;

/// <summary>One node of a settings document, and what it is to be.</summary>
/// <param name="Path">Local names below the root.</param>
internal sealed record Setting(string Value, params string[] Path);

/// <summary>Actions that change a settings document: read, change, put the whole back, read again (isapi.md §1).</summary>
internal static class Settings
{
    /// <param name="paths">Where the document may be; the first that the device has.</param>
    public static async Task<ActionResult> SetAsync(ActionCall call, IReadOnlyList<string> paths, IReadOnlyList<Setting> settings, CancellationToken cancellationToken)
    {
        paths = [.. paths.SelectMany(call.Forms)];
        (DeviceAnswer answer, int form) = await ModifyAsync(call, paths, x => settings.All(s => x.Set(s.Value, s.Path)), cancellationToken).ConfigureAwait(false);
        return ActionResult.Of(answer, () => new ReadBackProbe(call, paths[form], [.. settings]));
    }

    public static Task<(DeviceAnswer Answer, int Form)> ModifyAsync(ActionCall call, IReadOnlyList<string> paths, Func<XmlEdit, bool> change, CancellationToken cancellationToken) =>
        Answers.FirstThatIsThereAsync([.. paths.Select(p => (Func<Task<DeviceAnswer>>)(() => call.Calls.ModifyAsync(p, change, cancellationToken)))]);
}
