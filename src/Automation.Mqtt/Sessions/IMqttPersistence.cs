using System.Collections.Immutable;

namespace Automation.Mqtt.Sessions;

/// <summary>
/// Where sessions with an expiry, their subscriptions, what is queued and in flight for them, and retained messages survive a restart.
/// </summary>
/// <remarks>Changes are appended in order, from any thread, and become durable in groups; the broker acknowledges what it promised to keep only then.</remarks>
public interface IMqttPersistence : IAsyncDisposable
{
    /// <summary>False: nothing is kept and <see cref="Append"/> is never called.</summary>
    bool IsEnabled { get; }

    /// <summary>The highest ticket that is durable.</summary>
    long Durable { get; }

    /// <summary>More changes wait than the bound allows: the broker stops reading publishers until <see cref="DurableChanged"/>.</summary>
    bool IsFull { get; }

    /// <summary>Raised after each group with <see cref="Durable"/>; outside locks.</summary>
    event Action<long>? DurableChanged;

    /// <summary>What was kept. Called once, before the first client is accepted.</summary>
    Task<MqttStoredState> LoadAsync(CancellationToken cancellationToken);

    /// <summary>Takes a change; never waits for the disk. Answers its ticket, which only grows.</summary>
    long Append(MqttStoreChange change);

    /// <summary>
    /// From here to <see cref="EndGroup"/> on the same thread, what it appends becomes durable together or not at all. Others may append
    /// meanwhile; the disk waits, so nothing slow belongs in between. Not nested.
    /// </summary>
    void BeginGroup();

    /// <inheritdoc cref="BeginGroup"/>
    void EndGroup();

    /// <summary>Completes when everything appended so far is durable.</summary>
    Task FlushAsync(CancellationToken cancellationToken);
}

/// <summary>What <see cref="IMqttPersistence"/> found.</summary>
public sealed record MqttStoredState
{
    public static readonly MqttStoredState Empty = new();

    public ImmutableArray<MqttStoredSession> Sessions { get; init; } = [];

    public ImmutableArray<MqttStoredMessage> Retained { get; init; } = [];

    /// <summary>Of clients that were connected, or gone for less than the delay, when the process ended.</summary>
    public ImmutableArray<MqttWillStored> Wills { get; init; } = [];
}

/// <summary>One session as it was kept.</summary>
public sealed record MqttStoredSession
{
    public required MqttSessionStored Session { get; init; }

    public ImmutableArray<MqttSubscriptionStored> Subscriptions { get; init; } = [];

    /// <summary>In <see cref="MqttMessageQueued.Order"/>; with the packet identifier of those that were in flight.</summary>
    public ImmutableArray<(MqttMessageQueued Message, ushort PacketId, bool Released)> Messages { get; init; } = [];

    /// <summary>QoS 2 messages received and not yet released.</summary>
    public ImmutableArray<MqttIncomingStored> Incoming { get; init; } = [];
}

/// <summary>A message as storage keeps it.</summary>
/// <param name="Id">Unique for as long as the file lives.</param>
/// <param name="Properties">Raw, as in a 5.0 PUBLISH.</param>
public sealed record MqttStoredMessage(
    long Id, ReadOnlyMemory<byte> Topic, ReadOnlyMemory<byte> Properties, ReadOnlyMemory<byte> Payload, QoS QoS, bool Retain,
    DateTimeOffset? ExpiresAt, string Publisher);

/// <summary>One thing to keep, or to forget.</summary>
public abstract record MqttStoreChange;

/// <param name="Version">4 or 5.</param>
/// <param name="ExpirySeconds">0xFFFFFFFF: never.</param>
/// <param name="DisconnectedAt">Null while connected.</param>
public sealed record MqttSessionStored(string ClientId, byte Version, uint ExpirySeconds, string UserName, DateTimeOffset? DisconnectedAt) : MqttStoreChange;

/// <summary>With everything that belongs to it.</summary>
public sealed record MqttSessionDropped(string ClientId) : MqttStoreChange;

/// <param name="Options">The options byte of SUBSCRIBE.</param>
/// <param name="Identifier">0: none.</param>
public sealed record MqttSubscriptionStored(string ClientId, string Filter, byte Options, uint Identifier) : MqttStoreChange;

public sealed record MqttSubscriptionDropped(string ClientId, string Filter) : MqttStoreChange;

/// <param name="Order">Grows with each message of the session.</param>
public sealed record MqttMessageQueued(
    string ClientId, long Order, MqttStoredMessage Message, QoS QoS, bool Retain, ImmutableArray<uint> Identifiers) : MqttStoreChange;

/// <param name="Released">QoS 2: PUBREC came, so PUBREL is due rather than the message.</param>
public sealed record MqttMessageSent(string ClientId, long Order, ushort PacketId, bool Released) : MqttStoreChange;

public sealed record MqttMessageFinished(string ClientId, long Order) : MqttStoreChange;

/// <param name="Message">Goes on when it is released. Null: it has gone on already, and only its identifier is remembered.</param>
public sealed record MqttIncomingStored(string ClientId, ushort PacketId, MqttStoredMessage? Message) : MqttStoreChange;

public sealed record MqttIncomingDropped(string ClientId, ushort PacketId) : MqttStoreChange;

public sealed record MqttRetainedStored(MqttStoredMessage Message) : MqttStoreChange;

public sealed record MqttRetainedDropped(ReadOnlyMemory<byte> Topic) : MqttStoreChange;

/// <param name="Id">Unique like that of a message. Stored again under the same number, it replaces what was.</param>
/// <param name="Properties">Raw, as in a 5.0 PUBLISH.</param>
/// <param name="ExpirySeconds">Counted from its publication; null: never.</param>
/// <param name="DueAt">Null: its client is connected.</param>
public sealed record MqttWillStored(
    long Id, string ClientId, ReadOnlyMemory<byte> Topic, ReadOnlyMemory<byte> Properties, ReadOnlyMemory<byte> Payload, QoS QoS, bool Retain,
    uint DelaySeconds, uint? ExpirySeconds, DateTimeOffset? DueAt) : MqttStoreChange;

/// <summary>Published, or cancelled.</summary>
public sealed record MqttWillDropped(long Id) : MqttStoreChange;
