using Automation.Core.Model;

namespace Automation.Host.History;

/// <summary>The store of the exception centre (EXC-6).</summary>
/// <remarks>Methods throw <see cref="Storage.StorageException"/> when the database refuses.</remarks>
internal interface IExceptionCentre
{
    /// <summary>An exception began, ended or was acknowledged, and that is on disk. Called on any thread; must return quickly.</summary>
    event Action? Changed;

    /// <summary>The newest that fit, newest first.</summary>
    /// <param name="before">Only those with a smaller <see cref="ExceptionRecord.Id"/>; null: from the newest.</param>
    /// <param name="maximum">1 to <see cref="HistoryLimits.PageRows"/>.</param>
    ValueTask<IReadOnlyList<ExceptionRecord>> ReadAsync(ExceptionFilter filter, long? before, int maximum, CancellationToken cancellationToken);

    /// <summary>All that fit, newest first, read page by page: for exports of any length.</summary>
    IAsyncEnumerable<ExceptionRecord> StreamAsync(ExceptionFilter filter, CancellationToken cancellationToken);

    /// <summary>How many of each type fit.</summary>
    ValueTask<IReadOnlyDictionary<string, long>> CountAsync(ExceptionFilter filter, CancellationToken cancellationToken);

    /// <summary>A person has seen it. Done once: who comes second changes nothing. False: there is no such exception, or it was acknowledged before.</summary>
    ValueTask<bool> AcknowledgeAsync(long id, string by, string note, CancellationToken cancellationToken);

    /// <summary>An exception that no rule asked for: a device went or came back, an action failed.</summary>
    /// <param name="active">Begins (told again while it lasts, it is the same one), ends, or null: an instant.</param>
    ValueTask ReportAsync(string site, ResourceAddress source, string type, bool? active, string message, CauseId? cause, CancellationToken cancellationToken);
}
