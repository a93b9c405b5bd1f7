using Automation.Isapi.Documents;
using Automation.Isapi.Http;

namespace Automation.Isapi.Actions;

/// <summary>What a device's doors can be told, read once from its capabilities: controllers differ (isapi.md 1.3). Used by one action at a time.</summary>
internal sealed class DoorCommands(DeviceCalls calls)
{
    private string[]? _offered;
    private bool _asked;

    /// <summary>The commands the device offers; null when it does not tell.</summary>
    public async Task<IReadOnlyList<string>?> OfferedAsync(CancellationToken cancellationToken)
    {
        if (_asked) return _offered;
        DeviceAnswer answer = await calls.GetAsync("/AccessControl/RemoteControl/door/capabilities", cancellationToken).ConfigureAwait(false);
        // A device that did not answer is asked again the next time.
        if (answer.Failure != CallFailure.None) return null;
        _asked = true;
        string? words = answer.IsSuccess ? XmlEdit.TryRead(answer.Body.Span)?.Attribute("opt", "cmd") : null;
        string[] offered = [.. (words ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];
        return _offered = offered.Length > 0 ? offered : null;
    }

    /// <summary>The device came back, perhaps with other firmware.</summary>
    public void Forget() => _asked = false;
}
