using System.Globalization;

namespace Automation.Host.Storage.Sqlite;

/// <summary>The tables of <c>automation.db</c> and how an older file becomes a newer one.</summary>
internal static class SqliteSchema
{
    // Element n brings version n to n + 1. What was released is never edited; a change is a new element.
    private static readonly string[] Migrations =
    [
        """
        CREATE TABLE rule_toggles (rule TEXT PRIMARY KEY, enabled INTEGER NOT NULL, changed_at INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE sequences (site TEXT PRIMARY KEY, next INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE rule_statistics (rule TEXT PRIMARY KEY, firings INTEGER NOT NULL, last_fired INTEGER) WITHOUT ROWID;
        CREATE TABLE snapshots (site TEXT PRIMARY KEY, at INTEGER NOT NULL, program TEXT NOT NULL, bytes BLOB NOT NULL);
        CREATE TABLE outbox (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            site TEXT NOT NULL, sequence INTEGER NOT NULL, number INTEGER NOT NULL,
            rule TEXT NOT NULL, action TEXT NOT NULL, target TEXT NOT NULL, parameters TEXT NOT NULL,
            at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
            state INTEGER NOT NULL, attempts INTEGER NOT NULL,
            reason TEXT, retry_safe INTEGER, device_status TEXT, finished_at INTEGER);
        CREATE INDEX outbox_open ON outbox (position) WHERE finished_at IS NULL;
        CREATE INDEX outbox_finished ON outbox (finished_at) WHERE finished_at IS NOT NULL;
        """,
    ];

    public static int Current => Migrations.Length;

    /// <summary>Brings the file to the current version, in one transaction.</summary>
    /// <exception cref="StorageException">The file was written by a newer program.</exception>
    public static void Migrate(SqliteSession session, string path)
    {
        session.Execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)");
        int version = session.Scalar("SELECT max(version) FROM schema_version") is long found ? (int)found : 0;
        if (version > Current)
        {
            throw new StorageException(string.Create(CultureInfo.InvariantCulture,
                $"the database {path} was written by a newer version of this program (schema {version}, this one knows {Current}): start the newer version, or name another folder (--data)"));
        }

        if (version == Current) return;
        session.Execute("BEGIN IMMEDIATE");
        try
        {
            for (int next = version; next < Current; next++) session.Execute(Migrations[next]);
            session.Execute("DELETE FROM schema_version");
            session.Execute("INSERT INTO schema_version (version) VALUES ($1)", Current);
            session.Execute("COMMIT");
        }
        catch
        {
            session.Execute("ROLLBACK");
            throw;
        }
    }
}
