using System.Globalization;

namespace Automation.Host.Storage.Sql;

/// <summary>The tables of one part of the program, in its own file beside what uses them.</summary>
/// <param name="Name">For ever: it is written into the database.</param>
/// <param name="Versions">Element n brings version n to n + 1. What was released is never edited; a change is a new element.</param>
internal sealed record SqlPart(string Name, params IReadOnlyList<SqlMigration> Versions)
{
    /// <summary>Tables that are worth taking over from a damaged SQLite file, those first that others refer to.</summary>
    public IReadOnlyList<string> Salvaged { get; init; } = [];
}

/// <param name="Both">Statements that both kinds understand (<see cref="SqlSession"/> lists the few words that differ).</param>
/// <param name="Sqlite">Further ones for SQLite only, run after.</param>
/// <param name="Postgres">Further ones for PostgreSQL only.</param>
internal sealed record SqlMigration(string Both, string Sqlite = "", string Postgres = "")
{
    public static implicit operator SqlMigration(string both) => new(both);
}

/// <summary>Brings a database to what this program knows.</summary>
internal static class SqlMigrations
{
    /// <summary>Migrates every part in one transaction: all or nothing.</summary>
    /// <exception cref="StorageException">The database was written by a newer program.</exception>
    public static void Apply(SqlSession session, IReadOnlyList<SqlPart> parts, string database)
    {
        session.Begin();
        try
        {
            session.Run("CREATE TABLE IF NOT EXISTS schema_versions (part {text} PRIMARY KEY, version BIGINT NOT NULL)");
            Dictionary<string, long> found = session.Query("SELECT part, version FROM schema_versions", r => KeyValuePair.Create(r.GetString(0), r.GetInt64(1))).ToDictionary(StringComparer.Ordinal);
            RefuseNewer(found, parts, database);
            foreach (SqlPart part in parts) Apply(session, part, (int)found.GetValueOrDefault(part.Name));
            session.Commit();
        }
        catch
        {
            session.Rollback();
            throw;
        }
    }

    private static void Apply(SqlSession session, SqlPart part, int version)
    {
        if (version == part.Versions.Count) return;
        foreach (SqlMigration migration in part.Versions.Skip(version))
        {
            session.Run(migration.Both);
            string own = session is Sqlite.SqliteSession ? migration.Sqlite : migration.Postgres;
            if (own.Length > 0) session.Run(own);
        }

        session.Execute("INSERT INTO schema_versions (part, version) VALUES ($1, $2) ON CONFLICT (part) DO UPDATE SET version = excluded.version", part.Name, part.Versions.Count);
    }

    private static void RefuseNewer(Dictionary<string, long> found, IReadOnlyList<SqlPart> parts, string database)
    {
        foreach ((string name, long version) in found)
        {
            int known = parts.FirstOrDefault(p => p.Name == name)?.Versions.Count ?? 0;
            if (version <= known) continue;
            throw new StorageException(string.Create(CultureInfo.InvariantCulture,
                $"the database {database} was written by a newer version of this program (its part '{name}' has version {version}, this one knows {known}): start the newer version, or name another one (--data, or storage in the configuration)"));
        }
    }
}
