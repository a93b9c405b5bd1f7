using System.Data.Common;

namespace Automation.Host.Storage.Sql;

/// <summary>Reads columns the way <see cref="SqlSession"/> writes them.</summary>
internal static class SqlRow
{
    public static DateTimeOffset Instant(this DbDataReader row, int column) => new(row.GetInt64(column), TimeSpan.Zero);

    public static DateTimeOffset? InstantOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.Instant(column);

    public static bool Flag(this DbDataReader row, int column) => !row.IsDBNull(column) && row.GetInt64(column) != 0;

    public static string? TextOrNull(this DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static byte[] Bytes(this DbDataReader row, int column) => row.GetFieldValue<byte[]>(column);
}
