using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace Automation.Host.Storage.Sql;

/// <summary>
/// One connection to a database of either kind. Values are bound to <c>$1</c>, <c>$2</c>, …; statements are constants that both kinds understand.
/// Used by one thread at a time.
/// </summary>
/// <remarks>
/// Columns hold texts, bytes and 64-bit numbers only (<c>TEXT</c>, <c>{bytes}</c>, <c>BIGINT</c>, <c>DOUBLE PRECISION</c>): what is bound as boolean or
/// <see cref="int"/> becomes a 64-bit number, an instant its UTC ticks.
/// </remarks>
internal abstract class SqlSession(DbConnection connection) : IDisposable
{
    /// <summary>Statements kept prepared; above that all are prepared anew. The program has a few dozen, queries by filter make the rest.</summary>
    private const int Prepared = 256;

    private readonly Dictionary<string, DbCommand> _prepared = new(StringComparer.Ordinal);

    public DbConnection Connection { get; } = connection;

    /// <summary>The connection is gone; another session has to be opened.</summary>
    public virtual bool IsBroken => Connection.State != System.Data.ConnectionState.Open;

    /// <summary>Rows changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<object?> values) => Bind(sql, values).ExecuteNonQuery();

    /// <summary>The same statement for many rows; returns the rows changed in all.</summary>
    public abstract int ExecuteMany(string sql, IReadOnlyList<object?[]> rows);

    /// <summary>The first column of the first row; null when there is none.</summary>
    public object? Scalar(string sql, params ReadOnlySpan<object?> values) => Bind(sql, values).ExecuteScalar() is { } value and not DBNull ? value : null;

    public List<T> Query<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        var rows = new List<T>();
        using DbDataReader reader = Bind(sql, values).ExecuteReader();
        while (reader.Read()) rows.Add(read(reader));
        return rows;
    }

    /// <summary>Reads row by row, until there are no more or <paramref name="take"/> has enough (false).</summary>
    public void ForEach(string sql, Func<DbDataReader, bool> take, params ReadOnlySpan<object?> values)
    {
        using DbDataReader reader = Bind(sql, values).ExecuteReader();
        while (reader.Read() && take(reader))
        {
            // What is to be done is done by the caller's function.
        }
    }

    /// <summary>Several statements without values, as in a migration.</summary>
    [SuppressMessage("Security", "CA2100", Justification = "Migrations are constants.")]
    public void Run(string statements)
    {
        using DbCommand command = Connection.CreateCommand();
        command.CommandText = Fit(statements);
        command.ExecuteNonQuery();
    }

    public abstract void Begin();

    /// <summary>Around each commit: a test makes it fail there. Null: nothing.</summary>
    internal Action<Action>? Committing { get; set; }

    public void Commit()
    {
        if (Committing is { } around) around(() => Execute("COMMIT"));
        else Execute("COMMIT");
    }

    public abstract void Rollback();

    /// <summary>After a commit whose answer did not come: whether it happened all the same.</summary>
    public virtual bool Happened(SqlSession lost) => false;

    /// <summary>Writes the few words that differ: <c>{identity}</c> a growing number as key, <c>{bytes}</c>, <c>{text}</c> compared byte by byte, <c>{keyed}</c> a table that is its key's index.</summary>
    protected abstract string Fit(string statements);

    protected abstract DbParameter Parameter(int number, object value);

    /// <summary>A value as the database takes it.</summary>
    protected virtual object Value(object? value) => value switch
    {
        null => DBNull.Value,
        bool b => b ? 1L : 0L,
        int i => (long)i,
        DateTimeOffset at => at.UtcTicks,
        ReadOnlyMemory<byte> bytes => bytes.ToArray(),
        _ => value,
    };

    public void Dispose()
    {
        Forget();
        Connection.Dispose();
    }

    [SuppressMessage("Security", "CA2100", Justification = "Every statement is made of constants; values are parameters.")]
    private DbCommand Bind(string sql, ReadOnlySpan<object?> values)
    {
        if (!_prepared.TryGetValue(sql, out DbCommand? command))
        {
            if (_prepared.Count >= Prepared) Forget();
            command = Connection.CreateCommand();
            command.CommandText = sql;
            for (int i = 0; i < values.Length; i++) command.Parameters.Add(Parameter(i + 1, DBNull.Value));
            _prepared.Add(sql, command);
        }

        for (int i = 0; i < values.Length; i++) command.Parameters[i].Value = Value(values[i]);
        return command;
    }

    private void Forget()
    {
        foreach (DbCommand command in _prepared.Values) command.Dispose();
        _prepared.Clear();
    }
}
