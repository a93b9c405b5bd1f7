using System.Buffers.Binary;
using System.Collections.Immutable;
using Automation.Mqtt.Sessions;
using Microsoft.Data.Sqlite;

namespace Automation.Host.Storage.Sqlite;

/// <summary>Writes a group of changes in one transaction, with prepared statements. One thread.</summary>
internal sealed class SqliteMqttWriter(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> _commands = [];

    /// <summary>All of them or none; throws <see cref="SqliteException"/>.</summary>
    public void Write(List<MqttStoreChange> changes)
    {
        HashSet<(string ClientId, long Order)> cameAndWent = FindCameAndWent(changes);
        using SqliteTransaction transaction = connection.BeginTransaction();
        foreach (SqliteCommand command in _commands.Values) command.Transaction = transaction;
        foreach (MqttStoreChange change in changes) Apply(change, cameAndWent, transaction);
        transaction.Commit();
    }

    public void Dispose()
    {
        foreach (SqliteCommand command in _commands.Values) command.Dispose();
        _commands.Clear();
    }

    /// <summary>Queued and finished within this very group: nobody has been promised anything that only the disk could keep.</summary>
    private static HashSet<(string ClientId, long Order)> FindCameAndWent(List<MqttStoreChange> changes)
    {
        var came = new HashSet<(string, long)>();
        var both = new HashSet<(string, long)>();
        foreach (MqttStoreChange change in changes)
        {
            if (change is MqttMessageQueued queued) came.Add((queued.ClientId, queued.Order));
            else if (change is MqttMessageFinished finished && came.Contains((finished.ClientId, finished.Order))) both.Add((finished.ClientId, finished.Order));
        }

        return both;
    }

    private void Apply(MqttStoreChange change, HashSet<(string ClientId, long Order)> cameAndWent, SqliteTransaction transaction)
    {
        switch (change)
        {
            case MqttMessageQueued q when !cameAndWent.Contains((q.ClientId, q.Order)):
                Put(q.Message, transaction);
                Run("insert or replace into queued values (@0, @1, @2, @3, @4, @5, 0, 0)", transaction,
                    q.ClientId, q.Order, q.Message.Id, (int)q.QoS, q.Retain, Bytes(q.Identifiers));
                break;
            case MqttMessageSent s when !cameAndWent.Contains((s.ClientId, s.Order)):
                Run("update queued set packet_id = @2, released = @3 where client_id = @0 and position = @1", transaction, s.ClientId, s.Order, (int)s.PacketId, s.Released);
                break;
            case MqttMessageFinished f when !cameAndWent.Contains((f.ClientId, f.Order)):
                Finish(f, transaction);
                break;
            case MqttRetainedStored r:
                Put(r.Message, transaction);
                ForgetRetained(r.Message.Topic, transaction);
                Run("insert or replace into retained values (@0, @1)", transaction, r.Message.Topic.ToArray(), r.Message.Id);
                break;
            case MqttRetainedDropped r:
                ForgetRetained(r.Topic, transaction);
                break;
            case MqttIncomingStored i:
                if (i.Message is { } message) Put(message, transaction);
                Run("insert or replace into incoming values (@0, @1, @2)", transaction, i.ClientId, (int)i.PacketId, (object?)i.Message?.Id ?? DBNull.Value);
                break;
            case MqttIncomingDropped i:
                Release(i, transaction);
                break;
            case MqttWillStored w:
                Run("insert or replace into will values (@0, @1, @2, @3, @4, @5, @6, @7, @8, @9)", transaction,
                    w.Id, w.ClientId, w.Topic.ToArray(), w.Properties.ToArray(), w.Payload.ToArray(), (int)w.QoS, w.Retain, (long)w.DelaySeconds,
                    (object?)w.ExpirySeconds ?? DBNull.Value, (object?)w.DueAt?.ToUnixTimeMilliseconds() ?? DBNull.Value);
                break;
            case MqttWillDropped w:
                Run("delete from will where id = @0", transaction, w.Id);
                break;
            default:
                ApplySession(change, transaction);
                break;
        }
    }

    private void ApplySession(MqttStoreChange change, SqliteTransaction transaction)
    {
        switch (change)
        {
            case MqttSessionStored s:
                Run("insert or replace into session values (@0, @1, @2, @3, @4)", transaction,
                    s.ClientId, (int)s.Version, (long)s.ExpirySeconds, s.UserName, (object?)s.DisconnectedAt?.ToUnixTimeMilliseconds() ?? DBNull.Value);
                break;
            case MqttSessionDropped s:
                Run("delete from session where client_id = @0", transaction, s.ClientId);
                Run("delete from subscription where client_id = @0", transaction, s.ClientId);
                Run("delete from message where id in (select message_id from queued where client_id = @0 union select message_id from incoming where client_id = @0)"
                    + " and not exists (select 1 from queued where message_id = message.id and client_id <> @0)"
                    + " and not exists (select 1 from incoming where message_id = message.id and client_id <> @0)"
                    + " and not exists (select 1 from retained where message_id = message.id)", transaction, s.ClientId);
                Run("delete from incoming where client_id = @0", transaction, s.ClientId);
                Run("delete from queued where client_id = @0", transaction, s.ClientId);
                break;
            case MqttSubscriptionStored s:
                Run("insert or replace into subscription values (@0, @1, @2, @3)", transaction, s.ClientId, s.Filter, (int)s.Options, (long)s.Identifier);
                break;
            case MqttSubscriptionDropped s:
                Run("delete from subscription where client_id = @0 and filter = @1", transaction, s.ClientId, s.Filter);
                break;
        }
    }

    private void Put(MqttStoredMessage m, SqliteTransaction transaction) =>
        Run("insert or ignore into message values (@0, @1, @2, @3, @4, @5, @6, @7)", transaction,
            m.Id, m.Topic.ToArray(), m.Properties.ToArray(), m.Payload.ToArray(), (int)m.QoS, m.Retain,
            (object?)m.ExpiresAt?.ToUnixTimeMilliseconds() ?? DBNull.Value, m.Publisher);

    private void Finish(MqttMessageFinished f, SqliteTransaction transaction)
    {
        SqliteCommand find = Prepare("select message_id from queued where client_id = @0 and position = @1", transaction, [f.ClientId, f.Order]);
        if (find.ExecuteScalar() is not long id) return;
        Run("delete from queued where client_id = @0 and position = @1", transaction, f.ClientId, f.Order);
        ForgetMessage(id, transaction);
    }

    private void Release(MqttIncomingDropped i, SqliteTransaction transaction)
    {
        object? id = Prepare("select message_id from incoming where client_id = @0 and packet_id = @1", transaction, [i.ClientId, (int)i.PacketId]).ExecuteScalar();
        Run("delete from incoming where client_id = @0 and packet_id = @1", transaction, i.ClientId, (int)i.PacketId);
        if (id is long message) ForgetMessage(message, transaction);
    }

    private void ForgetRetained(ReadOnlyMemory<byte> topic, SqliteTransaction transaction)
    {
        byte[] key = topic.ToArray();
        if (Prepare("select message_id from retained where topic = @0", transaction, [key]).ExecuteScalar() is not long id) return;
        Run("delete from retained where topic = @0", transaction, key);
        ForgetMessage(id, transaction);
    }

    private void ForgetMessage(long id, SqliteTransaction transaction) =>
        Run("delete from message where id = @0 and not exists (select 1 from queued where message_id = @0)"
            + " and not exists (select 1 from retained where message_id = @0) and not exists (select 1 from incoming where message_id = @0)", transaction, id);

    private void Run(string sql, SqliteTransaction transaction, params object[] values) => Prepare(sql, transaction, values).ExecuteNonQuery();

    private SqliteCommand Prepare(string sql, SqliteTransaction transaction, object[] values)
    {
        if (!_commands.TryGetValue(sql, out SqliteCommand? command))
        {
            command = connection.CreateCommand();
#pragma warning disable CA2100 // Only the constants above come here; values travel as parameters.
            command.CommandText = sql;
#pragma warning restore CA2100
            for (int i = 0; i < values.Length; i++) command.Parameters.Add(new SqliteParameter("@" + i.ToString(System.Globalization.CultureInfo.InvariantCulture), values[i]));
            command.Transaction = transaction;
            command.Prepare();
            _commands.Add(sql, command);
        }

        for (int i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
        return command;
    }

    private static object Bytes(ImmutableArray<uint> identifiers)
    {
        if (identifiers.IsDefaultOrEmpty) return DBNull.Value;
        byte[] bytes = new byte[identifiers.Length * 4];
        for (int i = 0; i < identifiers.Length; i++) BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(i * 4), identifiers[i]);
        return bytes;
    }
}
