using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Automation.Mqtt.Broker.Polling;

/// <summary>The few calls of Linux that wait for many sockets at once and never for one. Failures are <see cref="IOException"/>.</summary>
internal static class LinuxCalls
{
    /// <summary>It would have to wait.</summary>
    public const int WouldBlock = -1;

    private const int CloseOnExec = 0x80000; // O_CLOEXEC, the same number for epoll and eventfd.
    private const int DontWait = 0x40;
    private const int NoSignal = 0x4000;
    private const int AddToSet = 1;
    private const int ErrorInterrupted = 4;
    private const int ErrorAgain = 11;

    /// <summary>The kernel packs <c>struct epoll_event</c> on x86 and nowhere else: events (4 bytes), [padding (4),] data (8).</summary>
    public static int EventBytes { get; } = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86 ? 12 : 16;

    public static SafeFileHandle CreateSet() => Opened(EpollCreate(CloseOnExec));

    /// <summary>A counter that can be waited for like a socket.</summary>
    public static SafeFileHandle CreateBell() => Opened(EventCounter(0, CloseOnExec));

    public static void Ring(SafeFileHandle bell)
    {
        ulong one = 1;
        Check(WriteCounter(bell, ref one, sizeof(ulong)) == sizeof(ulong) ? 0 : -1);
    }

    /// <summary>From now on the set reports, with this number, when one of the events begins.</summary>
    public static void Watch(SafeFileHandle set, SafeHandle descriptor, PollEvents events, long number)
    {
        Span<byte> entry = stackalloc byte[EventBytes];
        uint wanted = (uint)events;
        MemoryMarshal.Write(entry, in wanted);
        MemoryMarshal.Write(entry[(EventBytes - sizeof(long))..], in number);
        Check(EpollControl(set, AddToSet, descriptor, ref MemoryMarshal.GetReference(entry)));
    }

    /// <summary>Waits for as long as it takes; answers how many entries were filled.</summary>
    public static int Wait(SafeFileHandle set, Span<byte> entries)
    {
        while (true)
        {
            int count = EpollWait(set, ref MemoryMarshal.GetReference(entries), entries.Length / EventBytes, Timeout.Infinite);
            if (count >= 0) return count;
            if (Marshal.GetLastPInvokeError() != ErrorInterrupted) throw Failure();
        }
    }

    public static (PollEvents Events, long Number) Entry(ReadOnlySpan<byte> entries, int index)
    {
        ReadOnlySpan<byte> entry = entries.Slice(index * EventBytes, EventBytes);
        return ((PollEvents)MemoryMarshal.Read<uint>(entry), MemoryMarshal.Read<long>(entry[(EventBytes - sizeof(long))..]));
    }

    /// <returns>How many bytes came, 0 when the peer has closed, or <see cref="WouldBlock"/>.</returns>
    public static int Receive(SafeSocketHandle socket, Span<byte> buffer)
    {
        while (true)
        {
            nint count = Receive(socket, ref MemoryMarshal.GetReference(buffer), (nuint)buffer.Length, DontWait);
            if (count >= 0) return (int)count;
            if (IsTooEarly()) return WouldBlock;
        }
    }

    /// <returns>How many bytes were taken, or <see cref="WouldBlock"/>.</returns>
    public static int Send(SafeSocketHandle socket, ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            nint count = Send(socket, ref MemoryMarshal.GetReference(bytes), (nuint)bytes.Length, DontWait | NoSignal);
            if (count >= 0) return (int)count;
            if (IsTooEarly()) return WouldBlock;
        }
    }

    /// <returns>False: interrupted, so again.</returns>
    private static bool IsTooEarly() => Marshal.GetLastPInvokeError() switch
    {
        ErrorAgain => true,
        ErrorInterrupted => false,
        _ => throw Failure(),
    };

    private static SafeFileHandle Opened(int descriptor)
    {
        Check(descriptor);
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private static void Check(int result)
    {
        if (result < 0) throw Failure();
    }

    private static IOException Failure() => new(Marshal.GetLastPInvokeErrorMessage());

    [DllImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int EpollCreate(int flags);

    [DllImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int EpollControl(SafeFileHandle set, int operation, SafeHandle descriptor, ref byte entry);

    [DllImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int EpollWait(SafeFileHandle set, ref byte entries, int count, int milliseconds);

    [DllImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int EventCounter(uint start, int flags);

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint WriteCounter(SafeFileHandle counter, ref ulong value, nuint bytes);

    [DllImport("libc", EntryPoint = "recv", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Receive(SafeSocketHandle socket, ref byte buffer, nuint bytes, int flags);

    [DllImport("libc", EntryPoint = "send", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint Send(SafeSocketHandle socket, ref byte bytes, nuint count, int flags);
}

/// <summary>What begins at a socket: EPOLLIN, EPOLLOUT and so on.</summary>
[Flags]
internal enum PollEvents : uint
{
    Readable = 0x1,
    Writable = 0x4,
    Failed = 0x8,
    HungUp = 0x10,
    PeerFinished = 0x2000,

    /// <summary>Told once when it begins, not for as long as it lasts.</summary>
    OnEdge = 0x8000_0000,
}
