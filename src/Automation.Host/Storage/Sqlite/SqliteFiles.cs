using Microsoft.Data.Sqlite;

namespace Automation.Host.Storage.Sqlite;

/// <summary>Opens a database file with what durability asks for, and says what is wrong with one that cannot be opened.</summary>
internal static class SqliteFiles
{
    private static readonly Lazy<bool> Initialised = new(() =>
    {
        SQLitePCL.Batteries_V2.Init();
        return true;
    });

    /// <exception cref="StorageException">The file cannot be opened, is damaged, or is newer than this program.</exception>
    public static SqliteSession Open(string path)
    {
        _ = Initialised.Value;
        // Without pooling, closing closes: the file can be moved or deleted afterwards.
        var session = new SqliteSession(new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString()));
        try
        {
            session.Connection.Open();
            // WAL: a crash loses nothing that was committed, and a commit is one flush. FULL: that flush really is waited for.
            session.Scalar("PRAGMA journal_mode=WAL");
            session.Execute("PRAGMA synchronous=FULL");
            session.Execute("PRAGMA busy_timeout=5000");
            if (session.Scalar("PRAGMA quick_check(1)") is not "ok") throw Damaged(path, null);
            SqliteSchema.Migrate(session, path);
            return session;
        }
        catch (SqliteException e)
        {
            session.Dispose();
            throw e.SqliteErrorCode switch
            {
                // NOTADB, CORRUPT.
                26 or 11 => Damaged(path, e),
                // CANTOPEN, READONLY, PERM, IOERR.
                14 or 8 or 3 or 10 => new StorageException($"the database {path} cannot be opened for writing ({e.Message}): check the rights of the file and its folder, and the space on the disk", e),
                _ => new StorageException($"the database {path} cannot be used: {e.Message}", e),
            };
        }
        catch (StorageException)
        {
            session.Dispose();
            throw;
        }
    }

    public static StorageException Damaged(string path, Exception? e) => new(
        $"the database {path} is damaged: put a backup in its place, or move it away and start again (toggles and counts then start anew; rules are untouched)", e!);
}
