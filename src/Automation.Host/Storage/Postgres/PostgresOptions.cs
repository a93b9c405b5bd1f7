using Automation.Core.Model;
using Npgsql;

namespace Automation.Host.Storage.Postgres;

/// <summary>Where the shared form of the storage is (<c>storage.postgres</c> in the configuration).</summary>
internal sealed record PostgresOptions
{
    /// <summary>A connection string without a password, e.g. <c>Host=db.example;Database=automation;Username=automation;SSL Mode=VerifyFull</c>.</summary>
    public required string Connection { get; init; }

    public Secret Password { get; init; } = Secret.None;

    /// <summary>All tables are in it. One process at a time works on a schema.</summary>
    public string Schema { get; init; } = "automation";

    /// <summary>A server that does not answer is told as unreachable after this. Default 3 s: alarms wait no longer for it.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The longest a statement may take. Default 10 s: a delete of many rows on a slow disk ends within it.</summary>
    public TimeSpan StatementTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <exception cref="StorageException">The connection string is wrong, or holds a password.</exception>
    public NpgsqlConnectionStringBuilder Parse()
    {
        NpgsqlConnectionStringBuilder builder;
        try
        {
            builder = new NpgsqlConnectionStringBuilder(Connection);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            // The text is not repeated: it may hold a password.
            throw new StorageException($"storage.postgres.connection is no connection string ({Reason(e)}): write it like Host=db.example;Database=automation;Username=automation", e);
        }

        if (builder.Password is not null) throw new StorageException("storage.postgres.connection holds a password: put it into an environment variable and name that in passwordEnv");
        if (string.IsNullOrEmpty(builder.Host) || string.IsNullOrEmpty(builder.Database)) throw new StorageException("storage.postgres.connection names no Host or no Database: write it like Host=db.example;Database=automation;Username=automation");
        return builder;
    }

    private static string Reason(Exception e) => e is ArgumentException { ParamName: { } name } ? name : e.GetType().Name;
}
