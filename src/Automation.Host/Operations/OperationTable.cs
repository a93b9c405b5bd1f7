using System.Buffers.Binary;
using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Automation.Host.Storage.Sql;

namespace Automation.Host.Operations;

/// <summary>The entries of the operation log. Every method works inside the caller's transaction or reading session.</summary>
internal static class OperationTable
{
    private const string Columns = "id, at, via, by_whom, from_where, what, site, target, detail, refusal, hash";

    /// <summary>
    /// The database itself refuses to change an entry, and to remove one that is not below the floor. The floor (the last entry that was given up for its age,
    /// with its hash) only rises, so the chain can be followed from there.
    /// </summary>
    public static SqlPart Part { get; } = new(
        "operations",
        new SqlMigration(
            """
            CREATE TABLE operations (
                id BIGINT NOT NULL PRIMARY KEY, at BIGINT NOT NULL, via BIGINT NOT NULL, by_whom {text} NOT NULL, from_where TEXT NOT NULL, what {text} NOT NULL,
                site {text} NOT NULL, target {text} NOT NULL, detail TEXT NOT NULL, refusal TEXT NOT NULL, hash {bytes} NOT NULL);
            CREATE INDEX operations_at ON operations (at);
            CREATE TABLE operations_floor (id BIGINT NOT NULL PRIMARY KEY, hash {bytes} NOT NULL);
            """,
            Sqlite:
            """
            CREATE TRIGGER operations_fixed BEFORE UPDATE ON operations BEGIN SELECT RAISE(ABORT, 'the operation log cannot be changed'); END;
            CREATE TRIGGER operations_kept BEFORE DELETE ON operations WHEN OLD.id > (SELECT coalesce(max(id), 0) FROM operations_floor)
                BEGIN SELECT RAISE(ABORT, 'the operation log cannot be shortened'); END;
            CREATE TRIGGER operations_floor_fixed BEFORE UPDATE ON operations_floor BEGIN SELECT RAISE(ABORT, 'the operation log cannot be changed'); END;
            CREATE TRIGGER operations_floor_rises BEFORE DELETE ON operations_floor WHEN OLD.id = (SELECT max(id) FROM operations_floor)
                BEGIN SELECT RAISE(ABORT, 'the operation log cannot be changed'); END;
            """,
            Postgres:
            """
            CREATE FUNCTION operations_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the operation log cannot be changed'; END $$;
            CREATE FUNCTION operations_refuse_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF OLD.id > (SELECT coalesce(max(id), 0) FROM operations_floor) THEN RAISE EXCEPTION 'the operation log cannot be shortened'; END IF;
                RETURN OLD;
            END $$;
            CREATE FUNCTION operations_refuse_last() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF OLD.id = (SELECT max(id) FROM operations_floor) THEN RAISE EXCEPTION 'the operation log cannot be changed'; END IF;
                RETURN OLD;
            END $$;
            CREATE TRIGGER operations_fixed BEFORE UPDATE ON operations FOR EACH ROW EXECUTE FUNCTION operations_refuse();
            CREATE TRIGGER operations_kept BEFORE DELETE ON operations FOR EACH ROW EXECUTE FUNCTION operations_refuse_kept();
            CREATE TRIGGER operations_truncated BEFORE TRUNCATE ON operations FOR EACH STATEMENT EXECUTE FUNCTION operations_refuse();
            CREATE TRIGGER operations_floor_fixed BEFORE UPDATE ON operations_floor FOR EACH ROW EXECUTE FUNCTION operations_refuse();
            CREATE TRIGGER operations_floor_rises BEFORE DELETE ON operations_floor FOR EACH ROW EXECUTE FUNCTION operations_refuse_last();
            """))
    {
        Salvaged = ["operations_floor", "operations"],
    };

    public static void Add(SqlSession s, DateTimeOffset at, IReadOnlyList<Operation> operations)
    {
        (long id, byte[] hash) = Last(s);
        foreach (Operation o in operations)
        {
            hash = Hash(hash, ++id, at, o);
            s.Execute(
                $"INSERT INTO operations ({Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)", id, at, (int)o.Via, o.By, o.From, o.What, o.Site, o.Target, o.Detail, o.Refusal, hash);
        }
    }

    public static List<OperationRecord> Read(SqlSession s, OperationFilter filter, long? before, int maximum)
    {
        var values = new List<object?>();
        var where = new StringBuilder();
        if (filter.Site is { } site) And("site = ", site);
        if (filter.By is { } by) And("by_whom = ", by);
        if (filter.What is { } what) And("what = ", what);
        if (filter.Target is { } target) And("target = ", target);
        if (filter.From is { } from) And("at >= ", from);
        if (filter.Until is { } until) And("at < ", until);
        if (before is { } id) And("id < ", id);
        values.Add((long)maximum);
        return s.Query(string.Create(CultureInfo.InvariantCulture, $"SELECT {Columns} FROM operations WHERE 1 = 1{where} ORDER BY id DESC LIMIT ${values.Count}"), Row, values.ToArray());

        void And(string condition, object value)
        {
            values.Add(value);
            where.Append(CultureInfo.InvariantCulture, $" AND {condition}${values.Count}");
        }
    }

    public static OperationBreak? Verify(SqlSession s)
    {
        (long id, byte[] hash) = Floor(s);
        OperationBreak? broken = null;
        s.ForEach($"SELECT {Columns} FROM operations WHERE id > $1 ORDER BY id", r =>
        {
            OperationRecord record = Row(r);
            if (record.Id != ++id) broken = new OperationBreak(id, string.Create(CultureInfo.InvariantCulture, $"entry {id} is missing"));
            else if (!record.Hash.Span.SequenceEqual(hash = Hash(hash, id, record.At, record.Operation))) broken = new OperationBreak(id, string.Create(CultureInfo.InvariantCulture, $"entry {id} is not as it was written, or one before it was"));
            return broken is null;
        }, id);
        return broken;
    }

    /// <summary>Gives up the oldest entries, so many at most: those before an instant, and those that are more than is kept.</summary>
    public static int Drop(SqlSession s, DateTimeOffset before, long keep, int maximum)
    {
        (long last, _) = Last(s);
        (long floor, _) = Floor(s);
        long old = s.Scalar("SELECT max(id) FROM operations WHERE at < $1", before) is long found ? found : 0;
        long upTo = Math.Min(Math.Max(old, last - keep), floor + maximum);
        if (upTo <= floor) return 0;
        s.Execute("INSERT INTO operations_floor (id, hash) SELECT id, hash FROM operations WHERE id = $1", upTo);
        s.Execute("DELETE FROM operations_floor WHERE id < $1", upTo);
        return s.Execute("DELETE FROM operations WHERE id <= $1", upTo);
    }

    private static (long Id, byte[] Hash) Last(SqlSession s) =>
        s.Query("SELECT id, hash FROM operations ORDER BY id DESC LIMIT 1", r => (r.GetInt64(0), r.Bytes(1))) is [var last] ? last : Floor(s);

    private static (long Id, byte[] Hash) Floor(SqlSession s) =>
        s.Query("SELECT id, hash FROM operations_floor ORDER BY id DESC LIMIT 1", r => (r.GetInt64(0), r.Bytes(1))) is [var floor] ? floor : (0, new byte[SHA256.HashSizeInBytes]);

    private static byte[] Hash(byte[] before, long id, DateTimeOffset at, Operation o)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(before);
        Span<byte> number = stackalloc byte[8];
        foreach (long value in (ReadOnlySpan<long>)[id, at.UtcTicks, (long)o.Via])
        {
            BinaryPrimitives.WriteInt64BigEndian(number, value);
            hash.AppendData(number);
        }

        foreach (string text in (ReadOnlySpan<string>)[o.By, o.From, o.What, o.Site, o.Target, o.Detail, o.Refusal])
        {
            // The length first, so that no letter can wander from one field to the next.
            byte[] utf8 = Encoding.UTF8.GetBytes(text);
            BinaryPrimitives.WriteInt64BigEndian(number, utf8.Length);
            hash.AppendData(number);
            hash.AppendData(utf8);
        }

        return hash.GetHashAndReset();
    }

    private static OperationRecord Row(DbDataReader r) => new(
        r.GetInt64(0),
        r.Instant(1),
        new Operation
        {
            Via = (OperationVia)r.GetInt64(2), By = r.GetString(3), From = r.GetString(4), What = r.GetString(5), Site = r.GetString(6), Target = r.GetString(7), Detail = r.GetString(8), Refusal = r.GetString(9),
        },
        r.Bytes(10));
}
