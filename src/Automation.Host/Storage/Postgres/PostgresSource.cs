using System.Net.Sockets;
using Automation.Core.Model;
using Automation.Host.Storage.Sql;
using Npgsql;

namespace Automation.Host.Storage.Postgres;

/// <summary>Opens sessions on a PostgreSQL server. The writer's session holds a lock by which a second process is refused.</summary>
internal sealed class PostgresSource : ISqlSource
{
    /// <summary>First half of the lock's name; the second is the schema's. Any number that other programs do not use.</summary>
    private const int LockSpace = 0x4155_5401;

    private readonly PostgresOptions _options;
    private readonly string _connection;

    public PostgresSource(PostgresOptions options)
    {
        _options = options;
        NpgsqlConnectionStringBuilder given = options.Parse();
        Name = $"{given.Database} on {given.Host}:{given.Port}";
        given.Password = options.Password.IsEmpty ? null : options.Password.Reveal();
        // One session each for writer and readers, kept by us: a pool would hand the lock's session to somebody else.
        given.Pooling = false;
        given.PersistSecurityInfo = false;
        given.ApplicationName ??= "automation";
        given.Timeout = (int)options.ConnectTimeout.TotalSeconds;
        given.CommandTimeout = (int)options.StatementTimeout.TotalSeconds;
        given.KeepAlive = 10;
        given.MaxAutoPrepare = 200;
        given.AutoPrepareMinUsages = 2;
        given.IncludeErrorDetail = false;
        _connection = given.ToString();
    }

    public string Name { get; }

    public SqlSession OpenWriter()
    {
        PostgresSession session = Open();
        try
        {
            if (session.Scalar("SELECT pg_try_advisory_lock($1::integer, hashtext($2))", LockSpace, _options.Schema) is not true)
            {
                throw new StorageException(StorageReason.InUse,
                    $"the database {Name}, schema {_options.Schema}, is in use by another process of this program: stop it, or name another database or schema in the configuration (storage.postgres)");
            }

            session.Execute($"CREATE SCHEMA IF NOT EXISTS {Quoted(_options.Schema)}");
            // What was acknowledged is on the server's disk, whatever the server's default is.
            session.Execute("SET synchronous_commit = on");
            return session;
        }
        catch (Exception e)
        {
            session.Dispose();
            throw Explain(e);
        }
    }

    public SqlSession OpenReader()
    {
        PostgresSession session = Open();
        session.Execute("SET default_transaction_read_only = on");
        return session;
    }

    public StorageException Explain(Exception e) => e switch
    {
        StorageException known => known,
        PostgresException { SqlState: "53100" or "53200" } => new(StorageReason.Full, $"the disk of the database server is full ({Name}): free some space there", e),
        PostgresException { SqlState: "28P01" or "28000" } => new(StorageReason.Refused, $"the database {Name} refused the login: check user and password (storage.postgres, passwordEnv)", e),
        PostgresException { SqlState: "3D000" } => new(StorageReason.Refused, $"the database {Name} does not exist: create it (createdb), or name another one in the configuration", e),
        PostgresException { SqlState: "42501" } => new(StorageReason.Refused, $"the database {Name} refused: {e.Message}: give the user the right to create a schema there", e),
        // Data corrupted, index corrupted.
        PostgresException { SqlState: "XX001" or "XX002" } => new(StorageReason.Damaged, $"the database {Name} is damaged ({e.Message}): restore a backup", e),
        PostgresException { SqlState: ['5', '7' or '8', ..] or ['0', '8', ..] } => Unreachable(e),
        PostgresException => new(StorageReason.Refused, $"the database {Name} refused: {e.Message}", e),
        NpgsqlException or SocketException or IOException or TimeoutException or ObjectDisposedException => Unreachable(e),
        _ => new(StorageReason.Refused, $"the database {Name} refused: {e.Message}", e),
    };

    private StorageException Unreachable(Exception e) => new(StorageReason.Unreachable, $"the database {Name} cannot be reached ({e.Message}): check that the server runs and that this machine may connect", e);

    private PostgresSession Open()
    {
        var session = new PostgresSession(new NpgsqlConnection(_connection));
        try
        {
            session.Connection.Open();
            session.Execute($"SET search_path TO {Quoted(_options.Schema)}");
            return session;
        }
        catch (Exception e)
        {
            session.Dispose();
            throw Explain(e);
        }
    }

    private static string Quoted(string name) => '"' + name.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';
}
