using System.Data.Common;
using System.Globalization;
using Automation.Host.Storage.Sql;

namespace Automation.Host.Storage.Sqlite;

/// <summary>
/// Takes over what can be read of a damaged file, table by table: toggles, open requests, the last state. From both ends of a table, so that only what stands
/// in the damaged place is lost.
/// </summary>
internal static class SqliteSalvage
{
    /// <summary>Rows of a table that are taken over at most.</summary>
    private const int MaximumRows = 200_000;

    /// <summary>Bytes of a table that are taken over at most.</summary>
    private const long MaximumBytes = 128 * 1024 * 1024;

    /// <summary>Returns, for each table that is worth it, the rows taken over, and whether that is all of them.</summary>
    public static async Task<IReadOnlyList<SalvagedTable>> RunAsync(ISqlSource damaged, SqlDatabase database, IReadOnlyList<SqlPart> parts, CancellationToken cancellationToken)
    {
        var result = new List<SalvagedTable>();
        foreach (string table in parts.SelectMany(p => p.Salvaged))
        {
            string[] columns = [.. await database.RunAsync(s => s.Query($"SELECT name FROM pragma_table_info('{table}')", r => r.GetString(0)), cancellationToken)];
            (List<object?[]> rows, bool complete) = await Task.Run(() => Read(damaged, table, columns), cancellationToken);
            string values = string.Join(", ", columns.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"${i + 1}")));
            int added = 0;
            foreach (object?[][] chunk in rows.Chunk(2_000))
                added += await database.RunAsync(s => s.ExecuteMany($"INSERT INTO {table} ({string.Join(", ", columns)}) VALUES ({values}) ON CONFLICT DO NOTHING", chunk), cancellationToken);
            result.Add(new SalvagedTable(table, added, complete));
        }

        return result;
    }

    private static (List<object?[]> Rows, bool Complete) Read(ISqlSource damaged, string table, string[] columns)
    {
        var rows = new List<object?[]>();
        long bytes = 0;
        try
        {
            using SqlSession session = damaged.OpenReader();
            string select = $"SELECT {string.Join(", ", columns)} FROM {table}";
            if (ReadTo(session, select, rows, ref bytes)) return (rows, true);
            // The rest from the other end; what stands on both sides is kept once by its key. Tables without rowid have one direction only.
            ReadTo(session, select + " ORDER BY rowid DESC", rows, ref bytes);
        }
        catch (StorageException)
        {
            // Nothing of it opens: nothing of it is taken over, which is what the result says.
        }

        return (rows, false);
    }

    /// <summary>False when the table did not come to its end.</summary>
    private static bool ReadTo(SqlSession session, string select, List<object?[]> rows, ref long bytes)
    {
        long size = bytes;
        try
        {
            session.ForEach(
                select,
                r =>
                {
                    if (rows.Count >= MaximumRows || size >= MaximumBytes) return false;
                    object?[] row = new object?[r.FieldCount];
                    for (int i = 0; i < row.Length; i++)
                    {
                        row[i] = r.IsDBNull(i) ? null : r.GetValue(i);
                        size += row[i] switch { byte[] b => b.Length, string t => 2 * t.Length, _ => 8 };
                    }

                    rows.Add(row);
                    return true;
                });
            return true;
        }
        catch (DbException)
        {
            // The damaged place, or a table that this file does not have.
            return false;
        }
        finally
        {
            bytes = size;
        }
    }
}

/// <param name="Complete">The table could be read to its end.</param>
internal readonly record struct SalvagedTable(string Name, int Rows, bool Complete)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} {Rows}{(Complete ? "" : " (not all)")}");
}
