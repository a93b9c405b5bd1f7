using System.Threading.Channels;
using Automation.Core.Engine;
using Automation.Host.Composition;

namespace Automation.Host.Cli;

/// <summary>A replay file as inputs. Reading and parsing run ahead of the engine on another thread, a few batches at most.</summary>
internal static class ReplayFile
{
    private const int BatchSize = 4096;
    private const int BatchesAhead = 4;
    private const int BlockBytes = 1 << 20;

    /// <summary>Batches of inputs, numbered from 1 in the order of the file.</summary>
    /// <exception cref="StartRefusedException">The file cannot be read, or a line is wrong; thrown after the inputs before it.</exception>
    public static IEnumerable<ArraySegment<EngineInput>> Read(string path)
    {
        var channel = Channel.CreateBounded<ArraySegment<EngineInput>>(new BoundedChannelOptions(BatchesAhead) { SingleReader = true, SingleWriter = true });
        var stop = new CancellationTokenSource();
        Task reading = Task.Run(() => ProduceAsync(path, channel.Writer, stop.Token));
        try
        {
            while (channel.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
            {
                while (channel.Reader.TryRead(out ArraySegment<EngineInput> batch)) yield return batch;
            }

            reading.GetAwaiter().GetResult();
        }
        finally
        {
            // The one who plays may stop early.
            stop.Cancel();
            while (channel.Reader.TryRead(out _))
            {
            }

            ((IAsyncResult)reading).AsyncWaitHandle.WaitOne();
            stop.Dispose();
        }
    }

    private static async Task ProduceAsync(string path, ChannelWriter<ArraySegment<EngineInput>> writer, CancellationToken cancellationToken)
    {
        try
        {
            await ParseAsync(path, writer, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The one who plays has what it wanted.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"{path}: cannot be read: {e.Message}");
        }
        finally
        {
            writer.TryComplete();
        }
    }

    private static async Task ParseAsync(string path, ChannelWriter<ArraySegment<EngineInput>> writer, CancellationToken cancellationToken)
    {
        var lines = new ReplayInput();
        var batch = new EngineInput[BatchSize];
        int count = 0;
        long sequence = 0;
        int number = 0;
        string? problem = null;
        byte[] block = new byte[BlockBytes + ReplayInput.MaximumLength];
        int kept = 0;
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        bool end = false;
        bool first = true;
        while (!end && problem is null)
        {
            int got = await file.ReadAsync(block.AsMemory(kept), cancellationToken);
            end = got == 0;
            int length = kept + got;
            int start = first && block.AsSpan(0, length).StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? 3 : 0;
            first = false;
            while (problem is null)
            {
                int feed = block.AsSpan(start, length - start).IndexOf((byte)'\n');
                if (feed < 0 && !(end && start < length) && length - start <= ReplayInput.MaximumLength) break;
                ReadOnlyMemory<byte> line = feed < 0 ? block.AsMemory(start, length - start) : block.AsMemory(start, feed);
                start = feed < 0 ? length : start + feed + 1;
                number++;
                if (!TryTake(lines, line.Span, sequence, number, path, ref batch[count], out bool empty, out problem) || empty) continue;
                sequence++;
                if (++count < batch.Length) continue;
                await writer.WriteAsync(new(batch, 0, count), cancellationToken);
                batch = new EngineInput[BatchSize];
                count = 0;
            }

            kept = length - start;
            block.AsSpan(start, kept).CopyTo(block);
        }

        if (count > 0) await writer.WriteAsync(new(batch, 0, count), cancellationToken);
        if (problem is not null) throw new StartRefusedException(problem);
    }

    private static bool TryTake(ReplayInput lines, ReadOnlySpan<byte> line, long sequence, int number, string path, ref EngineInput input, out bool empty, out string? problem)
    {
        problem = null;
        line = line.Trim(" \t\r"u8);
        empty = line.IsEmpty;
        if (empty || lines.TryRead(line, sequence + 1, out input, out string? wrong)) return true;
        problem = $"{path}:{number}: {wrong}";
        return false;
    }
}
