using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace Automation.Mqtt.Broker.Polling;

/// <summary>
/// A thread that waits for many sockets and carries on with whichever is ready, on that very thread: read, understood, routed and
/// sent without a change of threads. So nothing that runs here may wait for a disk, a lock held for long, or a costly computation.
/// </summary>
internal sealed class Poller : IAsyncDisposable
{
    private const int EntriesAtOnce = 128;
    private const long BellNumber = 0;

    private readonly SafeFileHandle _set = LinuxCalls.CreateSet();
    private readonly SafeFileHandle _bell = LinuxCalls.CreateBell();
    private readonly ConcurrentDictionary<long, PolledChannel> _channels = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously); // Its owner may be waiting on this very thread.
    private readonly BrokerLog _log;
    private long _lastNumber = BellNumber;

    public Poller(string name, BrokerLog log)
    {
        _log = log;
        LinuxCalls.Watch(_set, _bell, PollEvents.Readable, BellNumber);
        new Thread(Run) { Name = name, IsBackground = true }.Start();
    }

    /// <summary>From now on the channel hears of its socket. Answers the number to <see cref="Remove"/> it by. Any thread.</summary>
    public long Add(PolledChannel channel, SafeSocketHandle socket)
    {
        long number = Interlocked.Increment(ref _lastNumber);
        _channels.TryAdd(number, channel);
        try
        {
            LinuxCalls.Watch(_set, socket, PollEvents.Readable | PollEvents.Writable | PollEvents.PeerFinished | PollEvents.OnEdge, number);
            return number;
        }
        catch (IOException)
        {
            Remove(number);
            throw;
        }
    }

    /// <summary>The kernel forgets a socket when it is closed; this forgets the channel. Any thread.</summary>
    public void Remove(long number) => _channels.TryRemove(number, out _);

    /// <summary>Ends the thread, after its channels have ended.</summary>
    public async ValueTask DisposeAsync()
    {
        LinuxCalls.Ring(_bell);
        await _ended.Task.ConfigureAwait(false);
        _set.Dispose();
        _bell.Dispose();
    }

    private void Run()
    {
        try
        {
            Span<byte> entries = stackalloc byte[EntriesAtOnce * LinuxCalls.EventBytes];
            while (Serve(entries))
            {
                // Until the bell rings.
            }

            _ended.SetResult();
        }
        catch (Exception e) // The kernel refuses to wait: its connections cannot be served any more.
        {
            _log.PollingFailed(e);
            foreach (PolledChannel channel in _channels.Values) channel.Abort();
            _ended.SetResult();
        }
    }

    private bool Serve(Span<byte> entries)
    {
        bool goesOn = true;
        int count = LinuxCalls.Wait(_set, entries);
        for (int i = 0; i < count; i++)
        {
            (PollEvents events, long number) = LinuxCalls.Entry(entries, i);
            if (number == BellNumber) goesOn = false;
            else if (_channels.TryGetValue(number, out PolledChannel? channel)) channel.OnReady(events);
        }

        return goesOn;
    }
}
