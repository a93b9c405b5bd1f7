namespace Automation.Host.Storage.Sqlite;

/// <summary>The tables of <c>mqtt.db</c>. A message stands once, however many sessions wait for it.</summary>
internal static class SqliteMqttSchema
{
    public const int Version = 3;

    public const string Create = """
        create table if not exists message (
            id integer primary key, topic blob not null, properties blob not null, payload blob not null,
            qos integer not null, retain integer not null, expires_at integer null, publisher text not null);
        create table if not exists session (
            client_id text primary key, version integer not null, expiry integer not null, user_name text not null, disconnected_at integer null) without rowid;
        create table if not exists subscription (
            client_id text not null, filter text not null, options integer not null, identifier integer not null,
            primary key (client_id, filter)) without rowid;
        create table if not exists queued (
            client_id text not null, position integer not null, message_id integer not null, qos integer not null, retain integer not null,
            identifiers blob null, packet_id integer not null, released integer not null,
            primary key (client_id, position)) without rowid;
        create index if not exists queued_message on queued (message_id);
        create table if not exists incoming (
            client_id text not null, packet_id integer not null, message_id integer null, primary key (client_id, packet_id)) without rowid;
        create table if not exists retained (topic blob primary key, message_id integer not null) without rowid;
        create index if not exists retained_message on retained (message_id);
        create table if not exists will (
            id integer primary key, client_id text not null, topic blob not null, properties blob not null, payload blob not null,
            qos integer not null, retain integer not null, delay integer not null, expiry integer null, due_at integer null);
        create index if not exists incoming_message on incoming (message_id);
        """;

    /// <summary>From version 1, where a QoS 2 message had gone on before its release: those rows stay without one.</summary>
    public const string From1 = "alter table incoming add column message_id integer null;";
}
