using System.Threading.Tasks.Sources;

namespace Automation.Mqtt.Broker.Polling;

/// <summary>
/// One direction of a polled socket. It is tried on the spot; when the socket cannot, it is parked until the poller sees an edge and
/// tries again. Who takes it out of <see cref="Parked"/> completes it: the poller, a cancellation, or the end of the channel.
/// </summary>
internal abstract class PolledOperation : IValueTaskSource<int>, IValueTaskSource
{
    private const int Idle = 0;

    /// <summary>An edge came since the last try began: parking would wait for one that has been.</summary>
    private const int Ready = 1;

    private const int Parked = 2;

    private ManualResetValueTaskSourceCore<int> _source;
    private CancellationToken _token;
    private CancellationTokenRegistration _registration;
    private int _state;
    private int _ended;

    protected short Version => _source.Version;

    /// <summary>On the poller's thread, which goes on with whatever waits for the operation.</summary>
    public void OnEdge()
    {
        if (Interlocked.Exchange(ref _state, Ready) != Parked) return;
        int result;
        try
        {
            do
            {
                result = TryOnce();
                if (result == LinuxCalls.WouldBlock && Park()) return;
            }
            while (result == LinuxCalls.WouldBlock);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            _source.SetException(e);
            return;
        }

        _source.SetResult(result);
    }

    /// <summary>The channel has ended. Any thread.</summary>
    public void End()
    {
        Volatile.Write(ref _ended, 1);
        TakeOut();
    }

    public int GetResult(short token) => _source.GetResult(token);

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    /// <summary>One call of the kernel, or some: the result, or <see cref="LinuxCalls.WouldBlock"/>.</summary>
    protected abstract int Try();

    /// <summary>Answers the result, or <see cref="LinuxCalls.WouldBlock"/>: then it is parked and completes later.</summary>
    /// <param name="isExhausted">The last try has shown that there is nothing to be had before the next edge.</param>
    protected int Start(bool isExhausted, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        bool isReset = false;
        bool wait = isExhausted && Volatile.Read(ref _state) == Idle;
        while (true)
        {
            int result = wait ? LinuxCalls.WouldBlock : TryOnce();
            if (result != LinuxCalls.WouldBlock) return result;
            if (!isReset) Prepare(cancellationToken);
            isReset = true;
            if (Park()) return result;
            wait = false;
        }
    }

    private int TryOnce()
    {
        // Before the call, and seen by the poller before it: an edge from here on is not overlooked.
        Interlocked.Exchange(ref _state, Idle);
        return Try();
    }

    private void Prepare(CancellationToken cancellationToken)
    {
        _source.Reset();
        if (cancellationToken == _token) return; // The same for all receives and all sends of a connection, but for its last.
        _registration.Unregister();
        _token = cancellationToken;
        _registration = cancellationToken.UnsafeRegister(static operation => ((PolledOperation)operation!).OnCancelled(), this);
    }

    /// <returns>False: an edge has come meanwhile.</returns>
    private bool Park()
    {
        if (Interlocked.CompareExchange(ref _state, Parked, Idle) != Idle) return false;

        // Whoever ended it a moment ago found nothing parked.
        if (_token.IsCancellationRequested || Volatile.Read(ref _ended) != 0) TakeOut();
        return true;
    }

    private void OnCancelled()
    {
        // A call for an earlier token may come late.
        if (_token.IsCancellationRequested) TakeOut();
    }

    private void TakeOut()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Parked) != Parked) return;

        // Elsewhere: whoever cancels may hold locks.
        ThreadPool.UnsafeQueueUserWorkItem(static operation => operation.Fail(), this, preferLocal: false);
    }

    private void Fail() =>
        _source.SetException(Volatile.Read(ref _ended) != 0 ? new ObjectDisposedException(nameof(PolledChannel)) : new OperationCanceledException(_token));
}
