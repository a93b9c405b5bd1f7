using System.Buffers;
using System.IO.Pipelines;
using Automation.Mqtt.Codec;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Client;

/// <summary>One connection, from CONNECT to its end: reading, writing and keeping alive. What packets mean is the client's affair.</summary>
internal sealed class Link : IAsyncDisposable
{
    private readonly MqttClientOptions _options;
    private readonly TimeProvider _time;
    private readonly Stream _stream;
    private readonly PipeReader _input;
    private long _lastReceived;

    private Link(Stream stream, PipeReader input, MqttClientOptions options, ConnAckPacket connAck, TimeProvider time)
    {
        (_stream, _input, _options, _time, ConnAck) = (stream, input, options, time, connAck);
        Output = new OutputBuffer(options.Version, options.Limits.WriteBufferBytes, time);
        OpenedAt = time.GetTimestamp();
        _lastReceived = OpenedAt;
    }

    public ConnAckPacket ConnAck { get; }

    public OutputBuffer Output { get; }

    public long OpenedAt { get; }

    /// <summary>Topics by the alias this side gave them; they end with the connection (MQTT-3.3.2-7).</summary>
    public Dictionary<string, ushort> OutgoingAliases { get; } = [];

    /// <summary>Topics by the alias the server gave them; index 0 is not used.</summary>
    public string?[] IncomingAliases { get; private init; } = [];

    /// <exception cref="MqttClientException">Unreachable, refused, silent, or not MQTT.</exception>
    public static async Task<Link> OpenAsync(MqttClientOptions options, ConnectPacket connect, TimeProvider time, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.Limits.ConnectTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        Stream? stream = null;
        try
        {
            stream = await Transport.OpenAsync(options, both.Token).ConfigureAwait(false);
            var bytes = new ArrayBufferWriter<byte>(256);
            MqttWriter.Write(bytes, connect, options.Version);
            await stream.WriteAsync(bytes.WrittenMemory, both.Token).ConfigureAwait(false);
            await stream.FlushAsync(both.Token).ConfigureAwait(false);
            var input = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 16_384, leaveOpen: true));
            ConnAckPacket connAck = await ReadConnAckAsync(input, options, both.Token).ConfigureAwait(false);
            if (connect.CleanStart && connAck.SessionPresent)
            {
                // MQTT-3.2.2-4: identifiers of somebody else's session would be taken for ours.
                throw new MqttClientException(MqttClientFault.ProtocolViolation, "The server goes on with a session although a new one was asked for.");
            }

            var link = new Link(stream, input, options, connAck, time) { IncomingAliases = new string?[options.TopicAliasMaximum + 1] };
            stream = null;
            return link;
        }
        catch (OperationCanceledException e) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new MqttClientException(MqttClientFault.Silent, $"The server did not answer within {options.Limits.ConnectTimeout.TotalSeconds:0} s.", inner: e);
        }
        catch (IOException e)
        {
            throw new MqttClientException(MqttClientFault.Unreachable, $"The connection broke before it was accepted: {e.Message}", inner: e);
        }
        finally
        {
            if (stream is not null) await stream.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Runs until the connection ends, and says why it did. Cancelled: null.</summary>
    /// <param name="handle">Takes each packet, in order; answers success, or the reason to end the connection with.</param>
    public async Task<MqttClientException?> RunAsync(Func<Link, MqttPacket, ReasonCode> handle, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<MqttClientException> reading = ReadAsync(handle, end.Token);
        Task<MqttClientException> keeping = KeepAliveAsync(end.Token);
        Task writing = Output.SendAsync(_stream, end.Token);
        Task first = await Task.WhenAny(reading, keeping, writing).ConfigureAwait(false);

        // What the end itself has to say (DISCONNECT with a reason) still goes out.
        if (first == reading && reading.IsCompletedSuccessfully) await DrainAsync().ConfigureAwait(false);
        await end.CancelAsync().ConfigureAwait(false);
        await ((Task)Task.WhenAll(reading, keeping, writing)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (cancellationToken.IsCancellationRequested) return null;
        if (first is Task<MqttClientException> { IsCompletedSuccessfully: true } said) return said.Result;
        Exception? error = first.Exception?.InnerException;
        return new MqttClientException(MqttClientFault.Disconnected, $"The connection broke: {error?.Message}", inner: error);
    }

    /// <summary>Waits until what is written is sent, at most two seconds: a closing connection owes its last word, but not for ever.</summary>
    public Task DrainAsync() =>
        ((Task)Output.WaitUntilSentAsync().WaitAsync(TimeSpan.FromSeconds(2), _time)).ContinueWith(
            static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    public async ValueTask DisposeAsync()
    {
        await _input.CompleteAsync().ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
        Output.Dispose();
    }

    private static async Task<ConnAckPacket> ReadConnAckAsync(PipeReader input, MqttClientOptions options, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult read = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            ReadOnlySequence<byte> buffer = read.Buffer;
            switch (MqttReader.TryRead(ref buffer, options.Version, options.Limits.MaximumPacketBytes, out MqttPacket? packet, out ReasonCode reason))
            {
                case MqttReadResult.Done when packet is ConnAckPacket { Reason: ReasonCode.Success } accepted:
                    input.AdvanceTo(buffer.Start);
                    return accepted;
                case MqttReadResult.Done when packet is ConnAckPacket refused:
                    throw new MqttClientException(MqttClientFault.Refused, $"The server refused the connection: {refused.Reason}. {refused.ReasonString} {refused.ServerReference}".TrimEnd(), refused.Reason);
                case MqttReadResult.Done:
                    throw new MqttClientException(MqttClientFault.ProtocolViolation, $"The server answered CONNECT with {packet!.Type}.");
                case MqttReadResult.Malformed:
                    throw new MqttClientException(MqttClientFault.ProtocolViolation, $"What answered does not speak MQTT {options.Version}: {reason}.");
            }

            if (read.IsCompleted) throw new MqttClientException(MqttClientFault.Disconnected, "The server closed the connection before accepting it.");
            input.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private async Task<MqttClientException> ReadAsync(Func<Link, MqttPacket, ReasonCode> handle, CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult read = await _input.ReadAsync(cancellationToken).ConfigureAwait(false);
            Interlocked.Exchange(ref _lastReceived, _time.GetTimestamp());
            ReadOnlySequence<byte> buffer = read.Buffer;
            MqttReadResult result;
            while ((result = MqttReader.TryRead(
                ref buffer, _options.Version, _options.Limits.MaximumPacketBytes, out MqttPacket? packet, out ReasonCode reason, allowControlCharacters: true)) != MqttReadResult.NeedMoreData)
            {
                if (packet is DisconnectPacket goodbye)
                {
                    return new MqttClientException(MqttClientFault.Disconnected, $"The server ended the connection: {goodbye.Reason}. {goodbye.ReasonString}", goodbye.Reason);
                }

                if (result == MqttReadResult.Done) reason = handle(this, packet!);
                if (!reason.IsFailure()) continue;
                if (_options.Version == ProtocolVersion.V5) Output.Write(new DisconnectPacket { Reason = reason });
                return new MqttClientException(MqttClientFault.ProtocolViolation, $"The server broke the protocol: {reason}, at {packet?.Type.ToString() ?? "a malformed packet"}.", reason);
            }

            if (read.IsCompleted) return new MqttClientException(MqttClientFault.Disconnected, "The server closed the connection.");
            _input.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private async Task<MqttClientException> KeepAliveAsync(CancellationToken cancellationToken)
    {
        TimeSpan keepAlive = ConnAck.ServerKeepAliveSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : _options.KeepAlive;
        if (keepAlive <= TimeSpan.Zero)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellationToken).ConfigureAwait(false);
        }

        // A quarter of the interval is left for the way.
        TimeSpan interval = keepAlive * 0.75;
        while (true)
        {
            TimeSpan left = interval - _time.GetElapsedTime(Output.LastSent);
            if (left > TimeSpan.Zero)
            {
                await Task.Delay(left, _time, cancellationToken).ConfigureAwait(false);
                continue;
            }

            long asked = _time.GetTimestamp();
            Output.Write(PingReqPacket.Instance);
            await Task.Delay(_options.Limits.AnswerTimeout < interval ? _options.Limits.AnswerTimeout : interval, _time, cancellationToken).ConfigureAwait(false);
            if (Interlocked.Read(ref _lastReceived) < asked) return new MqttClientException(MqttClientFault.Silent, "The server did not answer a ping.");
        }
    }
}
