using Automation.Host.Configuration;
using Automation.Host.Storage.Postgres;
using Automation.Host.Storage.Sql;
using Automation.Host.Storage.Sqlite;

namespace Automation.Host.Cli;

/// <summary>The database of a plugin, to be read beside it or without it.</summary>
internal static class KeptData
{
    /// <param name="configuration">Null: the folder says all.</param>
    /// <param name="dataFolder">In place of the configuration's; one of both is given.</param>
    public static ISqlSource Source(HostConfiguration? configuration, string? dataFolder, TimeProvider time) => configuration?.Postgres is { } postgres
        ? new PostgresSource(postgres.ToOptions(configuration.File, Environment.GetEnvironmentVariable))
        : new SqliteSource(new SqliteOptions { Path = Path.Combine(Path.GetFullPath(dataFolder ?? configuration!.DataFolder), SqliteOptions.FileName) }, time);
}
