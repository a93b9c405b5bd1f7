using Automation.Host.Storage;
using Automation.Host.Storage.Sql;

namespace Automation.Host.Tests.Storage;

/// <summary>A disk that a test makes full.</summary>
internal sealed class FaultySource(ISqlSource inner) : ISqlSource
{
    private Func<bool> _isFull = () => false;

    public Func<bool> IsFull
    {
        get => Volatile.Read(ref _isFull);
        set => Volatile.Write(ref _isFull, value);
    }

    public string Name => inner.Name;

    public SqlSession OpenWriter()
    {
        SqlSession session = inner.OpenWriter();
        session.Committing = commit =>
        {
            if (IsFull()) throw new Microsoft.Data.Sqlite.SqliteException("database or disk is full", 13);
            commit();
        };
        return session;
    }

    public SqlSession OpenReader() => inner.OpenReader();

    public bool MakeRoom() => inner.MakeRoom();

    public bool HoldRoom() => inner.HoldRoom();

    public bool GiveBack(SqlSession session) => inner.GiveBack(session);

    public StorageException Explain(Exception e) => inner.Explain(e);
}
