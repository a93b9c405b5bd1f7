namespace Automation.Isapi.Http;

/// <summary>Asks a device for documents it may not have, one after the other, and stops when the device is gone: 403, 404, 400 and 500 are how devices say "not here" (isapi.md 1.1).</summary>
/// <param name="maxRequests">Questions in all.</param>
/// <param name="maxUnanswered">Questions in a row without an answer after which the device counts as gone.</param>
/// <param name="note">Told what was not answered, one sentence each.</param>
internal sealed class DeviceQuestions(DeviceCalls calls, int maxRequests, int maxUnanswered, Action<string> note)
{
    private int _asked;
    private int _unanswered;

    /// <summary>True once the device has stopped answering; nothing more is asked then.</summary>
    public bool IsOver { get; private set; }

    /// <summary>The answer, or null when the device has nothing there.</summary>
    public async Task<DeviceAnswer?> AskAsync(HttpMethod method, string path, DeviceContent? content, CancellationToken cancellationToken)
    {
        if (IsOver) return null;
        if (++_asked > maxRequests)
        {
            End($"More than {maxRequests} questions would be needed; the rest was not asked.");
            return null;
        }

        DeviceAnswer answer = await calls.CallAsync(method, path, content, cancellationToken).ConfigureAwait(false);
        switch (answer.Failure)
        {
            case CallFailure.None:
                _unanswered = 0;
                return answer.IsSuccess ? answer : null;
            case CallFailure.LoginRefused:
                End($"The device stopped accepting the login at {path}: {answer.Detail}.");
                return null;
            default:
                note($"{path} was not answered: {answer.Detail}.");
                if (answer.Failure != CallFailure.TooLarge && ++_unanswered >= maxUnanswered) End("The device stopped answering; the rest was not asked.");
                return null;
        }
    }

    private void End(string why)
    {
        IsOver = true;
        note(why);
    }
}
