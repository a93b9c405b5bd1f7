using System.Data.Common;
using System.Globalization;
using Automation.Host.Storage.Sql;
using Microsoft.Data.Sqlite;

namespace Automation.Host.Storage.Sqlite;

/// <summary>A connection to one SQLite file.</summary>
internal sealed class SqliteSession(SqliteConnection connection) : SqlSession(connection)
{
    public override int ExecuteMany(string sql, IReadOnlyList<object?[]> rows)
    {
        int changed = 0;
        for (int i = 0; i < rows.Count; i++) changed += Execute(sql, rows[i]);
        return changed;
    }

    /// <summary>Writes a consistent copy of everything to a file that does not exist yet; pages copied.</summary>
    public int CopyTo(string path)
    {
        if (File.Exists(path)) throw new StorageException($"{path} exists already: a copy goes to a new file");
        using var target = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        target.Open();
        ((SqliteConnection)Connection).BackupDatabase(target);
        using SqliteCommand pages = target.CreateCommand();
        pages.CommandText = "PRAGMA page_count";
        return (int)(long)pages.ExecuteScalar()!;
    }

    public override void Begin() => Execute("BEGIN IMMEDIATE");

    public override void Rollback() => Execute("ROLLBACK");

    protected override string Fit(string statements) => statements
        .Replace("{identity}", "INTEGER PRIMARY KEY AUTOINCREMENT", StringComparison.Ordinal)
        .Replace("{bytes}", "BLOB", StringComparison.Ordinal)
        .Replace("{text}", "TEXT", StringComparison.Ordinal)
        .Replace("{keyed}", "WITHOUT ROWID", StringComparison.Ordinal);

    protected override DbParameter Parameter(int number, object value) => new SqliteParameter(string.Create(CultureInfo.InvariantCulture, $"${number}"), value);
}
