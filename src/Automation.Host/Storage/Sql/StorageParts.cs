using Automation.Host.History;
using Automation.Host.Journal;
using Automation.Host.Operations;

namespace Automation.Host.Storage.Sql;

/// <summary>Every part of the program that keeps tables. A new part adds its line; its tables are in its own file.</summary>
internal static class StorageParts
{
    public static IReadOnlyList<SqlPart> All { get; } =
    [
        HostTables.Part,
        JournalTable.Part,
        HistoryTables.Part,
        ExceptionTable.Part,
        OperationTable.Part,
        Notifications.NotificationTables.Part,
    ];
}
