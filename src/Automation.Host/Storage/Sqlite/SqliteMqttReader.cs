using System.Buffers.Binary;
using System.Collections.Immutable;
using Automation.Mqtt;
using Automation.Mqtt.Sessions;
using Microsoft.Data.Sqlite;

namespace Automation.Host.Storage.Sqlite;

/// <summary>Reads the whole file once, at start.</summary>
internal static class SqliteMqttReader
{
    private const string MessageColumns = "m.id, m.topic, m.properties, m.payload, m.qos, m.retain, m.expires_at, m.publisher";

    public static MqttStoredState Read(SqliteConnection connection, CancellationToken cancellationToken)
    {
        var messages = new Dictionary<long, MqttStoredMessage>();
        ImmutableArray<MqttStoredMessage> retained =
            [.. Rows(connection, $"select {MessageColumns} from retained r join message m on m.id = r.message_id", r => Message(r, 0, messages), cancellationToken)];
        ILookup<string, MqttSubscriptionStored> subscriptions = Rows(
            connection, "select client_id, filter, options, identifier from subscription",
            r => new MqttSubscriptionStored(r.GetString(0), r.GetString(1), r.GetByte(2), (uint)r.GetInt64(3)), cancellationToken).ToLookup(s => s.ClientId);
        ILookup<string, (MqttMessageQueued Message, ushort PacketId, bool Released)> queued = Rows(
            connection,
            $"select q.client_id, q.position, q.qos, q.retain, q.identifiers, q.packet_id, q.released, {MessageColumns} from queued q join message m on m.id = q.message_id order by q.client_id, q.position",
            r => (new MqttMessageQueued(r.GetString(0), r.GetInt64(1), Message(r, 7, messages), (QoS)r.GetInt32(2), r.GetBoolean(3), Identifiers(r, 4)),
                (ushort)r.GetInt32(5), r.GetBoolean(6)), cancellationToken).ToLookup(q => q.Item1.ClientId);
        ILookup<string, MqttIncomingStored> incoming = Rows(
            connection, $"select i.client_id, i.packet_id, {MessageColumns} from incoming i left join message m on m.id = i.message_id",
            r => new MqttIncomingStored(r.GetString(0), (ushort)r.GetInt32(1), r.IsDBNull(2) ? null : Message(r, 2, messages)), cancellationToken)
            .ToLookup(i => i.ClientId);
        ImmutableArray<MqttStoredSession> sessions =
        [
            .. Rows(connection, "select client_id, version, expiry, user_name, disconnected_at from session", Session, cancellationToken).Select(s => new MqttStoredSession
            {
                Session = s,
                Subscriptions = [.. subscriptions[s.ClientId]],
                Messages = [.. queued[s.ClientId]],
                Incoming = [.. incoming[s.ClientId]],
            }),
        ];
        ImmutableArray<MqttWillStored> wills =
            [.. Rows(connection, "select id, client_id, topic, properties, payload, qos, retain, delay, expiry, due_at from will order by id", Will, cancellationToken)];
        return new MqttStoredState { Retained = retained, Sessions = sessions, Wills = wills };
    }

    private static List<T> Rows<T>(SqliteConnection connection, string sql, Func<SqliteDataReader, T> read, CancellationToken cancellationToken)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Only the constants above come here.
        command.CommandText = sql;
#pragma warning restore CA2100
        using SqliteDataReader reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            rows.Add(read(reader));
        }

        return rows;
    }

    private static MqttWillStored Will(SqliteDataReader r) => new(
        r.GetInt64(0), r.GetString(1), (byte[])r[2], (byte[])r[3], (byte[])r[4], (QoS)r.GetInt32(5), r.GetBoolean(6), (uint)r.GetInt64(7),
        r.IsDBNull(8) ? null : (uint)r.GetInt64(8), r.IsDBNull(9) ? null : DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(9)));

    private static MqttSessionStored Session(SqliteDataReader r) =>
        new(r.GetString(0), r.GetByte(1), (uint)r.GetInt64(2), r.GetString(3), r.IsDBNull(4) ? null : DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(4)));

    /// <summary>The same message for everybody who waits for it.</summary>
    private static MqttStoredMessage Message(SqliteDataReader r, int at, Dictionary<long, MqttStoredMessage> known)
    {
        long id = r.GetInt64(at);
        if (known.TryGetValue(id, out MqttStoredMessage? message)) return message;
        message = new MqttStoredMessage(
            id, (byte[])r[at + 1], (byte[])r[at + 2], (byte[])r[at + 3], (QoS)r.GetInt32(at + 4), r.GetBoolean(at + 5),
            r.IsDBNull(at + 6) ? null : DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(at + 6)), r.GetString(at + 7));
        known.Add(id, message);
        return message;
    }

    private static ImmutableArray<uint> Identifiers(SqliteDataReader r, int at)
    {
        if (r.IsDBNull(at)) return [];
        byte[] bytes = (byte[])r[at];
        ImmutableArray<uint>.Builder identifiers = ImmutableArray.CreateBuilder<uint>(bytes.Length / 4);
        for (int i = 0; i + 4 <= bytes.Length; i += 4) identifiers.Add(BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(i)));
        return identifiers.DrainToImmutable();
    }
}
