namespace Automation.Host.Storage;

/// <summary>The data folder or a database in it cannot be used. The message says which, why, and what to do; it is fit for the person who starts the program.</summary>
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
}

/// <summary>Another process works on the same data folder: two writers of one outbox would do actions twice.</summary>
public sealed class DataFolderInUseException : StorageException
{
    public DataFolderInUseException()
    {
    }

    public DataFolderInUseException(string message)
        : base(message)
    {
    }

    public DataFolderInUseException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
