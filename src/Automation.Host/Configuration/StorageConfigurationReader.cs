using System.Text.Json;
using Automation.Host.Storage;
using Automation.Host.Storage.Sqlite;

namespace Automation.Host.Configuration;

/// <summary>Reads <c>storage</c> and <c>retention</c> of a configuration that its schema has accepted.</summary>
internal static class StorageConfigurationReader
{
    private const long Megabyte = 1_000_000;

    public static HostConfiguration Map(JsonElement storage, HostConfiguration configuration)
    {
        if (storage.TryGetProperty("minimumFreeMegabytes", out JsonElement free)) configuration = configuration with { Retention = configuration.Retention with { MinimumFreeBytes = free.GetInt64() * Megabyte } };
        if (storage.TryGetProperty("sqlite", out JsonElement sqlite))
        {
            SqliteOptions options = configuration.Sqlite;
            if (sqlite.TryGetProperty("maximumMegabytes", out JsonElement maximum)) options = options with { MaximumBytes = maximum.GetInt64() * Megabyte };
            if (sqlite.TryGetProperty("reserveMegabytes", out JsonElement reserve)) options = options with { ReserveBytes = reserve.GetInt64() * Megabyte };
            configuration = configuration with { Sqlite = options };
        }

        if (!storage.TryGetProperty("postgres", out JsonElement postgres)) return configuration;
        return configuration with
        {
            Postgres = new PostgresConfiguration
            {
                Connection = postgres.GetProperty("connection").GetString()!,
                PasswordEnv = postgres.TryGetProperty("passwordEnv", out JsonElement name) ? name.GetString() : null,
                Schema = postgres.TryGetProperty("schema", out JsonElement schema) ? schema.GetString()! : "automation",
            },
        };
    }

    public static RetentionLimits Retention(JsonElement given, RetentionLimits limits)
    {
        return limits with
        {
            History = limits.History with
            {
                KeptFor = Days("historyDays") ?? limits.History.KeptFor,
                KeptBytes = given.TryGetProperty("historyMegabytes", out JsonElement bytes) ? bytes.GetInt64() * Megabyte : limits.History.KeptBytes,
                SamplesKeptFor = Days("samplesDays") ?? limits.History.SamplesKeptFor,
                Unrecorded = given.TryGetProperty("unrecordedProperties", out JsonElement names) ? names.EnumerateArray().Select(n => n.GetString()!).ToHashSet(StringComparer.Ordinal) : limits.History.Unrecorded,
            },
            Journal = limits.Journal with
            {
                KeptFor = Days("journalDays") ?? limits.Journal.KeptFor,
                KeptBytes = given.TryGetProperty("journalMegabytes", out JsonElement journal) ? journal.GetInt64() * Megabyte : limits.Journal.KeptBytes,
            },
            ExceptionsKeptFor = Days("exceptionsDays") ?? limits.ExceptionsKeptFor,
            Operations = limits.Operations with { KeptFor = Days("operationsDays") ?? limits.Operations.KeptFor },
        };

        TimeSpan? Days(string name) => given.TryGetProperty(name, out JsonElement days) ? TimeSpan.FromDays(days.GetInt32()) : null;
    }
}
