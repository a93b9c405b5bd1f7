namespace Automation.Host.Storage;

/// <summary>Why the storage refuses; counted and shown, so an enum.</summary>
public enum StorageReason
{
    /// <summary>This change was refused; others may work.</summary>
    Refused,

    /// <summary>No space is left on the disk, or the file reached its limit.</summary>
    Full,

    /// <summary>The disk answers with errors.</summary>
    Failing,

    /// <summary>What is on the disk cannot be trusted.</summary>
    Damaged,

    /// <summary>The database server does not answer.</summary>
    Unreachable,

    /// <summary>Another process works on the same data.</summary>
    InUse,

    /// <summary>This process has closed it.</summary>
    Closed,
}

/// <summary>The data folder or a database cannot be used. The message says which, why, and what to do; it is fit for the person who starts the program.</summary>
public class StorageException : Exception
{
    public StorageException()
    {
    }

    public StorageException(string message)
        : base(message)
    {
    }

    public StorageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public StorageException(StorageReason reason, string message, Exception? innerException = null)
        : base(message, innerException) => Reason = reason;

    public StorageReason Reason { get; }

    /// <summary>The whole database refuses, not only this change.</summary>
    public bool IsOfTheWhole => Reason is not (StorageReason.Refused or StorageReason.Closed);
}

/// <summary>Another process works on the same data: two writers of one outbox would do actions twice.</summary>
public sealed class DataFolderInUseException : StorageException
{
    public DataFolderInUseException()
    {
    }

    public DataFolderInUseException(string message)
        : base(StorageReason.InUse, message)
    {
    }

    public DataFolderInUseException(string message, Exception innerException)
        : base(StorageReason.InUse, message, innerException)
    {
    }
}
