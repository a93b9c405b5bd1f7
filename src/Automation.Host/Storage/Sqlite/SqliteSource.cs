using Automation.Host.Storage.Sql;
using Microsoft.Data.Sqlite;

namespace Automation.Host.Storage.Sqlite;

/// <summary>Opens a database file with what durability asks for, and says what is wrong with one that cannot be used.</summary>
/// <param name="importantTables">Those that are checked also in a large file, after a stop that was not clean.</param>
internal sealed class SqliteSource(SqliteOptions options, TimeProvider time, params IReadOnlyList<string> importantTables) : ISqlSource
{
    /// <summary>Rows above which a table is not checked in a large file: it is read when it is used.</summary>
    private const long LargeTable = 200_000;

    private static readonly Lazy<bool> Initialised = new(() =>
    {
        SQLitePCL.Batteries_V2.Init();
        return true;
    });

    private readonly DiskReserve _reserve = new(options.Path + ".reserve", options.ReserveBytes);

    public string Name => options.Path;

    public SqlSession OpenWriter()
    {
        bool stoppedCleanly = new FileInfo(options.Path + "-wal") is not { Exists: true, Length: > 0 };
        SqliteSession session = Open(SqliteOpenMode.ReadWriteCreate);
        try
        {
            // Before the first table: space that is freed can be given back to the disk piece by piece.
            session.Scalar("PRAGMA auto_vacuum=INCREMENTAL");
            // WAL: a crash loses nothing that was committed, and a commit is one flush. FULL: that flush really is waited for.
            session.Scalar("PRAGMA journal_mode=WAL");
            session.Execute("PRAGMA synchronous=FULL");
            // A log that grew in a storm is cut to this when it is begun anew.
            session.Scalar("PRAGMA journal_size_limit=67108864");
            Check(session, stoppedCleanly);
            if (options.MaximumBytes > 0) session.Scalar($"PRAGMA max_page_count={options.MaximumBytes / (long)session.Scalar("PRAGMA page_size")!}");
            _reserve.Hold();
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

    public bool MakeRoom() => _reserve.Release();

    public bool HoldRoom() => _reserve.Hold();

    public bool GiveBack(SqlSession session)
    {
        long free = (long)session.Scalar("PRAGMA freelist_count")!;

        // A megabyte and a tenth may stay: what is freed today is used tomorrow.
        if (free < Math.Max(256, (long)session.Scalar("PRAGMA page_count")! / 10)) return false;
        // Eight megabytes at a time. Each step frees a page, so it is read to its end.
        session.Query("PRAGMA incremental_vacuum(2000)", _ => 0);
        return true;
    }

    public StorageException Explain(Exception e) => e switch
    {
        StorageException known => known,
        SqliteException { SqliteErrorCode: 13 } => new(StorageReason.Full, $"the disk is full: {options.Path} cannot be written; free some space", e),
        // CORRUPT, NOTADB.
        SqliteException { SqliteErrorCode: 11 or 26 } => Damaged(e),
        // CANTOPEN, READONLY, PERM, IOERR.
        SqliteException { SqliteErrorCode: 14 or 8 or 3 or 10 } =>
            new(StorageReason.Failing, $"the database {options.Path} cannot be written ({e.Message}): check the rights of the file and its folder, and the disk", e),
        _ => new(StorageReason.Refused, $"the database {options.Path} refused: {e.Message}", e),
    };

    /// <summary>
    /// Small files always and whole; large ones only when the last stop was not a clean one, and then the tables that alarms need, as far as the time goes.
    /// </summary>
    private void Check(SqliteSession session, bool stoppedCleanly)
    {
        if (new FileInfo(options.Path).Length <= options.AlwaysCheckedBytes)
        {
            Check(session.Scalar("PRAGMA quick_check(1)"));
            return;
        }

        if (stoppedCleanly) return;
        long begin = time.GetTimestamp();
        foreach (string table in importantTables)
        {
            if (time.GetElapsedTime(begin) >= options.CheckTime) return;
            if (session.Scalar("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = $1", table) is not string made) continue;
            bool large = !made.Contains("WITHOUT ROWID", StringComparison.Ordinal) && session.Scalar($"SELECT max(rowid) - min(rowid) FROM {table}") is long rows && rows > LargeTable;
            if (!large) Check(session.Scalar($"PRAGMA quick_check({table})"));
        }
    }

    private void Check(object? found)
    {
        if (found is not "ok") throw Damaged(new SqliteException(found?.ToString() ?? "", 11));
    }

    private SqliteSession Open(SqliteOpenMode mode)
    {
        _ = Initialised.Value;
        // Without pooling, closing closes: the file can be moved or deleted afterwards.
        var session = new SqliteSession(new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = options.Path, Pooling = false, Mode = mode }.ToString()));
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

    private StorageException Damaged(Exception e) => new(StorageReason.Damaged, $"the database {options.Path} is damaged ({e.Message}): at the next start it is set aside and a new one begun, or put a backup in its place", e);
}
