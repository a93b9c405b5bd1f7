namespace Automation.Host.Storage.Sql;

/// <summary>Where the sessions of one database come from, and what its failures mean.</summary>
internal interface ISqlSource
{
    /// <summary>Names the database to a person: a path, or a server. Never holds a password.</summary>
    string Name { get; }

    /// <summary>The one session that may write; it also holds the database for this process.</summary>
    /// <exception cref="StorageException">It cannot be opened.</exception>
    SqlSession OpenWriter();

    /// <summary>A session for reading beside the writer.</summary>
    SqlSession OpenReader();

    /// <summary>The disk is full: gives up what is held in reserve. True: there is room again.</summary>
    bool MakeRoom() => false;

    /// <summary>Holds the reserve again when it can; false while there is no room for it.</summary>
    bool HoldRoom() => true;

    /// <summary>Gives a piece of what was freed inside the database back to the disk; false when there is nothing to give. Runs alone on the writer.</summary>
    bool GiveBack(SqlSession session) => false;

    /// <summary>A failure of a statement, with its reason and what to do.</summary>
    StorageException Explain(Exception e);
}
