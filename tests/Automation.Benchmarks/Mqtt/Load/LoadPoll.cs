using System.Runtime.InteropServices;

namespace Automation.Benchmarks.Mqtt.Load;

/// <summary>Waits until one of some connections can be read or written: one thread drives them all, so that the generator takes one core and no more.</summary>
/// <remarks>Linux only. <c>ppoll</c> rather than <c>Socket.Select</c>: no lists to build, and a time-out finer than a millisecond.</remarks>
internal sealed class LoadPoll
{
    private const short Readable = 1;
    private const short Writable = 4;

    private PollFd[] _entries = new PollFd[16];

    /// <summary>Waits up to <paramref name="timeout"/>, then reads and writes what is ready. Closed connections are passed over, stalled ones are not read.</summary>
    public void Wait(List<LoadClient> clients, TimeSpan timeout)
    {
        if (_entries.Length < clients.Count) _entries = new PollFd[clients.Count * 2];
        for (int i = 0; i < clients.Count; i++)
        {
            LoadClient client = clients[i];
            int events = (client.Stalled ? 0 : Readable) | (client.OutgoingBytes > 0 ? Writable : 0);
            // A negative descriptor is passed over by the kernel.
            _entries[i] = new PollFd { Descriptor = client.IsOpen && events != 0 ? client.Descriptor : -1, Events = (short)events };
        }

        var wait = new TimeSpec { Seconds = timeout.Ticks / TimeSpan.TicksPerSecond, Nanoseconds = timeout.Ticks % TimeSpan.TicksPerSecond * 100 };
        if (Poll(_entries, (nuint)clients.Count, in wait, 0) <= 0) return;
        for (int i = 0; i < clients.Count; i++)
        {
            int ready = _entries[i].Ready;
            if (ready == 0) continue;
            if ((ready & Writable) != 0) clients[i].Flush();
            if ((ready & ~Writable) != 0) clients[i].Receive();
        }
    }

    [DllImport("libc", EntryPoint = "ppoll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Poll([In, Out] PollFd[] entries, nuint count, in TimeSpec timeout, nint signals);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollFd
    {
        public int Descriptor;
        public short Events;
        public short Ready;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
