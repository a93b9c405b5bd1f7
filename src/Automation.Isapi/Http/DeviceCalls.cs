using Automation.Isapi.Documents;

namespace Automation.Isapi.Http;

/// <summary>Calls to a device, one in flight at a time beside the event stream: panels become unreachable otherwise (isapi.md, quirk 14).</summary>
internal sealed class DeviceCalls(DeviceEndpoint endpoint) : IDisposable
{
    private readonly DeviceHttp _http = new(endpoint);
    private readonly SemaphoreSlim _slot = new(1, 1);
    private int _waiting;

    /// <summary>The device is of 003's time: it answers without prefix, and documents have the namespace of then.</summary>
    public bool IsBare => endpoint.IsBare;

    public Task<DeviceAnswer> GetAsync(string path, CancellationToken cancellationToken) => CallAsync(HttpMethod.Get, path, null, cancellationToken);

    public Task<DeviceAnswer> PutAsync(string path, DeviceContent? content, CancellationToken cancellationToken) => CallAsync(HttpMethod.Put, path, content, cancellationToken);

    /// <summary>Waits for its turn, calls, answers. Throws only when cancelled.</summary>
    public async Task<DeviceAnswer> CallAsync(HttpMethod method, string path, DeviceContent? content, CancellationToken cancellationToken, int? maxBytes = null)
    {
        if (Interlocked.Increment(ref _waiting) > endpoint.Limits.MaxWaitingCalls + 1)
        {
            Interlocked.Decrement(ref _waiting);
            return DeviceAnswer.Failed(CallFailure.QueueFull, "too many calls wait for the device");
        }

        try
        {
            await _slot.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await _http.CallAsync(method, path, content, maxBytes ?? endpoint.Limits.MaxAnswerBytes, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                _slot.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>Reads a document, changes it, and puts the whole back as it was read: namespace, version, order, unknown elements.</summary>
    /// <param name="change">Changes the document; false when it lacks what should change.</param>
    public async Task<DeviceAnswer> ModifyAsync(string path, Func<XmlEdit, bool> change, CancellationToken cancellationToken)
    {
        DeviceAnswer read = await GetAsync(path, cancellationToken).ConfigureAwait(false);
        if (!read.IsSuccess) return read;
        if (XmlEdit.TryRead(read.Body.Span) is not { } edit || !change(edit)) return read with { Status = 501, ContentType = null, Body = default };
        return await PutAsync(path, DeviceContent.Xml(edit.ToString()), cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _slot.Dispose();
}
