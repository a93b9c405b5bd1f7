using System.Collections.Concurrent;
using System.Net;
using Automation.Mqtt.Packets;
using Automation.Mqtt.Protocol;
using Automation.Mqtt.Sessions;

namespace Automation.Mqtt.Broker;

/// <summary>What all connections of one broker share, put together once.</summary>
internal sealed class BrokerCore : IDisposable
{
    private readonly ConcurrentDictionary<ClientConnection, byte> _connections = [];
    private readonly ConcurrentDictionary<IPAddress, int> _addresses = [];
    private readonly ConcurrentDictionary<(MqttLimit Limit, IPAddress Address), byte> _saidLimits = [];
    private readonly IMqttAuthenticator _authenticator;
    private readonly SemaphoreSlim _authenticating = new(4);
    private readonly LoginThrottle _throttle;
    private readonly Random _random;
    private readonly Lock _randomGate = new();
    private readonly Lock _processGate = new();
    private readonly Dispatch _processDispatch = new();
    private readonly RouteCache _processRoutes = new();
    private bool _stopping;
    private TaskCompletionSource _stored = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public BrokerCore(
        MqttBrokerOptions options, IMqttPersistence persistence, IMqttAuthenticator authenticator, IMqttAuthorizer authorizer, TimeProvider time,
        Random random, BrokerLog log)
    {
        Options = options;
        Persistence = persistence;
        Authorizer = authorizer;
        Time = time;
        Log = log;
        _authenticator = authenticator;
        _random = random;
        _throttle = new LoginThrottle(time, log);
        Store = new SessionStore(persistence);
        Retained = new RetainedMessages(Limits, Store, Counters, random.NextInt64());
        Router = new Router(authorizer, random.NextInt64());
        Registry = new SessionRegistry(new SessionSettings(Limits, Store, Counters, Retained, authorizer, time), Router, PublishWill);
        persistence.DurableChanged += OnDurable;
    }

    public MqttBrokerOptions Options { get; }

    public MqttBrokerLimits Limits => Options.Limits;

    public IMqttPersistence Persistence { get; }

    public IMqttAuthorizer Authorizer { get; }

    public TimeProvider Time { get; }

    public BrokerLog Log { get; }

    public BrokerCounters Counters { get; } = new();

    public SessionStore Store { get; }

    public RetainedMessages Retained { get; }

    public Router Router { get; }

    public SessionRegistry Registry { get; }

    public bool IsFull
    {
        get
        {
            if (_connections.Count <= Limits.Connections) return false;
            Counters.Hit(MqttLimit.Connections);
            return true;
        }
    }

    public ICollection<ClientConnection> Connections => _connections.Keys;

    public int ConnectionCount => _connections.Count;

    public long Now() => Time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Serves an accepted connection to its end.</summary>
    public async Task ServeAsync(ByteChannel channel)
    {
        IPAddress address = channel.RemoteAddress;
        int fromThere = _addresses.AddOrUpdate(address, 1, static (_, count) => count + 1);
        try
        {
            // Twice the connections: those over the limit are told so, but not without end.
            bool tooMany = fromThere > Limits.ConnectionsPerAddress && !IPAddress.IsLoopback(address);
            if (tooMany || _connections.Count > Limits.Connections * 2)
            {
                HitLimit(tooMany ? MqttLimit.ConnectionsPerAddress : MqttLimit.Connections, "", address);
                channel.Abort();
                return;
            }

            Counters.Accepted();
            using var connection = new ClientConnection(this, channel);
            _connections.TryAdd(connection, 0);
            if (Volatile.Read(ref _stopping)) connection.Cut(); // Accepted while those before it were being ended.
            try
            {
                await connection.RunAsync().ConfigureAwait(false);
            }
            finally
            {
                _connections.TryRemove(connection, out _);
            }
        }
        finally
        {
            if (_addresses.AddOrUpdate(address, 0, static (_, count) => count - 1) <= 0) _addresses.TryRemove(KeyValuePair.Create(address, 0));
        }
    }

    public async ValueTask<MqttAuthentication> AuthenticateAsync(ConnectPacket connect, string clientId, ByteChannel channel, CancellationToken cancellationToken)
    {
        TimeSpan delay = _throttle.DelayFor(channel.RemoteAddress);
        if (delay > TimeSpan.Zero) await Task.Delay(delay, Time, cancellationToken).ConfigureAwait(false);
        var credentials = new MqttCredentials
        {
            ClientId = clientId,
            UserName = connect.UserName,
            Password = connect.Password,
            Certificate = channel.ClientCertificate,
            RemoteAddress = channel.RemoteAddress,
        };

        // A poller's thread has others to serve.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);

        // Checking a password is costly on purpose: a few at a time, so that a storm of logins leaves room for messages.
        await _authenticating.WaitAsync(cancellationToken).ConfigureAwait(false);
        MqttAuthentication answer;
        try
        {
            answer = await _authenticator.AuthenticateAsync(credentials, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _authenticating.Release();
            if (connect.Password is { } password && System.Runtime.InteropServices.MemoryMarshal.TryGetArray(password, out ArraySegment<byte> bytes))
                System.Security.Cryptography.CryptographicOperations.ZeroMemory(bytes);
        }

        if (answer.Reason == ReasonCode.Success)
        {
            _throttle.Succeeded(channel.RemoteAddress);
            return answer;
        }

        Counters.LoginFailed();
        _throttle.Failed(channel.RemoteAddress);
        return answer;
    }

    /// <summary>Publishes for the process itself or for a will. Waits for nobody; answers the storage ticket to wait for, or 0.</summary>
    /// <param name="keptForGood">Whether a retained message belongs on disk.</param>
    public long Publish(ref PublicationView message, bool keptForGood = true)
    {
        lock (_processGate)
        {
            _processDispatch.Now = Now();
            _processDispatch.Ticket = 0;
            if (message.Retain) Retained.Set(ref message, _processDispatch, keptForGood);
            Route route = Router.Find(_processRoutes, message.Topic, null);
            Router.Deliver(route, ref message, _processDispatch);
            _processDispatch.Flush();
            _processDispatch.Forget();
            return _processDispatch.Ticket;
        }
    }

    /// <summary>The reason string; null: none.</summary>
    public string? Explain(ReasonCode reason, MqttLimit? limit = null) => Options.ReasonStrings ? ReasonTexts.For(reason, limit) : null;

    public uint GrantExpiry(uint askedSeconds) =>
        Limits.SessionExpiry is { } longest ? (uint)Math.Min(askedSeconds, Math.Min(longest.TotalSeconds, uint.MaxValue)) : askedSeconds;

    public string NewClientId()
    {
        Span<byte> bytes = stackalloc byte[16];
        lock (_randomGate) _random.NextBytes(bytes);
        return $"auto-{new Guid(bytes)}"; // The form Mosquitto's clients know.
    }

    /// <summary>Counts it always and says it once for each limit and address; what is remembered is bounded.</summary>
    public void HitLimit(MqttLimit limit, string clientId, IPAddress address)
    {
        if (limit != MqttLimit.Queue) Counters.Hit(limit); // Queue counts messages, and was counted with the message.
        if (_saidLimits.Count < 1_000 && _saidLimits.TryAdd((limit, address), 0)) Log.LimitHit(clientId, address, limit);
    }

    public async ValueTask WaitForStorageAsync(CancellationToken cancellationToken)
    {
        while (Persistence.IsFull)
        {
            Task stored = Volatile.Read(ref _stored).Task;
            if (!Persistence.IsFull) return;
            await stored.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until a change is durable.</summary>
    public async ValueTask WaitUntilDurableAsync(long ticket, CancellationToken cancellationToken)
    {
        while (Persistence.Durable < ticket)
        {
            Task stored = Volatile.Read(ref _stored).Task;
            if (Persistence.Durable >= ticket) return;
            await stored.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public void Tick()
    {
        foreach (ClientConnection connection in Connections) connection.CheckTime();
        Registry.Tick();
    }

    /// <summary>From now on whoever comes is sent away.</summary>
    public void Stop() => Volatile.Write(ref _stopping, true);

    public void Dispose()
    {
        Persistence.DurableChanged -= OnDurable;
        _authenticating.Dispose();
    }

    /// <summary>That a will was published and that it is done reach the disk together: a restart in between neither loses nor doubles it.</summary>
    public void PublishWill(string clientId, Will will)
    {
        bool grouped = will.StoreId != 0;
        if (grouped) Persistence.BeginGroup();
        try
        {
            PublicationView view = will.View(clientId, Now());
            Publish(ref view);
            Store.ForgetWill(will);
        }
        finally
        {
            if (grouped) Persistence.EndGroup();
        }
    }

    private void OnDurable(long durable)
    {
        Interlocked.Exchange(ref _stored, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        foreach (ClientConnection connection in Connections) connection.ReleaseHeld(durable);
    }
}
