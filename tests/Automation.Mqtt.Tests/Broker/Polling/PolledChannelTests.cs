using System.Net;
using System.Net.Sockets;
using Automation.Mqtt.Broker;
using Automation.Mqtt.Broker.Polling;
using Automation.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Automation.Mqtt.Tests.Broker.Polling;

/// <summary>The broker's own way to many sockets, against a peer on the runtime's.</summary>
public sealed class PolledChannelTests : IAsyncLifetime
{
    private const string ThreadName = "poller of a test";

    private Poller _poller = null!;
    private Socket _ours = null!;
    private Socket _peer = null!;
    private PolledChannel _channel = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "epoll is Linux's");
        _poller = new Poller(ThreadName, new BrokerLog(NullLogger.Instance));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _peer = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await _peer.ConnectAsync(listener.LocalEndpoint);
        _ours = await listener.AcceptSocketAsync();
        _ours.NoDelay = true;
        _channel = new PolledChannel(_ours, _poller);
    }

    public async ValueTask DisposeAsync()
    {
        _channel?.Abort();
        _peer?.Dispose();
        if (_poller is not null) await Until.Done(_poller.DisposeAsync().AsTask());
    }

    [Fact]
    public async Task Receive_BytesThatComeLater_GoesOnOnThePollersThread()
    {
        var buffer = new byte[16];
        async Task<(int Count, string? Thread)> ReceiveAsync()
        {
            int count = await _channel.ReceiveAsync(buffer, CancellationToken.None).ConfigureAwait(false);
            return (count, Thread.CurrentThread.Name);
        }

        Task<(int, string?)> receiving = ReceiveAsync();
        Assert.False(receiving.IsCompleted);
        _peer.Send("abc"u8);
        Assert.Equal((3, ThreadName), await Until.Done(receiving));
        Assert.Equal("abc"u8, buffer.AsSpan(0, 3));
    }

    [Fact]
    public async Task Receive_LastBytesAndTheEndTogether_GivesBoth()
    {
        _peer.Send("last"u8);
        _peer.Shutdown(SocketShutdown.Send);
        await Until.True(() => _channel.AvailableBytes == 4);
        Assert.Equal(4, await ReceiveAsync(new byte[16]));
        Assert.Equal(0, await ReceiveAsync(new byte[16]));
    }

    [Fact]
    public async Task Receive_ParkedWhenThePeerFinishes_GivesTheEnd()
    {
        Task<int> receiving = ReceiveAsync(new byte[16]);
        _peer.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await receiving);
        Assert.Equal(0, await ReceiveAsync(new byte[16]));
    }

    [Fact]
    public async Task Receive_ParkedWhenThePeerResets_Fails()
    {
        Task<int> receiving = ReceiveAsync(new byte[16]);
        _peer.LingerState = new LingerOption(true, 0);
        _peer.Dispose();
        await Assert.ThrowsAsync<IOException>(() => receiving);
    }

    [Fact]
    public async Task Receive_Cancelled_FailsAndLosesNothing()
    {
        using var first = new CancellationTokenSource();
        Task<int> cancelled = ReceiveAsync(new byte[16], first.Token);
        await first.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => cancelled);
        await Assert.ThrowsAsync<OperationCanceledException>(() => ReceiveAsync(new byte[16], first.Token));

        Task<int> next = ReceiveAsync(new byte[16]);
        _peer.Send("x"u8);
        Assert.Equal(1, await next);
    }

    [Fact]
    public async Task Abort_WithBothDirectionsParked_FailsBoth()
    {
        Task<int> receiving = ReceiveAsync(new byte[16]);
        Task sending = _channel.SendAsync(new byte[32 * 1024 * 1024], CancellationToken.None).AsTask();
        Assert.False(sending.IsCompleted);
        _channel.Abort();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => receiving);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Until.Done(sending));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => ReceiveAsync(new byte[16]));
    }

    [Fact]
    public async Task Send_ToAPeerThatIsGone_Fails()
    {
        _peer.LingerState = new LingerOption(true, 0);
        _peer.Dispose();
        await Assert.ThrowsAsync<IOException>(async () =>
        {
            while (true) await Until.Done(_channel.SendAsync(new byte[1024 * 1024], CancellationToken.None).AsTask());
        });
    }

    /// <summary>Pieces of any size, both ways at once, through small socket buffers: every way of parking and of finding it done meanwhile.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task BothDirections_InPiecesOfAnySize_ArriveWholeAndInOrder(int seed)
    {
        const int Bytes = 1024 * 1024;
        _ours.SendBufferSize = 32 * 1024;
        byte[] there = new byte[Bytes];
        byte[] back = new byte[Bytes];
        new Random(seed).NextBytes(there);
        new Random(seed + 100).NextBytes(back);
        var peer = new NetworkStream(_peer);
        Task<byte[]> atPeer = CollectAsync((buffer, _) => peer.ReadAsync(buffer, CancellationToken.None), new Random(seed + 1), Bytes);
        Task<byte[]> atOurs = CollectAsync(_channel.ReceiveAsync, new Random(seed + 2), Bytes);
        Task fromPeer = SendInPiecesAsync(peer.WriteAsync, back, new Random(seed + 3));
        Task fromOurs = SendInPiecesAsync(_channel.SendAsync, there, new Random(seed + 4));
        await Until.Done(Task.WhenAll(atPeer, atOurs, fromPeer, fromOurs));
        Assert.True((await atPeer).AsSpan().SequenceEqual(there), $"seed {seed}");
        Assert.True((await atOurs).AsSpan().SequenceEqual(back), $"seed {seed}");
    }

    /// <summary>Cancelling races with arriving: a receive ends one way or the other, and no byte is lost between two.</summary>
    [Fact]
    public async Task Receive_CancelledWhileBytesArrive_EndsOneWayOrTheOther()
    {
        var random = new Random(5);
        byte expected = 0;
        byte sent = 0;
        for (int i = 0; i < 3_000; i++)
        {
            using var cancel = new CancellationTokenSource();
            var buffer = new byte[1];
            Task<int> receiving = ReceiveAsync(buffer, cancel.Token);
            Task cancelling = Task.Run(cancel.Cancel);
            if (expected == sent && random.Next(2) == 0) _peer.Send([unchecked(sent++)]);
            try
            {
                Assert.Equal(1, await receiving);
                Assert.Equal(unchecked(expected++), buffer[0]);
            }
            catch (OperationCanceledException)
            {
                // The byte, if one was sent, comes with a later receive.
            }

            await cancelling;
        }

        while (expected != sent)
        {
            var buffer = new byte[1];
            Assert.Equal(1, await ReceiveAsync(buffer));
            Assert.Equal(unchecked(expected++), buffer[0]);
        }
    }

    private Task<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Until.Done(Receive(buffer, cancellationToken));

    private async Task<int> Receive(Memory<byte> buffer, CancellationToken cancellationToken) => await _channel.ReceiveAsync(buffer, cancellationToken);

    private static async Task<byte[]> CollectAsync(Func<Memory<byte>, CancellationToken, ValueTask<int>> receive, Random random, int bytes)
    {
        var got = new byte[bytes];
        int count = 0;
        while (count < bytes)
        {
            int most = Math.Min(random.Next(1, random.Next(2) == 0 ? 64 : 40_000), bytes - count);
            int received = await receive(got.AsMemory(count, most), CancellationToken.None);
            Assert.InRange(received, 1, most);
            count += received;
        }

        return got;
    }

    private static async Task SendInPiecesAsync(Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> send, byte[] bytes, Random random)
    {
        for (int at = 0; at < bytes.Length;)
        {
            int count = Math.Min(random.Next(1, random.Next(2) == 0 ? 64 : 100_000), bytes.Length - at);
            await send(bytes.AsMemory(at, count), CancellationToken.None);
            at += count;
        }
    }
}
