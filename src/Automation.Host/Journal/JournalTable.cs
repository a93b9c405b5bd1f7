using Automation.Host.Storage.Sql;

namespace Automation.Host.Journal;

/// <summary>The tables of the journal. Every method works inside the caller's transaction.</summary>
internal static class JournalTable
{
    public static SqlPart Part { get; } = new(
        "journal",
        """
        CREATE TABLE journal (position {identity}, site {text} NOT NULL, first BIGINT NOT NULL, last BIGINT NOT NULL, at BIGINT NOT NULL, bytes {bytes} NOT NULL);
        CREATE UNIQUE INDEX journal_last ON journal (site, last);
        CREATE TABLE state_snapshots (
            site {text} NOT NULL, sequence BIGINT NOT NULL, at BIGINT NOT NULL, rules TEXT NOT NULL, journal_bytes BIGINT NOT NULL, bytes {bytes} NOT NULL,
            PRIMARY KEY (site, sequence));
        CREATE TABLE rule_sets (site {text} NOT NULL, fingerprint {text} NOT NULL, at BIGINT NOT NULL, bytes {bytes} NOT NULL, PRIMARY KEY (site, fingerprint));
        """)
    {
        Salvaged = ["rule_sets", "state_snapshots", "journal"],
    };

    public static void Add(SqlSession s, string site, in JournalRow row) =>
        s.Execute("INSERT INTO journal (site, first, last, at, bytes) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (site, last) DO NOTHING", site, row.First, row.Last, row.At, row.Bytes);

    public static void AddRules(SqlSession s, string site, string fingerprint, DateTimeOffset at, byte[] bytes) =>
        s.Execute("INSERT INTO rule_sets (site, fingerprint, at, bytes) VALUES ($1, $2, $3, $4) ON CONFLICT (site, fingerprint) DO NOTHING", site, fingerprint, at, bytes);

    /// <param name="journalBytes">Of the journal since the snapshot before.</param>
    public static void AddSnapshot(SqlSession s, string site, SiteSnapshot snapshot, long journalBytes) =>
        s.Execute(
            """
            INSERT INTO state_snapshots (site, sequence, at, rules, journal_bytes, bytes) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (site, sequence) DO UPDATE SET at = excluded.at, rules = excluded.rules, bytes = excluded.bytes
            """,
            site, snapshot.Sequence, snapshot.At, snapshot.Rules, journalBytes, snapshot.Bytes);

    /// <summary>Rows whose last entry comes after <paramref name="after"/>, in order.</summary>
    public static List<(long First, long Last, byte[] Bytes)> Read(SqlSession s, string site, long after, int rows) =>
        s.Query("SELECT first, last, bytes FROM journal WHERE site = $1 AND last > $2 ORDER BY last LIMIT $3", r => (r.GetInt64(0), r.GetInt64(1), r.Bytes(2)), site, after, rows);

    /// <summary>The number of the last entry; 0 when there is none.</summary>
    public static long Last(SqlSession s, string site) => s.Scalar("SELECT max(last) FROM journal WHERE site = $1", site) is long last ? last : 0;

    public static void DropAfter(SqlSession s, string site, long last) => s.Execute("DELETE FROM journal WHERE site = $1 AND last > $2", site, last);

    /// <summary>Newest first, without their bytes.</summary>
    public static List<SnapshotPlace> Snapshots(SqlSession s, string site) =>
        s.Query("SELECT sequence, at, rules, journal_bytes FROM state_snapshots WHERE site = $1 ORDER BY sequence DESC", r => new SnapshotPlace(r.GetInt64(0), r.Instant(1), r.GetString(2), r.GetInt64(3)), site);

    public static byte[]? SnapshotBytes(SqlSession s, string site, long sequence) => s.Scalar("SELECT bytes FROM state_snapshots WHERE site = $1 AND sequence = $2", site, sequence) as byte[];

    public static byte[]? Rules(SqlSession s, string site, string fingerprint) => s.Scalar("SELECT bytes FROM rule_sets WHERE site = $1 AND fingerprint = $2", site, fingerprint) as byte[];

    public static IReadOnlyList<string> Sites(SqlSession s) =>
        s.Query("SELECT DISTINCT site FROM state_snapshots UNION SELECT DISTINCT site FROM journal", r => r.GetString(0));

    /// <summary>Removes a snapshot between others; the one after it counts its journal from now on.</summary>
    public static void Thin(SqlSession s, string site, long sequence)
    {
        s.Execute(
            """
            UPDATE state_snapshots SET journal_bytes = journal_bytes + (SELECT journal_bytes FROM state_snapshots WHERE site = $1 AND sequence = $2)
            WHERE site = $1 AND sequence = (SELECT min(sequence) FROM state_snapshots WHERE site = $1 AND sequence > $2)
            """,
            site, sequence);
        s.Execute("DELETE FROM state_snapshots WHERE site = $1 AND sequence = $2", site, sequence);
    }

    /// <summary>The journal begins with this snapshot from now on: what was before is not counted any more.</summary>
    public static void BeginWith(SqlSession s, string site, long sequence)
    {
        s.Execute("DELETE FROM state_snapshots WHERE site = $1 AND sequence < $2", site, sequence);
        s.Execute("UPDATE state_snapshots SET journal_bytes = 0 WHERE site = $1 AND sequence = $2", site, sequence);
    }

    /// <summary>Removes rows up to a number, the oldest so many at most; returns how many went.</summary>
    public static int DropBefore(SqlSession s, string site, long last, int rows) =>
        s.Execute("DELETE FROM journal WHERE position IN (SELECT position FROM journal WHERE site = $1 AND last <= $2 ORDER BY last LIMIT $3)", site, last, rows);

    /// <summary>Removes the rule sets that came before an instant, except those that a snapshot names and the last one.</summary>
    public static void DropRules(SqlSession s, string site, DateTimeOffset before) => s.Execute(
        """
        DELETE FROM rule_sets WHERE site = $1 AND at < $2 AND at < (SELECT max(at) FROM rule_sets WHERE site = $1)
        AND fingerprint NOT IN (SELECT rules FROM state_snapshots WHERE site = $1)
        """,
        site, before);
}

/// <param name="JournalBytes">Of the journal between the snapshot before and this one.</param>
internal readonly record struct SnapshotPlace(long Sequence, DateTimeOffset At, string Rules, long JournalBytes);
