using Automation.Host.Storage.Sql;
using Microsoft.Data.Sqlite;

namespace Automation.Host.Storage.Sqlite;

/// <summary>Opens a database file with what durability asks for, and says what is wrong with one that cannot be used.</summary>
internal sealed class SqliteSource(string path) : ISqlSource
{
    public const string FileName = "automation.db";

    private static readonly Lazy<bool> Initialised = new(() =>
    {
        SQLitePCL.Batteries_V2.Init();
        return true;
    });

    public string Name => path;

    public SqlSession OpenWriter()
    {
        SqliteSession session = Open(SqliteOpenMode.ReadWriteCreate);
        try
        {
            // Before the first table: space that is freed can be given back to the disk piece by piece.
            session.Scalar("PRAGMA auto_vacuum=INCREMENTAL");
            // WAL: a crash loses nothing that was committed, and a commit is one flush. FULL: that flush really is waited for.
            session.Scalar("PRAGMA journal_mode=WAL");
            session.Execute("PRAGMA synchronous=FULL");
            if (session.Scalar("PRAGMA quick_check(1)") is not "ok") throw Damaged(null);
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
        SqliteSession session = Open(SqliteOpenMode.ReadOnly);
        session.Execute("PRAGMA query_only=ON");
        return session;
    }

    public StorageException Explain(Exception e) => e switch
    {
        StorageException known => known,
        SqliteException { SqliteErrorCode: 13 } => new(StorageReason.Full, $"the disk is full: {path} cannot be written; free some space", e),
        // CORRUPT, NOTADB.
        SqliteException { SqliteErrorCode: 11 or 26 } => Damaged(e),
        // CANTOPEN, READONLY, PERM, IOERR.
        SqliteException { SqliteErrorCode: 14 or 8 or 3 or 10 } =>
            new(StorageReason.Failing, $"the database {path} cannot be written ({e.Message}): check the rights of the file and its folder, and the disk", e),
        _ => new(StorageReason.Refused, $"the database {path} refused: {e.Message}", e),
    };

    private SqliteSession Open(SqliteOpenMode mode)
    {
        _ = Initialised.Value;
        // Without pooling, closing closes: the file can be moved or deleted afterwards.
        var session = new SqliteSession(new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, Mode = mode }.ToString()));
        try
        {
            session.Connection.Open();
            session.Execute("PRAGMA busy_timeout=5000");
            return session;
        }
        catch (Exception e)
        {
            session.Dispose();
            throw Explain(e);
        }
    }

    private StorageException Damaged(Exception? e) => new(
        StorageReason.Damaged, $"the database {path} is damaged: put a backup in its place, or move it away and start again (toggles and counts then start anew; rules are untouched)", e);
}
