using Automation.Host.Storage.Sql;

namespace Automation.Host.Storage.Sqlite;

/// <summary>
/// Opens the file of a data folder, whatever a power cut or a bad disk made of it (docs/decisions): a damaged one is set aside by name, what can be read of it
/// is taken over, and that is told; it is never silently replaced, and never a reason for doors and alarms to stay without their rules.
/// </summary>
internal static class SqliteStorage
{
    /// <returns>The database, and what a person must hear of.</returns>
    /// <exception cref="StorageException">It cannot be opened, not even anew.</exception>
    public static async Task<(SqlDatabase Database, IReadOnlyList<StorageProblem> Problems)> OpenAsync(
        SqliteOptions options, IReadOnlyList<SqlPart> parts, SqlLimits limits, TimeProvider time, CancellationToken cancellationToken)
    {
        var problems = new List<StorageProblem>();
        string[] important = [.. parts.SelectMany(p => p.Salvaged)];
        if (Torn(options.Path) is { } torn) problems.Add(new StorageProblem("storageTorn", torn));
        try
        {
            return (await SqlDatabase.OpenAsync(new SqliteSource(options, time, important), parts, limits, cancellationToken), problems);
        }
        catch (StorageException e) when (e.Reason == StorageReason.Damaged)
        {
            string aside = DamagedFile.SetAside(options.Path, time.GetUtcNow());
            SqlDatabase database = await SqlDatabase.OpenAsync(new SqliteSource(options, time, important), parts, limits, cancellationToken);
            IReadOnlyList<SalvagedTable> salvaged = await SqliteSalvage.RunAsync(new SqliteSource(new SqliteOptions { Path = aside }, time), database, parts, cancellationToken);
            problems.Add(new StorageProblem(
                "storageDamaged",
                $"the database {options.Path} was damaged ({e.InnerException?.Message ?? "its check failed"}); it was set aside as {aside} and a new one begun. Taken over from it, rows: {string.Join(", ", salvaged)}. "
                + "Check the disk, look at which rules are on or off, and put a backup in its place if you have one"));
            foreach (string removed in DamagedFile.RemoveOldest(options.Path, options.DamagedFiles)) problems.Add(new StorageProblem("storageDamaged", $"the older damaged file {removed} was removed: {options.DamagedFiles} are kept"));
            return (database, problems);
        }
    }

    private static string? Torn(string path)
    {
        try
        {
            return WalTail.Describe(path + "-wal");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Opening it says what is wrong with it.
            return null;
        }
    }
}

/// <summary>Something about the storage that a person must hear of: it goes to the log, to <c>…/exceptions</c> and into the exception centre.</summary>
/// <param name="Type">The exception's type.</param>
internal sealed record StorageProblem(string Type, string Message);
